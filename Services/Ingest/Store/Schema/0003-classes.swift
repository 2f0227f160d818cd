// The class of an entry's data, by which a profile may confine its delivery clocks (luyi-2019/8.2b).

/// The third step.
let classColumn = [
  "ALTER TABLE entries ADD COLUMN resource_class TEXT NOT NULL DEFAULT ''"
]
