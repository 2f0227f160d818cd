// weir-audit: parses its configuration, wires the service, runs it.
print("weir-audit")
