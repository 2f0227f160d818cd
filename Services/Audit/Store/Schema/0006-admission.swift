// Which databases may give data.

import Database

let admissionSchema = SchemaStep(
  number: 6, name: "admission of origins",
  sql: [
    // 0 where a service's database was begun anew and two persons have not admitted it. What was met before this was kept stays as it was.
    "ALTER TABLE origins ADD COLUMN admitted INTEGER NOT NULL DEFAULT 1",
    // The origin that an act is about; empty for the other kinds.
    "ALTER TABLE acts ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
  ], isAdditive: true)
