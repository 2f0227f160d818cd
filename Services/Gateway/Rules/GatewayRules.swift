// The rules of Gateway: values in, a value or a refusal out. Pure and synchronous.
