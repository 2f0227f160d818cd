// Seeded synthetic registers, rolls and the plan of what is planted in them.
