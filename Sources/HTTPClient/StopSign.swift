import Synchronization

/// Tells a transfer to stop, from any thread.
///
/// curl asks for it (CURLOPT_XFERINFOFUNCTION) at least once a second while it keeps the queue to itself.
final class StopSign: Sendable {
    private let flag = Atomic(false)

    var isUp: Bool { flag.load(ordering: .relaxed) }

    func raise() { flag.store(true, ordering: .relaxed) }
}
