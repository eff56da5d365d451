package import Chrono
package import Crypto
import HTTPClient
package import JSON
import Posix

/// `{"type": "email"}`: mails by SMTP submission.
package struct EmailConfiguration: HookConfiguration {
    package static let type = "email"
    package static let roles: Set<HookRole> = [.page]

    /// `tls`.
    private enum Encryption: String, CaseIterable { case required, none }

    let address: MailServerAddress
    let isEncrypted: Bool
    let ehlo: String
    let login: Login?
    let authorities: String?
    let from: MailAddress
    let recipients: [MailAddress]

    struct Login: Sendable, Hashable {
        let username: Secret
        let password: Secret
    }

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> EmailConfiguration? {
        let address = object.required("url").flatMap { MailServerAddress.read($0) }
        let from = object.required("from").flatMap { readAddress($0) }
        let recipients = readRecipients(object.required("to"))
        let login = readLogin(object, secrets)
        let ehlo = readName(object.optional("ehlo"))
        let authorities = object.optional("ca").flatMap { readAuthorities($0, secrets) }
        let isEncrypted = readEncryption(object, address)
        guard let address, let from, let recipients else { return nil }
        return EmailConfiguration(
            address: address,
            isEncrypted: isEncrypted,
            ehlo: ehlo ?? standardName(from),
            login: login,
            authorities: authorities,
            from: from,
            recipients: recipients
        )
    }

    package var summary: String {
        let people = recipients.count == 1 ? recipients[0].text : "\(recipients.count) recipients"
        return "mail to \(people) through \(address.description)" + (isEncrypted ? "" : ", unencrypted")
    }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        // libcurl keeps a client to itself while it waits for the server's last word: a mail server that takes its time
        // must not hold up other hooks.
        EmailHook(configuration: self, timeout: timeout, client: HTTPClient())
    }

    private static func readAddress(_ reader: ValueReader) -> MailAddress? {
        guard let text = reader.string() else { return nil }
        if let address = MailAddress(text) { return address }
        reader.fail(#"is not a plain mail address such as "ops@example.com""#)
        return nil
    }

    private static func readRecipients(_ reader: ValueReader?) -> [MailAddress]? {
        guard let reader, let elements = reader.array() else { return nil }
        if elements.isEmpty {
            reader.fail("is empty: name at least one address")
            return nil
        }
        var recipients: [MailAddress] = []
        for element in elements {
            guard let address = readAddress(element) else { continue }
            if recipients.contains(address) { element.fail("is there already") }
            recipients.append(address)
        }
        return recipients.count == elements.count ? recipients : nil
    }

    private static func readLogin(_ object: ObjectReader, _ secrets: SecretSource) -> Login? {
        let (user, word) = (object.optional("username"), object.optional("password"))
        if user == nil, word != nil { object.fail("password", "needs a username") }
        if word == nil, user != nil { object.fail("username", "needs a password") }
        let username = user.flatMap { secrets.text($0) }
        let password = word.flatMap { secrets.secret($0) }
        for (reader, text) in [(user, username), (word, password?.exposed)] {
            guard let text, text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { continue }
            reader?.fail("holds a control character")
        }
        guard let username, let password else { return nil }
        return Login(username: Secret(username), password: password)
    }

    private static func readName(_ reader: ValueReader?) -> String? {
        guard let reader, let text = reader.string() else { return nil }
        if HostName.isName(text) { return text }
        reader.fail(#"is not the name of a host, such as "warden.example.com""#)
        return nil
    }

    private static func readAuthorities(_ reader: ValueReader, _ secrets: SecretSource) -> String? {
        guard let path = secrets.path(reader) else { return nil }
        do {
            let text = String(decoding: try secrets.file(path), as: UTF8.self)
            if text.contains("-----BEGIN CERTIFICATE-----") { return path }
            reader.fail("has no certificate in PEM form")
        } catch {
            reader.fail("cannot read it: \(error)")
        }
        return nil
    }

    private static func readEncryption(_ object: ObjectReader, _ address: MailServerAddress?) -> Bool {
        let reader = object.optional("tls")
        let encryption = reader?.choice(Encryption.self) ?? .required
        if encryption == .none, let address {
            if address.isImplicitTLS {
                reader?.fail("contradicts smtps://")
            } else if !address.isLoopback {
                reader?.fail("may be none only for a server on this machine, such as smtp://127.0.0.1:25")
            }
        }
        return encryption == .required
    }

    /// This machine's name; with the sender's domain where it has none of its own, for servers refuse names without.
    private static func standardName(_ from: MailAddress) -> String {
        let name = Process.hostName
        guard HostName.isName(name) else { return from.domain }
        return name.contains(".") ? name : "\(name).\(from.domain)"
    }
}
