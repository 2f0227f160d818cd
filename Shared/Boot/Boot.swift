// From configuration to a running process.
