import JSON
import Posix

/// `smtps://host`, `smtp://host:port`: a submission server, without user and path.
struct MailServerAddress: Sendable, Hashable {
    /// A name, or an address in numbers (IPv6 in brackets).
    let host: String
    let port: UInt16
    /// TLS from the first byte.
    let isImplicitTLS: Bool

    var description: String { "\(isImplicitTLS ? "smtps" : "smtp")://\(host):\(port)" }

    /// Whether only this machine can be meant.
    var isLoopback: Bool { ListenAddress("\(host.lowercased()):0")?.isLocal ?? false }

    /// Reads one, and says what is wrong with it.
    static func read(_ reader: ValueReader) -> MailServerAddress? {
        guard let text = reader.string() else { return nil }
        let lower = text.lowercased()
        guard let scheme = ["smtps://", "smtp://"].first(where: lower.hasPrefix) else {
            reader.fail(
                #"must be such as "smtps://mail.example.com" (TLS, port 465) or "#
                    + #""smtp://mail.example.com" (STARTTLS, port 587)"#
            )
            return nil
        }
        let authority = text.dropFirst(scheme.utf8.count)
        if authority.contains("@") {
            reader.fail("holds a user; use the keys username and password")
            return nil
        }
        if authority.contains(where: "/?#".contains) {
            reader.fail("holds a path, which a mail server does not have; the name for EHLO is the key ehlo")
            return nil
        }
        return MailServerAddress(authority, isImplicitTLS: scheme == "smtps://", reader)
    }

    private init?(_ authority: Substring, isImplicitTLS: Bool, _ reader: ValueReader) {
        let isNumeric = authority.hasPrefix("[")
        let host = isNumeric ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        guard isNumeric ? authority.contains("]") && ListenAddress("\(host):0") != nil : HostName.isName(host) else {
            reader.fail("does not name a host")
            return nil
        }
        let rest = authority.dropFirst(host.count)
        // RFC 8314: 465 for TLS from the first byte; RFC 6409: 587. Never 25, which is between servers.
        var port: UInt16 = isImplicitTLS ? 465 : 587
        if !rest.isEmpty {
            guard rest.hasPrefix(":"), let given = UInt16(rest.dropFirst()), given > 0 else {
                reader.fail("has a port that is not a number from 1 to 65535")
                return nil
            }
            port = given
        }
        self.host = String(host)
        self.port = port
        self.isImplicitTLS = isImplicitTLS
    }
}
