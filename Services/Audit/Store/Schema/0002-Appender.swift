// Who appends, and how long it is believed to be at work.

import Database

let appenderSchema = SchemaStep(
  number: 2, name: "appender",
  sql: [
    // At most one row. The fencing number stands in log_state, beside what it guards.
    """
    CREATE TABLE appender_lease (
      one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), holder TEXT NOT NULL,
      until INTEGER NOT NULL)
    """
  ])
