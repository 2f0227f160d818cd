// The rules of Audit: values in, a value or a refusal out. Pure and synchronous.
