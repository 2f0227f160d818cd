// One RPC, one file: the wire of Catalog to its rules and store.
