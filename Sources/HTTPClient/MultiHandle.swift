import CCurl
import Posix

/// curl's engine for many transfers at once ("multi handle"), with the sockets and the timer it wants watched.
///
/// It belongs to the client's queue. curl's callbacks only write down what to watch: entering curl again from within
/// one is forbidden, so every event goes to `wake` on the queue, and from there to `handle(_:)`.
final class MultiHandle {
    /// Why curl is to be entered.
    enum Event: Sendable {
        case timer
        case socket(CInt, readiness: CInt)
    }

    /// How a transfer ended.
    struct Completion {
        let easy: UnsafeMutableRawPointer
        let result: Result<CURLcode, PosixError>
    }

    /// Connections that are kept open for later requests, for all hosts together.
    private static let idleConnections = 32

    private let raw: UnsafeMutableRawPointer
    private let executor: QueueExecutor
    private let wake: @Sendable (Event) -> Void
    private var watches: [CInt: SocketWatch] = [:]
    private var owners: [CInt: UnsafeMutableRawPointer] = [:]
    private var timer: EventSource?
    private var unwatched: [Completion] = []

    init(on executor: QueueExecutor, wake: @escaping @Sendable (Event) -> Void) throws(TransportError) {
        guard globalInitialization == CURLE_OK else { throw TransportError(globalInitialization) }
        guard let raw = curl_multi_init() else { throw .outOfMemory }
        self.raw = raw
        self.executor = executor
        self.wake = wake
        lw_curl_multi_set_number(raw, CURLMOPT_MAXCONNECTS, Self.idleConnections)
        let context = Unmanaged.passUnretained(self).toOpaque()
        lw_curl_multi_set_observers(raw, watchSocket, setTimer, context)
    }

    deinit {
        lw_curl_multi_set_observers(raw, nil, nil, nil)
        curl_multi_cleanup(raw)
    }

    /// Starts a transfer: its handle must live until `remove`.
    func add(_ handle: EasyHandle) throws(TransportError) {
        let code = curl_multi_add_handle(raw, handle.raw)
        guard code == CURLM_OK else { throw .other(code: code.rawValue, String(cString: curl_multi_strerror(code))) }
    }

    /// Ends a transfer, at whatever point it is.
    func remove(_ handle: EasyHandle) { curl_multi_remove_handle(raw, handle.raw) }

    /// Lets curl do what it can, and gives the transfers that this brought to an end.
    func handle(_ event: Event) -> [Completion] {
        var running: CInt = 0
        switch event {
        case .timer:
            timer = nil
            curl_multi_socket_action(raw, CURL_SOCKET_TIMEOUT, 0, &running)
        case .socket(let socket, let readiness):
            curl_multi_socket_action(raw, socket, readiness, &running)
        }
        return completions()
    }

    /// Has curl look at a transfer now, which then sees that it is to stop.
    func nudge(_ handle: EasyHandle) -> [Completion] {
        var running: CInt = 0
        for socket in owners.filter({ $0.value == handle.raw }).keys {
            curl_multi_socket_action(raw, socket, CURL_CSELECT_IN, &running)
        }
        return completions()
    }

    private func completions() -> [Completion] {
        var completions = unwatched
        unwatched = []
        var left: CInt = 0
        while let message = curl_multi_info_read(raw, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let easy = message.easy_handle else { continue }
            completions.append(Completion(easy: easy, result: .success(message.data.result)))
        }
        return completions
    }

    fileprivate func watch(_ socket: CInt, for what: CInt, of easy: UnsafeMutableRawPointer) {
        guard what != CURL_POLL_REMOVE else {
            watches[socket] = nil
            owners[socket] = nil
            return
        }
        owners[socket] = easy
        do throws(PosixError) {
            if watches[socket] == nil { watches[socket] = try SocketWatch(socket) }
        } catch {
            // Out of descriptors: better an error at once than one at the deadline.
            unwatched.append(Completion(easy: easy, result: .failure(error)))
        }
        watches[socket]?.reads(what & CURL_POLL_IN != 0, on: executor) { [wake] in
            wake(.socket(socket, readiness: CURL_CSELECT_IN))
        }
        watches[socket]?.writes(what & CURL_POLL_OUT != 0, on: executor) { [wake] in
            wake(.socket(socket, readiness: CURL_CSELECT_OUT))
        }
    }

    fileprivate func schedule(milliseconds: Int) {
        let wake = wake
        timer =
            milliseconds < 0
            ? nil : .after(nanoseconds: UInt64(milliseconds) * 1_000_000, on: executor) { wake(.timer) }
    }
}

/// Done once, before anything else of curl, and never undone.
private let globalInitialization = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

/// CURLMOPT_SOCKETFUNCTION.
private func watchSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ socket: CInt,
    _ what: CInt,
    _ context: UnsafeMutableRawPointer?,
    _: UnsafeMutableRawPointer?
) -> CInt {
    guard let easy, let context else { return 0 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().watch(socket, for: what, of: easy)
    return 0
}

/// CURLMOPT_TIMERFUNCTION; -1 means no timer.
private func setTimer(
    _: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { return 0 }
    Unmanaged<MultiHandle>.fromOpaque(context).takeUnretainedValue().schedule(milliseconds: milliseconds)
    return 0
}
