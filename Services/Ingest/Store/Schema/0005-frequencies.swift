// How often an entry is renewed, and since when its version stands: for the tasks that follow (meizhou-public-2023/13a, luyi-2019/9.2).

/// The fifth step.
let frequencyColumns = [
  "ALTER TABLE entries ADD COLUMN frequency TEXT NOT NULL DEFAULT ''",
  "ALTER TABLE entries ADD COLUMN renewed INTEGER",
]
