import Chrono
import Crypto
import HTTPClient
import JSON
import Lines

/// Writes mails, and hands them to a submission server.
struct EmailHook: Hook {
    let configuration: EmailConfiguration
    let timeout: Span
    /// Its own: `close` closes it.
    let client: HTTPClient

    /// Servers limit connections of one client, and count the mails of each.
    var concurrency: Int { 1 }

    func render(_ message: Message) -> [UInt8] {
        MailMessage(message, from: configuration.from, to: configuration.recipients).bytes
    }

    func deliver(_ attempt: Attempt) async -> Outcome {
        do throws(MailFault) {
            return MailVerdict.judge(try await client.send(mail(attempt.payload)))
        } catch {
            return HTTPVerdict.judge(error.cause, mayHaveArrived: error.mayHaveArrived)
        }
    }

    /// Up to the login, which a server may count.
    func probe() async -> Reach {
        let server = configuration.address.description
        do throws(MailFault) {
            switch MailVerdict.judge(try await client.reachServer(of: mail([]))) {
            case .delivered:
                return .reached("\(server) takes \(configuration.login == nil ? "connections" : "the login")")
            case .retry(_, let failure), .failed(let failure), .broken(let failure):
                return .unreachable("\(server): \(failure)")
            }
        } catch {
            return .unreachable("\(server): \(error.cause)")
        }
    }

    func close() async { await client.close() }

    private func mail(_ text: [UInt8]) -> OutgoingMail {
        let address = configuration.address
        let server = OutgoingMail.Server(
            host: address.host,
            port: address.port,
            protection: address.isImplicitTLS ? .implicit : configuration.isEncrypted ? .startTLS : .none,
            ehlo: configuration.ehlo,
            login: configuration.login.map { ($0.username.exposed, $0.password.exposed) },
            authorities: configuration.authorities
        )
        return OutgoingMail(
            server: server,
            sender: configuration.from.text,
            recipients: configuration.recipients.map(\.text),
            text: text,
            timeout: timeout
        )
    }
}
