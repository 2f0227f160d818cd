// weir-catalog: parses its configuration, wires the service, runs it.
