import CCurl
import Chrono

/// How curl is told to send a request, and what it must never do.
extension EasyHandle {
    func prepare(_ request: OutgoingRequest, headers: [String], userAgent: String?) throws(TransportError) {
        try secure(protocols: "http,https")
        try set(CURLOPT_URL, request.url)
        if let userAgent { try set(CURLOPT_USERAGENT, userAgent) }
        try set(CURLOPT_HTTPHEADER, headers)
        if request.method == "HEAD" { try set(CURLOPT_NOBODY, 1) }
        if request.announcesBody { try setBody(request.body) }
        try set(CURLOPT_CUSTOMREQUEST, request.method)
        if request.isSentOnce || request.endsConnected { try set(CURLOPT_FRESH_CONNECT, 1) }
        if request.endsConnected { try set(CURLOPT_CONNECT_ONLY, 1) }
        if let path = request.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        // The deadline of the whole is the client's timer: it also counts for a request that curl does not have yet.
        try set(CURLOPT_CONNECTTIMEOUT_MS, (request.connectTimeout ?? request.timeout).curlMilliseconds)
    }

    /// What holds for every exchange.
    func secure(protocols: String) throws(TransportError) {
        try set(CURLOPT_PROTOCOLS_STR, protocols)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        // Where pages go is in the configuration alone: an http_proxy left in the environment, which curl would
        // obey, must not lead secrets elsewhere.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOSIGNAL, 1)
        // When a request ends while its host is being looked up, curl would join the thread that does it, and the
        // queue would stand still until the resolver gives up. With this option it detaches the thread, which
        // then cleans up after itself (Curl_resolver_kill in lib/asyn-thread.c); the manual only speaks of leaks.
        try set(CURLOPT_QUICK_EXIT, 1)
    }
}

extension Span {
    /// For curl: rounded up and never 0, which would mean curl's own default of five minutes.
    var curlMilliseconds: Int {
        max(1, Int((self + Span(microseconds: 999)).microseconds / 1_000))
    }
}
