/// Requests that the property tests cut up and mutate.
enum Corpus {
    static let webhook = """
        POST /webhooks/linq HTTP/1.1\r
        Host: hooks.example.com\r
        User-Agent: Linq-Webhooks/1.0\r
        Content-Type: application/json\r
        Content-Length: 41\r
        X-Webhook-Timestamp: 1771439705\r
        X-Webhook-Signature: 0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\r
        \r
        {"event_type":"phone_number.status_upd"}\n
        """

    static let chunked = """
        POST /c HTTP/1.1\r
        Host: a\r
        Transfer-Encoding: Chunked\r
        \r
        5;name=value;q="x y"\r
        hello\r
        00A\r
        0123456789\r
        0\r
        Trailer-One: 1\r
        \r\n
        """

    /// Every one is a request, or several.
    static let valid = [
        webhook,
        chunked,
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /after/empty/lines HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
        "GET http://user-facing.example:8080/a?b=c HTTP/1.1\r\nHost: other\r\n\r\n",
        "PUT /big HTTP/1.1\r\nHost: [::1]:8080\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "DELETE /v1/silences/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: foo, CLOSE\r\n\r\n",
        "GET /obs-text HTTP/1.1\r\nHost: a\r\nX-Name: caf\u{E9} \t tab\r\nX-Empty:\r\n\r\n",
        webhook + chunked + webhook,
        chunked + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n" + "\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    /// Every one is refused, some after a request.
    static let invalid = [
        "\u{16}\u{3}\u{1}",
        "\rGET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\n",
        "GET  / HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\rx",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nBad Trailer: 1\r\n\r\n",
        webhook + "GET / HTTP/9.9\r\n",
    ]

    /// No one is whole.
    static let unfinished = [
        "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
    ]

    static var all: [String] { valid + invalid + unfinished }
}
