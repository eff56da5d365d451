import Chrono
import Intake
import Lines
import Linq
import Logging
import Posix
import Synchronization

/// Sees whether paused lines really are silent: a message that Linq sent for one of them proves that a sender does not
/// obey.
final class PauseProof: Sendable {
    /// How long messages may still be on their way where nobody says otherwise.
    static let usualGrace = Span.seconds(60)
    /// How long the chats of one line are gathered before people are told.
    private static let gathering = Span.seconds(5)
    /// Chats named to people at the most.
    private static let named = 20

    private struct Offence: Sendable {
        let since: Timestamp
        var messages = 0
        var chats: [String] = []
        var trace: String?
    }

    private struct State: Sendable {
        var grace: Span
        var offences: [PhoneNumber: Offence] = [:]
    }

    private let board: GateBoard
    private let alerts: Alerts
    private let clock: Clock
    private let log: Logger
    private let executor = QueueExecutor(label: "pause proof")
    private let state: Mutex<State>

    /// `grace`: how long after a pause messages may still be on their way.
    init(board: GateBoard, alerts: Alerts, grace: Span, clock: Clock, log: Logger) {
        self.board = board
        self.alerts = alerts
        self.clock = clock
        self.log = log
        state = Mutex(State(grace: grace))
    }

    /// Takes over the grace of a new configuration.
    func adopt(grace: Span) { state.withLock { $0.grace = grace } }

    /// A line has sent a message.
    func witness(_ message: SentMessage, _ event: Genuine) {
        guard let line = PhoneNumber(message.line), let since = board.pausedSince(line) else { return }
        let sentAt = message.sentAt ?? event.createdAt ?? clock.now()
        let isFirst = state.withLock { state in
            guard sentAt > since + state.grace else { return false }
            let isFirst = state.offences[line]?.since != since
            var offence = isFirst ? Offence(since: since) : state.offences[line] ?? Offence(since: since)
            offence.messages += 1
            offence.trace = event.traceID ?? offence.trace
            if let chat = message.chat, !offence.chats.contains(chat), offence.chats.count <= Self.named {
                offence.chats.append(chat)
            }
            state.offences[line] = offence
            return isFirst
        }
        if isFirst { Task { await tell(line) } }
    }

    private func tell(_ line: PhoneNumber) async {
        await executor.pause(Self.gathering)
        guard let offence = state.withLock({ $0.offences.removeValue(forKey: line) }) else { return }
        let more = offence.chats.count > Self.named ? " and more" : ""
        let chats =
            offence.chats.isEmpty
            ? "" : ", to chats \(offence.chats.prefix(Self.named).joined(separator: ", "))\(more)"
        let count = offence.messages == 1 ? "1 message" : "\(offence.messages) messages"
        let summary =
            "the pause is not effective: \(count) left \(line), which is paused since "
            + "\(offence.since.rfc3339)\(chats)"
        let isNews = alerts.raise(
            "pause_ineffective",
            summary + (offence.trace.map { " (trace \($0))" } ?? ""),
            remedy: "Find the sender that does not ask the gate or did not take the pause: linewarden explain \(line) "
                + "shows what each hook answered.",
            about: line.description
        )
        if isNews {
            log.error(
                "\(summary)",
                metadata: LogKind.pauseIneffective.about(["line": "\(line)", "trace": "\(offence.trace ?? "")"])
            )
        }
    }
}
