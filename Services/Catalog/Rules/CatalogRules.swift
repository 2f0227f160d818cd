// The rules of Catalog: values in, a value or a refusal out. Pure and synchronous.
