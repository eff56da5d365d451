import Chrono
import HTTPServer
import Logging
import Posix

/// Says what keeps the webhook server from its work, once in a while.
struct ServerLog: Sendable {
    private let log: Logger
    private let exhaustion: Occasionally
    private let limits: Occasionally

    init(log: Logger, clock: Clock) {
        self.log = log
        exhaustion = Occasionally(every: .seconds(10), clock: clock)
        limits = Occasionally(every: .seconds(10), clock: clock)
    }

    @Sendable func take(_ trouble: ServerTrouble) {
        switch trouble {
        case .exhausted:
            if let total = exhaustion.occasion() {
                log.error("\(trouble) (\(total) times so far)", metadata: LogKind.serverExhausted.about())
            }
        case .limited:
            if let total = limits.occasion() {
                log.warning("\(trouble) (\(total) times so far)", metadata: LogKind.serverLimited.about())
            }
        }
    }
}
