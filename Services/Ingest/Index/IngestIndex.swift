// The token index: memory-mapped, authenticated, rebuilt at will.
