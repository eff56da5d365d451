import Crypto
import HTTPWire
import Intake
import Posix
import Synchronization

/// Decides whether a request to the admin listener may be answered.
struct AdminGuard: Sendable {
    private let tokenDigest: [UInt8]?
    private let names: Set<String>
    private let recognised = RecognisedHost()

    init(token: Secret?, names: [String]) {
        tokenDigest = token.map { Digest.sha256(Array($0.exposed.utf8)) }
        self.names = Set(names.map { $0.lowercased() })
    }

    /// Why nothing is shown to a browser that believes to be elsewhere; nil when it does not.
    func misdirection(_ request: HTTPRequest, from peer: PeerAddress) -> HTTPResponse? {
        guard peer.isInternet, tokenDigest == nil, !isAddressedToUs(request) else { return nil }
        return Refusal(
            .misdirectedRequest,
            "wrong_host",
            "ask by address or as localhost, or list this name in admin.hosts: it may be an attack from a browser"
        ).response
    }

    /// Why a request is not answered; nil when it is.
    func refusal(_ request: HTTPRequest, from peer: PeerAddress) -> HTTPResponse? {
        if let misdirection = misdirection(request, from: peer) { return misdirection }
        if request.method != "GET", request.method != "HEAD", let origin = request.headers.first("Origin"),
            !isOurs(origin, request)
        {
            return Refusal(.forbidden, "cross_origin", "a page of another origin may not change anything here").response
        }
        guard !isAuthorized(request) else { return nil }
        var response = Refusal(.unauthorized, "unauthorized", "send Authorization: Bearer and the admin token").response
        response.headers.append("WWW-Authenticate", "Bearer")
        return response
    }

    /// A page that was rebound to a loopback address (DNS rebinding) still sends the name it was loaded under.
    ///
    /// Addresses and `localhost` cannot be rebound.
    private func isAddressedToUs(_ request: HTTPRequest) -> Bool {
        guard let host = request.host else { return request.version == .http10 }
        if recognised.isLast(host) { return true }
        guard isOurs(host) else { return false }
        recognised.note(host)
        return true
    }

    private func isOurs(_ host: String) -> Bool {
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

/// The Host that was last found to be ours: nearly all who ask say the same one, again and again.
private final class RecognisedHost: Sendable {
    private let host = Mutex("")

    func isLast(_ host: String) -> Bool { self.host.withLock { $0 == host } }

    func note(_ host: String) { self.host.withLock { $0 = host } }
}
