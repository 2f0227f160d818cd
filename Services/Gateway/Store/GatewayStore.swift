// What Gateway keeps, in domain nouns.
