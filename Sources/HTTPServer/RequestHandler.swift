package import HTTPWire
package import Posix

/// What answers requests.
package protocol RequestHandler: Sendable {
    /// Answers a request, at once or later; called on an event loop, which it must not block.
    ///
    /// - Returns: The answer, or nil when it will be given to `reply`, once, from anywhere.
    func handle(_ request: HTTPRequest, from peer: PeerAddress, reply: Reply) -> HTTPResponse?
}

/// The way back to the connection on which a request came.
package struct Reply: Sendable {
    let loop: EventLoop
    let connection: UInt64
    let exchange: Int

    /// Answers the request.
    ///
    /// Without effect when the connection has gone, or the answer was given before.
    ///
    /// `atOnce`: on the caller's own thread, if the event loop rests, which is quicker than waking one. For a caller who
    /// has nobody else to answer meanwhile.
    package func send(_ response: HTTPResponse, atOnce: Bool = false) {
        give(.whole(response), atOnce: atOnce)
    }

    /// Begins an answer without an end: what follows comes by `push`.
    ///
    /// A peer that does not read what is pushed is cut off, and never buffered for without bound.
    ///
    /// `ended`: called once, on the event loop, when the connection has gone; also when it is gone already.
    package func open(_ response: HTTPResponse, ended: @escaping @Sendable () -> Void) {
        give(.opening(response, ended: ended))
    }

    /// More of an answer that `open` began.
    package func push(_ bytes: [UInt8]) { give(.more(bytes)) }

    private func give(_ content: Answer.Content, atOnce: Bool = false) {
        loop.answer(Answer(connection: connection, exchange: exchange, content: content), atOnce: atOnce)
    }
}

struct Answer: Sendable {
    enum Content: Sendable {
        case whole(HTTPResponse)
        case opening(HTTPResponse, ended: @Sendable () -> Void)
        case more([UInt8])
    }

    let connection: UInt64
    let exchange: Int
    let content: Content
}
