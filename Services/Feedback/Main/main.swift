// weir-feedback: parses its configuration, wires the service, runs it.
