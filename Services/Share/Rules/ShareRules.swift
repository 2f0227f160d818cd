// The rules of Share: values in, a value or a refusal out. Pure and synchronous.
