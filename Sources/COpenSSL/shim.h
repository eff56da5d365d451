// OpenSSL 3: the HMAC that proves a delivery genuine. Imported by Crypto alone.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

/// HMAC-SHA256 (RFC 2104) of one buffer; 1 on success. `code` has room for 32 bytes.
static inline int lw_hmac_sha256(const void *key, int key_length, const void *data, size_t length, unsigned char *code) {
    unsigned int written = 0;
    return HMAC(EVP_sha256(), key, key_length, (const unsigned char *)data, length, code, &written) != 0 && written == 32;
}

/// SHA-256 (FIPS 180-4) of one buffer; 1 on success. `digest` has room for 32 bytes.
static inline int lw_sha256(const void *data, size_t length, unsigned char *digest) {
    unsigned int written = 0;
    return EVP_Digest(data, length, digest, &written, EVP_sha256(), NULL) == 1 && written == 32;
}
