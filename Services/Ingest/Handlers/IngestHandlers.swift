// One RPC, one file: the wire of Ingest to its rules and store.
