// What Catalog keeps, in domain nouns.
