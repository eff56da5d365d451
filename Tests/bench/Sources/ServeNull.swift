import ArgumentParser
import Chrono
import Crypto
import HTTPServer
import HTTPWire
import Intake
import Linq
import Posix

/// The daemon's way to an acknowledgement without its ledger: what storing costs shows beside it.
struct ServeNull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves webhooks with the daemon's own server and intake, and stores nothing.",
        discussion: """
            A delivery is proved genuine and understood as in the daemon, handed to another queue as it is to the \
            ledger, and acknowledged from there.
            """
    )

    @Option(help: "Where to listen.")
    var listen = "127.0.0.1:8080"

    @Flag(help: "Acknowledge at once, on the connection's own loop: no other queue.")
    var inline = false

    func run() async throws {
        Process.ignoreBrokenPipes()
        Process.raiseDescriptorLimit()
        guard let address = ListenAddress(listen), let text = Process.environment("LINQ_WEBHOOK_SECRET"),
            let secret = SigningSecret(Secret(text))
        else { throw ValidationError("an address and LINQ_WEBHOOK_SECRET are needed") }
        let endpoint = Endpoint(path: "/w", secrets: [secret], tolerance: .hours(1), hasVerified: true)
        let server = try await HTTPServer(
            name: "null",
            listen: [address],
            loops: min(8, Process.processors),
            handler: NullHandler(endpoint: endpoint, inline: inline)
        )
        // The process ends by a signal.
        try await Task.sleep(for: .seconds(1_000_000))
        await server.stop(within: .zero)
    }
}

/// A ledger that forgets.
private final class NullHandler: RequestHandler {
    private let endpoint: Endpoint
    private let inline: Bool
    private let inbox = Inbox<Reply>()
    private let queue = QueueExecutor(label: "null")
    private let clock = Clock.system

    init(endpoint: Endpoint, inline: Bool) {
        self.endpoint = endpoint
        self.inline = inline
    }

    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse? {
        guard request.path == "/w" else { return .text(.notFound, "not here\n") }
        guard case .store = endpoint.examine(request, now: clock.now()) else {
            return .json(.unauthorized, #"{"status":"refused"}"#)
        }
        if inline { return Self.stored }
        if inbox.push(reply) {
            queue.run { [self] in
                for reply in inbox.takeAll() { reply.send(Self.stored) }
            }
        }
        return nil
    }

    private static var stored: HTTPResponse { .json(.ok, #"{"status":"stored"}"#) }
}
