package import Crypto
import Synchronization

/// The certificate a server shows now.
///
/// Connections keep the one they began with, so a new one disturbs nobody.
package final class TLSCertificate: Sendable {
    private let context: Mutex<TLSContext>

    package init(_ context: TLSContext) { self.context = Mutex(context) }

    /// What new connections are shown.
    package var current: TLSContext { context.withLock { $0 } }

    /// Shows another certificate from the next connection on.
    package func replace(with new: TLSContext) { context.withLock { $0 = new } }
}
