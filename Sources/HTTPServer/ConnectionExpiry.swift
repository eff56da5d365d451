import Chrono
import HTTPWire
import Posix

// What becomes of a connection whose time is up.
extension ConnectionState {
    /// The deadline has passed.
    ///
    /// Gives the name of the limit for the counter, or nil when there was more time after all; ask `next` what to do.
    mutating func expire(now: Steady, date: String) -> String? {
        switch (stage, parser.phase) {
        case (.handshaking, _):
            stage = .closed
            return "handshake"
        case (.reading, .head):
            refuse(
                .refusal(.requestTimeout, "header_timeout", "the request's header took too long"),
                date: date,
                now: now
            )
            return "header"
        case (.reading, .body):
            if isFastEnough(now) {
                deadline = min(now + Self.rateInterval, bodyBegan + limits.bodyTime)
                return nil
            }
            refuse(.refusal(.requestTimeout, "body_timeout", "the request's body took too long"), date: date, now: now)
            return "body"
        case (.handling, _):
            request.keepAlive = false
            answer(.refusal(.serviceUnavailable, "timeout", "no answer in time; try again"), date: date, now: now)
            return "handler"
        case (.reading, .idle):
            stage = .closed
            return "idle"
        case (.flushing, _), (.streaming, _):
            stage = .closed
            return "write"
        case (.draining, _), (.closed, _):
            stage = .closed
            return "drain"
        }
    }

    /// A body may take its time as a whole, but while it does it must come at some speed.
    private func isFastEnough(_ now: Steady) -> Bool {
        let spent = now.since(bodyBegan)
        let wanted = Double(limits.bodyBytesPerSecond) * spent.seconds
        return spent < limits.bodyTime && Double(parser.bodyBytesReceived) >= wanted
    }
}
