import Posix

/// One of curl's sockets under watch, for reading, writing or both.
///
/// curl closes a socket as soon as it no longer wants it watched, Dispatch lets go of it a little later: so a duplicate
/// is watched, which lives until both sources have forgotten it.
struct SocketWatch {
    private let duplicate: SharedDescriptor
    private var readable: EventSource?
    private var writable: EventSource?

    init(_ socket: CInt) throws(PosixError) {
        duplicate = SharedDescriptor(try Descriptor(duplicating: socket))
    }

    mutating func reads(_ wanted: Bool, on executor: QueueExecutor, _ handler: @escaping @Sendable () -> Void) {
        readable = wanted ? readable ?? .readable(duplicate, on: executor, handler) : nil
    }

    mutating func writes(_ wanted: Bool, on executor: QueueExecutor, _ handler: @escaping @Sendable () -> Void) {
        writable = wanted ? writable ?? .writable(duplicate, on: executor, handler) : nil
    }
}
