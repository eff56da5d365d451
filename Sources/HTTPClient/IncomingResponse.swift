package import Chrono

/// What came back for a request, whatever its status.
package struct IncomingResponse: Sendable {
    package let status: Int
    /// The header fields of the final response in the order they came, without those of 1xx responses and trailers.
    package let headers: [(name: String, value: String)]
    /// At most `OutgoingRequest.responseLimit` bytes.
    package let body: [UInt8]
    /// Whether the body was longer than that.
    package let isTruncated: Bool
    /// From the call to the end of the response.
    package let duration: Span

    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isTruncated: Bool = false,
        duration: Span = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.isTruncated = isTruncated
        self.duration = duration
    }

    /// The first field of that name, upper or lower case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3); a day at the most.
    ///
    /// Nil for no wait at all: a peer that is down and says 0 would else be asked again without end.
    package func retryAfter(now: Timestamp) -> Span? {
        guard let text = header("Retry-After") else { return nil }
        let wait = Int(text).map { Span.seconds($0) } ?? Timestamp(httpDate: text).map { $0 - now }
        guard let wait, wait > .zero else { return nil }
        return min(wait, .days(1))
    }
}
