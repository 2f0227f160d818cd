// One RPC, one file: the wire of Audit to its rules and store.
