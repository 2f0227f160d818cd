// Keys, tokens, seals, certificates and signatures, composed from OpenSSL primitives.
