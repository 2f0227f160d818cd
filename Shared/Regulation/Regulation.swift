// Profiles, working-day calendars and clocks: the law as data. Pure.
