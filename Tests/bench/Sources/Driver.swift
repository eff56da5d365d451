import CBench
import Glibc

/// Sends prepared requests over keep-alive connections, one under way on each, and notes when answers come.
///
/// One thread and one epoll, with two system calls a request (read, write): what it costs is taken from the subject,
/// which shares the processors with it.
final class Driver {
    struct Plan {
        var connections: Int
        /// Requests a second whatever the subject does (open loop); nil: the next one when an answer came (closed loop).
        var rate: Double?
        /// Nanoseconds that are not measured.
        var warmup: UInt64
        /// Nanoseconds that are measured.
        var duration: UInt64
        /// The number of requests after which it ends before its time.
        var limit: Int
        /// Whether requests may be sent again when all have been.
        var repeats: Bool
        /// What every body has to hold.
        var expected: [UInt8]
        /// Whether it asks again and again instead of sleeping until an answer is there, so that waking up is not
        /// measured with it; takes a processor.
        var polls = false
        /// How long answers that are late are waited for.
        var patience: UInt64 = 10_000_000_000
    }

    private struct Connection {
        var socket: Int32
        /// The number of the request under way; -1: none.
        var request = -1
        var filled = 0
        let buffer: UnsafeMutableRawPointer
    }

    /// Others who wait on the same thread have this bit in their tags.
    static let foreign: UInt64 = 1 << 63
    private static let bufferSize = 16_384

    let records: Records
    private(set) var reconnects = 0
    /// Connections that ended, or answers that were none, with a request under way.
    private(set) var broken = 0
    /// Requests that were due and for which no connection was free to the end.
    private(set) var unsent = 0
    private(set) var ranOut = false
    private(set) var windowStart: UInt64 = 0
    private(set) var windowEnd: UInt64 = 0
    private let target: Target
    private let requests: Requests
    private let plan: Plan
    private let epoll: Epoll
    private var connections: [Connection] = []
    private var idle: [Int] = []
    private var isSending = true
    private var underWay = 0

    init(_ target: Target, _ requests: Requests, _ plan: Plan, _ epoll: Epoll) throws {
        (self.target, self.requests, self.plan, self.epoll) = (target, requests, plan, epoll)
        records = Records(capacity: plan.repeats ? plan.limit : min(plan.limit, requests.count))
        for index in 0..<plan.connections {
            let socket = try target.connect()
            connections.append(
                Connection(socket: socket, buffer: .allocate(byteCount: Self.bufferSize, alignment: 16))
            )
            epoll.watch(socket, tag: UInt64(index))
        }
        idle = Array((0..<plan.connections).reversed())
    }

    deinit {
        for connection in connections {
            close(connection.socket)
            connection.buffer.deallocate()
        }
    }

    /// Runs to the end.
    ///
    /// `opening`, `closing`: called when what is measured begins and ends.
    ///
    /// `foreign`: called with the tags of others on the same epoll.
    ///
    /// `isDone`: what else has to be waited for when the last answer is there.
    func run(
        opening: () -> Void,
        closing: () -> Void,
        foreign: (UInt64) -> Void = { _ in },
        isDone: () -> Bool = { true }
    ) throws {
        let start = steadyNanoseconds()
        (windowStart, windowEnd) = (start + plan.warmup, start + plan.warmup + plan.duration)
        var isOpen = false
        let spacing = plan.rate.map { 1e9 / $0 }
        var due = 0
        var deadline = UInt64.max
        if spacing == nil { while let index = idle.popLast() { try send(index, intended: steadyNanoseconds()) } }
        while true {
            var now = steadyNanoseconds()
            if !isOpen, now >= windowStart {
                opening()
                isOpen = true
            }
            let isSpent = plan.rate == nil && records.count >= records.capacity && underWay == 0
            if isSending, now >= windowEnd || isSpent {
                isSending = false
                ranOut = now < windowEnd && records.capacity < plan.limit
                windowEnd = min(windowEnd, now)
                if !isOpen { opening() }
                closing()
                deadline = now + plan.patience
            }
            var wait: UInt64 = 100_000_000
            if let spacing {
                // What was due within the window is sent however late it is.
                while true {
                    let intended = start + UInt64(Double(due) * spacing)
                    if intended >= windowEnd || records.count >= records.capacity { break }
                    if intended > now { wait = min(wait, intended - now); break }
                    guard let index = idle.popLast() else { break }
                    due += 1
                    try send(index, intended: intended)
                    now = steadyNanoseconds()
                }
                let wanted = Int(Double(min(now, windowEnd) - start) / spacing)
                unsent = max(0, min(wanted, records.capacity) - due)
            }
            if isSending { wait = min(wait, windowEnd > now ? windowEnd - now : 0) }
            if !isSending, now >= deadline || (underWay == 0 && unsent == 0 && isDone()) { break }
            for event in 0..<epoll.wait(plan.polls ? 0 : wait) {
                let tag = epoll.tag(at: event)
                if tag & Self.foreign != 0 { foreign(tag) } else { try receive(Int(tag)) }
            }
        }
    }

    private func send(_ index: Int, intended: UInt64) throws {
        let number = records.add(intended: intended)
        connections[index].request = number
        underWay += 1
        try write(index, number)
    }

    private func write(_ index: Int, _ number: Int) throws {
        let bytes = requests[number % requests.count]
        records[number].sent = steadyNanoseconds()
        // One request of a kilobyte on a connection without another: it fits the socket's buffer, or the peer has gone.
        if Glibc.send(connections[index].socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            != bytes.count
        {
            try reconnect(index)
        }
    }

    private func receive(_ index: Int) throws {
        let filled = connections[index].filled
        let buffer = connections[index].buffer
        let count = recv(connections[index].socket, buffer + filled, Self.bufferSize - filled, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return try reconnect(index) }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: filled + count)
        switch Answer.read(bytes) {
        case .incomplete:
            connections[index].filled = filled + count
            if filled + count == Self.bufferSize { try reconnect(index) }
        case .malformed:
            try reconnect(index)
        case .whole(let answer):
            guard connections[index].request >= 0 else { return try reconnect(index) }
            note(answer, bytes, connections[index].request)
            connections[index].filled = 0
            try next(index, closes: answer.closes || answer.length < bytes.count)
        }
    }

    private func note(_ answer: Answer, _ bytes: UnsafeRawBufferPointer, _ number: Int) {
        records[number].answered = steadyNanoseconds()
        records[number].status = UInt16(clamping: answer.status)
        guard !plan.expected.isEmpty else { return records[number].isExpected = true }
        let body = UnsafeRawBufferPointer(rebasing: bytes[answer.bodyStart..<answer.length])
        records[number].isExpected =
            lwb_find(body.baseAddress, UInt(body.count), plan.expected, UInt(plan.expected.count)) >= 0
    }

    private func next(_ index: Int, closes: Bool) throws {
        connections[index].request = -1
        underWay -= 1
        if closes { try renew(index) }
        if plan.rate == nil, isSending, records.count < records.capacity {
            try send(index, intended: steadyNanoseconds())
        } else {
            idle.append(index)
        }
    }

    /// The peer has gone: what was under way has failed, unless nothing was.
    private func reconnect(_ index: Int) throws {
        if connections[index].request < 0 { return try renew(index) }
        broken += 1
        connections[index].request = -1
        underWay -= 1
        try renew(index)
        idle.append(index)
        if plan.rate == nil, isSending, records.count < records.capacity, let index = idle.popLast() {
            try send(index, intended: steadyNanoseconds())
        }
    }

    private func renew(_ index: Int) throws {
        reconnects += 1
        close(connections[index].socket)
        connections[index].socket = try target.connect()
        connections[index].filled = 0
        epoll.watch(connections[index].socket, tag: UInt64(index))
    }
}
