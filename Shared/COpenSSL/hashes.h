#pragma once
// SHA-256 over a plain struct: no allocation, no provider look-up for each short message. OpenSSL 3 calls these
// functions deprecated in favour of EVP, whose set-up costs more than hashing a Merkle node; Shared/Crypto alone
// uses them.
#include <openssl/sha.h>
#include <stddef.h>
#include <string.h>

static inline void weir_sha256_init(SHA256_CTX *state) { (void)SHA256_Init(state); }

static inline void weir_sha256_update(SHA256_CTX *state, const void *bytes, size_t count) {
  if (count > 0) (void)SHA256_Update(state, bytes, count);
}

static inline void weir_sha256_final(SHA256_CTX *state, unsigned char *digest) {
  (void)SHA256_Final(digest, state);
}
