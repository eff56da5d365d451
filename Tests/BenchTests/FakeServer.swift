import Glibc
import Testing

@testable import linewarden_bench

/// A server on the driver's own thread and epoll, which answers as a test says.
final class FakeServer {
    enum Behaviour {
        case answer(String)
        /// Nothing is read and nothing answered for now.
        case wait
        /// It says this and hangs up.
        case hangUp(String)
    }

    let target: Target
    private let listener: Int32
    private let epoll: Epoll
    private let behaviour: (_ request: Int) -> Behaviour
    private(set) var requests = 0

    init(_ epoll: Epoll, _ behaviour: @escaping (_ request: Int) -> Behaviour) throws {
        self.epoll = epoll
        self.behaviour = behaviour
        let listener = try Target("127.0.0.1:0").listen()
        self.listener = listener
        var (address, length) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
        withUnsafeMutablePointer(to: &address) {
            _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        target = try Target("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/w")
        epoll.watch(listener, tag: Driver.foreign)
    }

    deinit { close(listener) }

    func ready(_ tag: UInt64) {
        let socket = Int32(truncatingIfNeeded: tag & 0xffff_ffff)
        guard socket != 0 else {
            let accepted = accept(listener, nil, nil)
            makeReady(accepted)
            epoll.watch(accepted, tag: Driver.foreign | UInt64(accepted))
            return
        }
        let behaviour = behaviour(requests)
        if case .wait = behaviour { return }
        var bytes = [UInt8](repeating: 0, count: 8_192)
        guard recv(socket, &bytes, bytes.count, 0) > 0 else {
            close(socket)
            return
        }
        requests += 1
        switch behaviour {
        case .answer(let text): send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL))
        case .hangUp(let text):
            send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL))
            close(socket)
        case .wait: break
        }
    }
}
