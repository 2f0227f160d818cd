// What Audit keeps, in domain nouns.
