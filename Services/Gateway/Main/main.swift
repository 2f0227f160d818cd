// weir-gateway: parses its configuration, wires the service, runs it.
