// What Feedback keeps, in domain nouns.
