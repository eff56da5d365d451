// libcurl 7.87 or later: HTTP, SMTP, TLS and the waiting for both. Imported by HTTPClient alone.
// Its setters and getters are variadic, which Swift cannot call: one inline function for each type of value.
#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/// An option that is a number or a switch.
static inline CURLcode lw_curl_set_number(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

/// An option that is a string, which curl copies.
static inline CURLcode lw_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// An option that is memory (a list, a buffer, a callback's context), which must live as long as the handle.
static inline CURLcode lw_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// The body of a POST, which curl copies: the size must be known to it first.
static inline CURLcode lw_curl_set_body(CURL *easy, const void *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, count == 0 ? "" : bytes);
}

/// CURLOPT_HEADERFUNCTION or CURLOPT_WRITEFUNCTION.
static inline CURLcode lw_curl_set_sink(CURL *easy, CURLoption option, curl_write_callback callback) {
    return curl_easy_setopt(easy, option, callback);
}

/// CURLOPT_READFUNCTION.
static inline CURLcode lw_curl_set_source(CURL *easy, curl_read_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, callback);
}

/// CURLOPT_XFERINFOFUNCTION.
static inline CURLcode lw_curl_set_progress(CURL *easy, curl_xferinfo_callback callback) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, callback);
}

/// What a transfer left behind, of the kind `long`; 0 when there is nothing.
static inline long lw_curl_number(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline CURLMcode lw_curl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// Who is told which sockets to watch and when to come back; both with the same context. NULL: nobody.
static inline CURLMcode lw_curl_multi_set_observers(CURLM *multi, curl_socket_callback sockets,
                                                    curl_multi_timer_callback timer, void *context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, sockets);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}
