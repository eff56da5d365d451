/// What became of one request: three moments of the monotonic clock in nanoseconds, and the status.
struct Record {
    /// When it should have been sent: the answer's time counts from here, however late it was sent, or a subject that
    /// stalls would hold back the very requests that would show it.
    var intended: UInt64 = 0
    /// Just before its last byte was written; 0: never.
    var sent: UInt64 = 0
    /// When the answer had been read; 0: never.
    var answered: UInt64 = 0
    /// The answer's status; 0: none came.
    var status: UInt16 = 0
    /// Whether the body held what was expected.
    var isExpected = false

    var latency: UInt64 { answered > intended ? answered - intended : 0 }
}

/// The records of all requests of a run, in the order of sending.
final class Records {
    private(set) var count = 0
    let capacity: Int
    private let base: UnsafeMutablePointer<Record>

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    /// Adds one; gives its number.
    func add(intended: UInt64) -> Int {
        base.advanced(by: count).initialize(to: Record(intended: intended))
        count += 1
        return count - 1
    }

    subscript(index: Int) -> Record {
        get { base[index] }
        _modify { yield &base[index] }
    }
}
