// The rules of Feedback: values in, a value or a refusal out. Pure and synchronous.
