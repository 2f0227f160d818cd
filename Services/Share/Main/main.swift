// weir-share: parses its configuration, wires the service, runs it.
