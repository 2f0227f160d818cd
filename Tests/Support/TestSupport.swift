// What tests share: temporary folders, seeded randomness, certificates, started programs.
