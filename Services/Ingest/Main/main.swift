// weir-ingest: parses its configuration, wires the service, runs it.
