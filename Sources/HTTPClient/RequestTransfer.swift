import CCurl
import Chrono
import Posix

/// One HTTP request under way, and what has come back so far.
final class RequestTransfer: Transfer {
    fileprivate var collector: ResponseCollector
    private let host: String
    private let connectTimeout: Span

    /// Prepares a request; nothing is sent yet.
    init(id: UInt64, _ request: OutgoingRequest, userAgent: String?, now: Steady) throws(TransportError) {
        let address = try WebAddress(request.url)
        let lines = try request.checkedHeaderLines()
        host = address.host
        connectTimeout = min(request.connectTimeout ?? request.timeout, request.timeout)
        collector = ResponseCollector(bodyLimit: request.responseLimit)
        try super.init(id: id, lane: request.unixSocket ?? "\(address.host):\(address.port)", now: now)
        try handle.prepare(request, headers: lines, userAgent: userAgent)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.setSinks(header: takeHeader, body: takeBody, context: context)
    }

    /// What came of it, once curl has said it is done.
    func response(_ code: CURLcode, now: Steady) throws(TransportError) -> IncomingResponse {
        if collector.isOversized { throw .interrupted("the headers of the response are too large") }
        // A transfer that was ended because the body is long enough fails as a write error.
        guard code == CURLE_OK || collector.isTruncated else {
            throw TransportError(code, of: handle, host: host, timeout: connectTimeout)
        }
        return IncomingResponse(
            status: handle.number(CURLINFO_RESPONSE_CODE),
            headers: collector.headers,
            body: collector.body,
            isTruncated: collector.isTruncated,
            duration: now.since(started)
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
    let transfer = Unmanaged<RequestTransfer>.fromOpaque(context).takeUnretainedValue()
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
    let transfer = Unmanaged<RequestTransfer>.fromOpaque(context).takeUnretainedValue()
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer.collector.takeBody(piece) ? piece.count : 0
}
