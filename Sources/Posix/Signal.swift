import Glibc

/// The signals a daemon listens to.
package enum Signal {
    /// SIGTERM: stop in order.
    package static let terminate = SIGTERM
    /// SIGINT: the same, from a terminal.
    package static let interrupt = SIGINT
    /// SIGHUP: read the configuration again.
    package static let hangUp = SIGHUP
}
