package import Chrono
package import Linq
import Synchronization

/// One path that Linq posts to, with the secrets that prove its deliveries.
package final class Endpoint: Sendable {
    package let path: String
    package let secrets: [SigningSecret]
    /// How far a delivery's timestamp may be from our clock.
    package let tolerance: Span
    private let trusted: Atomic<Bool>

    ///
    /// `hasVerified`: whether a delivery has verified with these secrets before, in an earlier run.
    package init(path: String, secrets: [SigningSecret], tolerance: Span, hasVerified: Bool) {
        self.path = path
        self.secrets = secrets
        self.tolerance = tolerance
        trusted = Atomic(hasVerified)
    }

    /// Whether a delivery has verified with the present secrets.
    ///
    /// Until then a mismatch may be our own mistake.
    package var hasVerified: Bool { trusted.load(ordering: .relaxed) }

    /// Notes that a delivery has verified.
    ///
    /// True: it was the first with these secrets, which is worth writing down.
    package func noteVerified() -> Bool {
        trusted.load(ordering: .relaxed) ? false : !trusted.exchange(true, ordering: .relaxed)
    }

    /// Names the set of secrets, whatever their order, without giving them away.
    package var fingerprint: String { secrets.map(\.fingerprint).sorted().joined(separator: "+") }
}
