import Posix

/// What all event loops of a server share.
struct ServerContext: Sendable {
    let handler: any RequestHandler
    let limits: ServerLimits
    let clock: Clock
    let instruments: HTTPServer.Instruments
    let tls: TLSCertificate?
    let addresses: AddressBook
    let report: @Sendable (ServerTrouble) -> Void
}
