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
    package func send(_ response: HTTPResponse) {
        loop.answer(Answer(connection: connection, exchange: exchange, response: response))
    }
}

struct Answer: Sendable {
    let connection: UInt64
    let exchange: Int
    let response: HTTPResponse
}
