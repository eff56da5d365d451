package import Chrono

/// One mail to hand to a submission server (RFC 6409), and how long that may take.
package struct OutgoingMail: Sendable {
    /// How the connection is protected.
    package enum Protection: Sendable, Hashable {
        /// TLS from the first byte, `smtps` (RFC 8314).
        case implicit
        /// STARTTLS, without which nothing is sent (RFC 3207).
        case startTLS
        /// None, for a server on this machine.
        case none
    }

    /// Where it goes, and as whom.
    package struct Server: Sendable {
        /// A name, or an address in numbers (IPv6 in brackets).
        package var host: String
        package var port: UInt16
        package var protection: Protection
        /// What EHLO says: the full name of this machine.
        package var ehlo: String
        package var login: (username: String, password: String)?
        /// The path of a PEM file with the only authorities that are trusted; nil: those of the system.
        package var authorities: String?

        package init(
            host: String,
            port: UInt16,
            protection: Protection,
            ehlo: String,
            login: (username: String, password: String)? = nil,
            authorities: String? = nil
        ) {
            self.host = host
            self.port = port
            self.protection = protection
            self.ehlo = ehlo
            self.login = login
            self.authorities = authorities
        }
    }

    package var server: Server
    /// The envelope's addresses, without angle brackets.
    package var sender: String
    package var recipients: [String]
    /// Headers and body with CRLF; dots at the beginning of lines are escaped on the way.
    package var text: [UInt8]
    /// The time for everything, from the call to the server's last word.
    package var timeout: Span
    /// Whether the exchange ends when the server has taken the login, without a mail being offered.
    var endsLoggedIn = false

    package init(server: Server, sender: String, recipients: [String], text: [UInt8], timeout: Span) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
        self.text = text
        self.timeout = timeout
    }
}

extension OutgoingMail {
    /// - Throws: `invalidRequest` for what would become another command or another URL.
    func check() throws(TransportError) {
        guard !recipients.isEmpty else { throw .invalidRequest("it has no recipient") }
        let isPlain: (String) -> Bool = { !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
        guard (recipients + [sender]).allSatisfy({ isPlain($0) && !$0.utf8.contains(where: "<>".utf8.contains) }) else {
            throw .invalidRequest("an address holds a space, an angle bracket or a character that is not ASCII")
        }
        let isName: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._:[]".utf8.contains(byte)
            }
        }
        for name in [server.host, server.ehlo] where name.isEmpty || !name.utf8.allSatisfy(isName) {
            throw .invalidURL("the host or the EHLO name is not a name")
        }
    }
}
