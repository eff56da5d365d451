/// An address for mail in the form that every server takes: `name@host`, in ASCII, without quotes and comments.
struct MailAddress: Sendable, Hashable {
    let text: String

    /// What follows the `@`.
    var domain: String { String(text.split(separator: "@").last ?? "") }

    /// Nil for anything that is not a dot-atom, `@`, and a domain name (RFC 5321 section 4.1.2, with its limits of
    /// length).
    init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, let local = parts.first, let domain = parts.last,
            local.utf8.count <= 64
        else { return nil }
        let atoms = local.split(separator: ".", omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isAtomText) }) else { return nil }
        guard HostName.isName(domain) else { return nil }
        self.text = text
    }

    /// RFC 5322 section 3.2.3.
    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
    }
}

/// Names of hosts as DNS and SMTP write them.
enum HostName {
    /// Labels of letters, digits and hyphens, with dots between them (RFC 1123 section 2.1).
    static func isName(_ text: some StringProtocol) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                        default: byte == UInt8(ascii: "-")
                        }
                    }
            }
    }
}
