import Metrics
import Posix

// What an event loop does as time passes.
extension EventLoop {
    /// The wheel finds deadlines that move away by itself; one that comes nearer has to be put in anew.
    func lookAgain(_ connection: Connection) {
        let deadline = connection.state.deadline
        if deadline + DeadlineWheel.tickSpan < connection.looksAgain {
            connection.looksAgain = wheel.add(connection.id, deadline: deadline)
        }
    }

    func expire() {
        readClocks()
        let now = self.now
        for id in wheel.advance(to: now) {
            guard let connection = connections[id] else { continue }
            if connection.state.deadline <= now {
                if let limit = connection.state.expire(now: now, date: httpDate) {
                    context.instruments.timeouts.add(1, limit)
                }
                advance(connection)
            }
            // An entry that an earlier one made needless leads nowhere.
            if connections[id] != nil, connection.looksAgain <= now {
                connection.looksAgain = wheel.add(id, deadline: connection.state.deadline)
            }
        }
        if connections.isEmpty { ticker = nil }
    }
}
