// The rules of Ingest: values in, a value or a refusal out. Pure and synchronous.
