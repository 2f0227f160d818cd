// weir-audit: parses its configuration, wires the service, runs it.
