/// What a server is doing as a whole.
enum ServerPhase: Equatable {
    case serving
    /// It is going, and a successor will accept from the same sockets: what still comes on connections that are open is
    /// answered, and they are closed then.
    case handingOver
    /// It is going, and nobody follows: what still comes is answered 503, which makes the sender try again later.
    case stopping
}
