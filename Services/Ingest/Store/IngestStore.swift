// What Ingest keeps, in domain nouns.
