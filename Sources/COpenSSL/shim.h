// OpenSSL 3: the HMAC that proves a delivery genuine. Imported by Crypto alone.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

/// SHA-256 that has taken the key, filled with zeros to a block and crossed with `pad`: 0x36 begins the inner digest of
/// HMAC, 0x5c the outer one (RFC 2104, section 2). NULL when OpenSSL cannot.
static inline EVP_MD_CTX *lw_hmac_begin(const void *key, size_t length, unsigned char pad) {
    unsigned char block[64] = {0};
    EVP_MD_CTX *begun = EVP_MD_CTX_new();
    int good = begun != NULL;
    if (length > sizeof block) good = good && EVP_Digest(key, length, block, NULL, EVP_sha256(), NULL) == 1;
    else if (length > 0) memcpy(block, key, length);
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= pad;
    good = good && EVP_DigestInit_ex(begun, EVP_sha256(), NULL) == 1 && EVP_DigestUpdate(begun, block, sizeof block) == 1;
    OPENSSL_cleanse(block, sizeof block);
    if (good) return begun;
    EVP_MD_CTX_free(begun);
    return NULL;
}

/// HMAC-SHA256 of a message in two parts with what `lw_hmac_begin` made of the key, which is only read: several threads
/// may do this at once. 1 on success. `code` has room for 32 bytes.
static inline int lw_hmac_end(const EVP_MD_CTX *inner, const EVP_MD_CTX *outer, const void *head, size_t head_length,
                              const void *body, size_t body_length, unsigned char *code) {
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned int written = 0;
    int good = digest && EVP_MD_CTX_copy_ex(digest, inner) == 1 && EVP_DigestUpdate(digest, head, head_length) == 1 &&
               EVP_DigestUpdate(digest, body, body_length) == 1 && EVP_DigestFinal_ex(digest, code, NULL) == 1 &&
               EVP_MD_CTX_copy_ex(digest, outer) == 1 && EVP_DigestUpdate(digest, code, 32) == 1 &&
               EVP_DigestFinal_ex(digest, code, &written) == 1 && written == 32;
    EVP_MD_CTX_free(digest);
    return good;
}

/// SHA-256 (FIPS 180-4) of one buffer; 1 on success. `digest` has room for 32 bytes.
static inline int lw_sha256(const void *data, size_t length, unsigned char *digest) {
    unsigned int written = 0;
    return EVP_Digest(data, length, digest, &written, EVP_sha256(), NULL) == 1 && written == 32;
}

// --- TLS. SSL_CTX_set_min_proto_version and friends are macros, which Swift cannot see.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// ALPN (RFC 7301): `http/1.1` if it is offered; a client that offers only other protocols is refused with the alert
/// that section 3.2 asks for, instead of being answered in a protocol it did not ask for.
static inline int lw_select_http11(SSL *ssl, const unsigned char **out, unsigned char *length,
                                   const unsigned char *offered, unsigned int count, void *context) {
    (void)ssl;
    (void)context;
    static const unsigned char supported[] = "\x08http/1.1";
    unsigned char *selected = NULL;
    int verdict = SSL_select_next_proto(&selected, length, supported, sizeof supported - 1, offered, count);
    *out = selected;
    return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A server's context: TLS 1.2 and 1.3, forward secret ciphers, no renegotiation, no compression, sessions resumed by
/// tickets. NULL when memory is short.
static inline SSL_CTX *lw_tls_server_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Mozilla's "intermediate" list, version 5.7, for TLS 1.2; TLS 1.3 has good ones only.
    SSL_CTX_set_cipher_list(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                     "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
                                     "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305");
    // A write may be continued from another address with more bytes; an idle connection keeps no buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // Tickets carry the session; a cache of our own would only grow.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, lw_select_http11, NULL);
    return context;
}

/// Seconds from now until the end of the context's certificate; negative when it has ended; INT_MIN when there is none.
static inline long long lw_certificate_seconds_left(const SSL_CTX *context) {
    X509 *certificate = SSL_CTX_get0_certificate(context);
    int days = 0, seconds = 0;
    if (!certificate || !ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate))) return -9223372036854775807ll;
    return (long long)days * 86400 + seconds;
}

/// 1 when the context's certificate is for this host, a name or an address in numbers (RFC 6125); else 0.
static inline int lw_certificate_covers(const SSL_CTX *context, const char *host) {
    X509 *certificate = SSL_CTX_get0_certificate(context);
    return certificate && (X509_check_host(certificate, host, 0, 0, NULL) == 1 || X509_check_ip_asc(certificate, host, 0) == 1);
}

/// NULL when the context's chain leads to an authority that this machine trusts; else why not. A date does not count.
static inline const char *lw_certificate_distrust(SSL_CTX *context) {
    STACK_OF(X509) *chain = NULL;
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    int reason = X509_V_ERR_OUT_OF_MEM;
    SSL_CTX_get0_chain_certs(context, &chain);
    if (store && check && X509_STORE_set_default_paths(store) == 1 &&
        X509_STORE_CTX_init(check, store, SSL_CTX_get0_certificate(context), chain) == 1) {
        X509_STORE_CTX_set_default(check, "ssl_server");
        X509_STORE_CTX_set_flags(check, X509_V_FLAG_NO_CHECK_TIME);
        reason = X509_verify_cert(check) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(check);
    }
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    ERR_clear_error();
    return reason == X509_V_OK ? NULL : X509_verify_cert_error_string(reason);
}

/// The oldest error of this thread's queue in words, and the queue emptied; "" when there is none.
static inline void lw_tls_error(char *words, size_t size) {
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    words[0] = 0;
    if (reason) strncat(words, reason, size - 1);
    ERR_clear_error();
}
