// One RPC, one file: the wire of Gateway to its rules and store.
