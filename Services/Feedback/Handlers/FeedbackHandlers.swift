// One RPC, one file: the wire of Feedback to its rules and store.
