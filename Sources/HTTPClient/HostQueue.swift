/// Who may talk to a host now, and who waits for that: so many at a time for each host, the others in order.
///
/// libcurl could do it (CURLMOPT_MAX_HOST_CONNECTIONS), but keeps all that wait in one line for all hosts: those for
/// a host that hangs would be in front of those for one that answers, and their deadlines would not be looked at
/// (`process_pending_handles` and `multi_runsingle` in its lib/multi.c).
struct HostQueue {
    private struct Lane {
        var running: Set<UInt64> = []
        var waiting: [UInt64] = []
    }

    private let limit: Int
    private var lanes: [String: Lane] = [:]

    /// - Parameter limit: Requests at a time for each host.
    init(limit: Int) { self.limit = limit }

    /// Adds a request; true when it may start now.
    mutating func enter(_ id: UInt64, host: String) -> Bool {
        if lanes[host, default: Lane()].running.count < limit {
            lanes[host, default: Lane()].running.insert(id)
            return true
        }
        lanes[host, default: Lane()].waiting.append(id)
        return false
    }

    /// Takes a request out, whether it ran or waited; gives the one that may start in its place.
    mutating func leave(_ id: UInt64, host: String) -> UInt64? {
        guard var lane = lanes.removeValue(forKey: host) else { return nil }
        defer { if !lane.running.isEmpty { lanes[host] = lane } }
        guard lane.running.remove(id) != nil else {
            lane.waiting.removeAll { $0 == id }
            return nil
        }
        guard !lane.waiting.isEmpty else { return nil }
        let next = lane.waiting.removeFirst()
        lane.running.insert(next)
        return next
    }

    /// Hosts with a request under way.
    var hosts: Int { lanes.count }
}
