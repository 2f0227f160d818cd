// One RPC, one file: the wire of Share to its rules and store.
