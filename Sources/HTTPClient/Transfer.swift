import CCurl
import Chrono
import Posix

/// One request under way: curl's handle for it, what has come back so far, its deadline and who waits for its end.
///
/// It belongs to the client's queue, where curl calls it back.
final class Transfer {
    typealias Outcome = Result<IncomingResponse, TransportError>

    let id: UInt64
    /// What counts as one host: requests with the same lane share its connections.
    let lane: String
    let handle: EasyHandle
    var deadline: EventSource?
    var continuation: CheckedContinuation<Outcome, Never>?
    fileprivate var collector: ResponseCollector
    private let host: String
    private let connectTimeout: Span
    private let started: Steady

    /// Prepares a request; nothing is sent yet.
    init(id: UInt64, _ request: OutgoingRequest, userAgent: String, now: Steady) throws(TransportError) {
        let address = try WebAddress(request.url)
        let lines = try request.checkedHeaderLines()
        self.id = id
        host = address.host
        lane = request.unixSocket ?? "\(address.host):\(address.port)"
        connectTimeout = min(request.connectTimeout ?? request.timeout, request.timeout)
        started = now
        collector = ResponseCollector(bodyLimit: request.responseLimit)
        handle = try EasyHandle()
        try handle.prepare(request, headers: lines, userAgent: userAgent)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.setSinks(header: takeHeader, body: takeBody, context: context)
    }

    /// What came of it, once curl has said it is done.
    func outcome(_ code: CURLcode, now: Steady) -> Outcome {
        if collector.isOversized { return .failure(.interrupted("the headers of the response are too large")) }
        // A transfer that was ended because the body is long enough fails as a write error.
        guard code == CURLE_OK || collector.isTruncated else {
            return .failure(TransportError(code, of: handle, host: host, timeout: connectTimeout))
        }
        return .success(
            IncomingResponse(
                status: handle.number(CURLINFO_RESPONSE_CODE),
                headers: collector.headers,
                body: collector.body,
                isTruncated: collector.isTruncated,
                duration: now.since(started)
            )
        )
    }
}

/// CURLOPT_HEADERFUNCTION; taking fewer bytes than offered ends the transfer.
private func takeHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer.collector.takeHeaderLine(line) ? line.count : 0
}

/// CURLOPT_WRITEFUNCTION; taking fewer bytes than offered ends the transfer.
private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer.collector.takeBody(piece) ? piece.count : 0
}
