import CCurl
import Posix

/// The parts of a URL that are needed before curl takes it, read by curl's own parser so that the two never disagree.
package struct WebAddress: Sendable, Equatable {
    /// `http` or `https`.
    package let scheme: String
    /// The name or the address in numbers (IPv6 in brackets); safe to show.
    package let host: String
    let port: String

    /// Whether the host is this machine by its address (127.0.0.0/8, `[::1]`) or `localhost`.
    ///
    /// `127.0.0.1.example.com` is somewhere else.
    package var isLoopback: Bool { ListenAddress("\(host):0")?.isLocal ?? false }

    /// - Throws: `invalidURL` unless it is an absolute http or https URL with a host.
    package init(_ url: String) throws(TransportError) {
        guard !url.utf8.contains(0) else { throw .invalidURL("it holds a NUL") }
        guard let parsed = curl_url() else { throw .other(code: CInt(CURLE_OUT_OF_MEMORY.rawValue), "out of memory") }
        defer { curl_url_cleanup(parsed) }
        let code = curl_url_set(parsed, CURLUPART_URL, url, 0)
        guard code == CURLUE_OK else {
            throw .invalidURL(code == CURLUE_UNSUPPORTED_SCHEME ? Self.wrongScheme : Self.words(for: code))
        }
        guard let scheme = Self.part(parsed, CURLUPART_SCHEME), ["http", "https"].contains(scheme.lowercased()) else {
            throw .invalidURL(Self.wrongScheme)
        }
        guard let host = Self.part(parsed, CURLUPART_HOST), !host.isEmpty else { throw .invalidURL("it has no host") }
        self.scheme = scheme.lowercased()
        self.host = host.lowercased()
        port = Self.part(parsed, CURLUPART_PORT) ?? ""
    }

    private static let wrongScheme = "it does not begin with http:// or https://"

    private static func words(for code: CURLUcode) -> String {
        switch code {
        case CURLUE_BAD_SCHEME: wrongScheme
        case CURLUE_BAD_PORT_NUMBER: "its port is not a number from 0 to 65535"
        case CURLUE_NO_HOST: "it has no host"
        default: curl_url_strerror(code).map { "libcurl says \"\(String(cString: $0))\"" } ?? "it cannot be read"
        }
    }

    private static func part(_ parsed: OpaquePointer, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parsed, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
