import Crypto
import HTTPWire
import Intake
import Posix

/// Decides whether a request to the admin listener may be answered, and makes the answers safe to show in a browser.
struct AdminGuard: Sendable {
    private let tokenDigest: [UInt8]?
    private let names: Set<String>

    /// What every answer says to browsers: it is nothing to frame, sniff, cache or build a page from.
    static let safeHeaders: [(String, String)] = [
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Cache-Control", "no-store"),
    ]

    ///
    /// `names`: host names, besides addresses and `localhost`, under which the admin listener is asked.
    init(token: Secret?, names: [String]) {
        tokenDigest = token.map { Digest.sha256(Array($0.exposed.utf8)) }
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Why a request is not answered; nil when it is.
    func refusal(_ request: HTTPRequest, from peer: PeerAddress) -> HTTPResponse? {
        if peer.isInternet, tokenDigest == nil, !isAddressedToUs(request) {
            return Refusal(
                .misdirectedRequest,
                "wrong_host",
                "ask by address or as localhost, or list this name in admin.hosts: it may be an attack from a browser"
            ).response
        }
        if !["GET", "HEAD"].contains(request.method), let origin = request.headers.first("Origin"),
            !isOurs(origin, request)
        {
            return Refusal(.forbidden, "cross_origin", "a page of another origin may not change anything here").response
        }
        guard !isAuthorized(request) else { return nil }
        var response = Refusal(.unauthorized, "unauthorized", "send Authorization: Bearer and the admin token").response
        response.headers.append("WWW-Authenticate", "Bearer")
        return response
    }

    /// Adds the safe headers to an answer.
    static func safe(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        for (name, value) in safeHeaders where !response.headers.contains(name) { response.headers.append(name, value) }
        return response
    }

    /// A page that was rebound to a loopback address (DNS rebinding) still sends the name it was loaded under.
    ///
    /// Addresses and `localhost` cannot be rebound.
    private func isAddressedToUs(_ request: HTTPRequest) -> Bool {
        guard let host = request.host else { return request.version == .http10 }
        var name = Substring(host)
        if name.hasPrefix("["), let end = name.firstIndex(of: "]") {
            name = name[name.index(after: name.startIndex)..<end]
        } else if let colon = name.lastIndex(of: ":") {
            name = name[..<colon]
        }
        return name.lowercased() == "localhost" || names.contains(name.lowercased())
            || AddressBlock(String(name)) != nil
    }

    private func isOurs(_ origin: String, _ request: HTTPRequest) -> Bool {
        guard let host = request.host else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    /// Digests of one length are compared, so that not even the token's length can be measured.
    private func isAuthorized(_ request: HTTPRequest) -> Bool {
        guard let tokenDigest else { return true }
        guard let given = request.headers.first("Authorization"), given.lowercased().hasPrefix("bearer ") else {
            return false
        }
        return Digest.equalInConstantTime(Digest.sha256(Array(given.dropFirst(7).utf8)), tokenDigest)
    }
}
