// What Share keeps, in domain nouns.
