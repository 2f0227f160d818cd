// Nothing to call: what is here takes the place of functions of the standard library (make test-tsan).
