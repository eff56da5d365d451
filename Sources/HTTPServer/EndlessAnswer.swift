import HTTPWire
import Posix

// Answers without an end, such as server-sent events: begun once, gone on with as there is something to say.
extension ConnectionState {
    /// Bytes that wait for their reader at the most.
    private static let streamBytes = 262_144

    /// Begins an endless answer to the request that `next` handed out.
    mutating func open(_ response: HTTPResponse, date: String, now: Steady) {
        guard stage == .handling else { return }
        if request.isHead { return answer(response, date: date, now: now) }
        response.serialize(
            into: &output,
            version: request.version,
            keepAlive: false,
            forHead: false,
            date: date,
            isEndless: true
        )
        stage = .streaming
        deadline = now + limits.writeTime
        if peerHasClosed { stage = .closed }
    }

    /// Goes on with an endless answer; one whose reader does not keep up is ended.
    mutating func push(_ bytes: [UInt8], now: Steady) {
        guard stage == .streaming else { return }
        if output.isEmpty { deadline = now + limits.writeTime }
        output += bytes
        if output.count > Self.streamBytes { stage = .closed }
    }
}
