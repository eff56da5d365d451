/// The versions this server speaks; every other one is answered with 505.
package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11
}
