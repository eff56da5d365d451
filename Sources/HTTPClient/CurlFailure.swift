import CCurl
import Chrono
import Posix

/// Which error a code of libcurl means.
extension TransportError {
    static let outOfMemory = TransportError(CURLE_OUT_OF_MEMORY)

    /// A failure that has nothing to do with the peer, in curl's words.
    init(_ code: CURLcode) { self = .other(code: CInt(code.rawValue), words(for: code)) }

    /// Why a transfer failed.
    ///
    /// Only for TLS is curl's detailed message used: in other cases it may repeat parts of the URL or of the response.
    init(_ code: CURLcode, of handle: EasyHandle, host: String, timeout: Span) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .unresolved(host: host)
        case CURLE_COULDNT_CONNECT:
            let cause = PosixError(call: "connect", code: CInt(clamping: handle.number(CURLINFO_OS_ERRNO)))
            switch cause.code {
            case PosixError.connectionRefused: self = .refused
            case 0: self = .unreachable(words(for: code))
            default: self = .unreachable(cause.reason)
            }
        case CURLE_OPERATION_TIMEDOUT: self = .timeout(timeout)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            self = .tls(handle.detail.isEmpty ? words(for: code) : handle.detail)
        case CURLE_GOT_NOTHING: self = .interrupted("the peer closed the connection without a response")
        case CURLE_PARTIAL_FILE: self = .interrupted("the peer closed the connection before the end of the response")
        case CURLE_RECV_ERROR: self = .interrupted("the connection failed before the end of the response")
        case CURLE_SEND_ERROR: self = .interrupted("the connection failed before the end of the request")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: self = .interrupted("the response is not HTTP")
        case CURLE_HTTP2, CURLE_HTTP2_STREAM: self = .interrupted("the peer broke the rules of HTTP/2")
        default: self.init(code)
        }
    }
}

private func words(for code: CURLcode) -> String {
    curl_easy_strerror(code).map { String(cString: $0) } ?? "unknown error"
}
