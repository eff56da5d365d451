import CCurl
import Chrono
import Posix

/// One exchange under way: curl's handle for it, its deadline and who waits for its end.
///
/// What is exchanged is up to the subclass. It belongs to the client's queue, where curl calls it back.
class Transfer {
    /// What curl said in the end, or why it was ended before.
    typealias Ending = Result<CURLcode, TransportError>

    let id: UInt64
    /// What counts as one host: transfers with the same lane share its connections.
    let lane: String
    let handle: EasyHandle
    let started: Steady
    let stopSign = StopSign()
    var deadline: EventSource?
    var continuation: CheckedContinuation<Ending, Never>?
    /// Why it is to end, where curl has to be asked to end it.
    var reasonToStop: TransportError?

    init(id: UInt64, lane: String, now: Steady) throws(TransportError) {
        self.id = id
        self.lane = lane
        started = now
        handle = try EasyHandle()
    }

    /// Whether curl must end it in its own way; false: it can be taken away from curl at any point.
    var endsItself: Bool { false }
}
