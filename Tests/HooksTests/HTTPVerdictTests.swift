import Chrono
import HTTPClient
import Testing

@testable import Hooks

@Suite struct HTTPVerdictTests {
    @Test func everyStatus() {
        let final: Set = [400, 413, 414, 415, 422]
        let untilRepaired: Set = [401, 403, 404, 410]
        for status in 100...599 {
            let outcome = HTTPVerdict.judge(IncomingResponse(status: status), now: moment)
            let failure = Failure("http_\(status)", "HTTP \(status)")
            if 200..<300 ~= status {
                #expect(outcome == .delivered(Answer("HTTP \(status)")))
            } else if untilRepaired.contains(status) {
                #expect(outcome == .broken(failure))
            } else {
                #expect(outcome == (final.contains(status) ? .failed(failure) : .retry(after: nil, failure)))
            }
        }
    }

    @Test(
        arguments: [
            ("1", Span.seconds(1)), ("120", .seconds(120)), ("86400", .days(1)),
            // The longest wait is a day, whatever is asked for.
            ("86401", .days(1)), ("9223372036854775807", .days(1)), ("Fri, 31 Dec 9999 23:59:59 GMT", .days(1)),
            // All three forms of RFC 9110, section 5.6.7.
            ("Wed, 18 Feb 2026 18:35:35 GMT", .seconds(30)), ("Wednesday, 18-Feb-26 18:35:35 GMT", .seconds(30)),
            ("Wed Feb 18 18:35:35 2026", .seconds(30)),
            // No time to wait: the backoff stands, and with it the end of a loop of attempts.
            ("0", nil), ("-1", nil), ("Wed, 18 Feb 2026 18:35:05 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 GMT", nil),
            // Not a form that RFC 9110 knows.
            ("", nil), ("soon", nil), ("1.5", nil), ("1s", nil), ("2026-02-18T18:35:35Z", nil), ("1, 2", nil),
        ] as [(String, Span?)]
    )
    func retryAfter(value: String, wait: Span?) {
        for status in [429, 503] {
            let response = IncomingResponse(status: status, headers: [("retry-AFTER", value)])
            #expect(response.retryAfter(now: moment) == wait)
            let failure = Failure("http_\(status)", "HTTP \(status)")
            #expect(HTTPVerdict.judge(response, now: moment) == .retry(after: wait, failure))
        }
    }

    @Test(arguments: [
        ("", "HTTP 500"), (" \r\n", "HTTP 500"), ("try again", "HTTP 500: try again"),
        ("<html>\r\n\t<p>no\u{2028}more</p>\n", "HTTP 500: <html> <p>no more</p>"),
        (String(repeating: "x", count: 300), "HTTP 500: " + String(repeating: "x", count: 200)),
    ])
    func whatTheReceiverSaidIsOneShortLine(body: String, description: String) {
        let failure = HTTPVerdict.failure(IncomingResponse(status: 500, body: Array(body.utf8)))
        #expect(failure == Failure("http_500", description))
    }

    /// What broke off after the request went out may have arrived, and must be taken back when its incident closes.
    @Test(arguments: [
        (TransportError.invalidURL("it has no host"), "invalid_request", false),
        (.invalidRequest("x"), "invalid_request", false), (.unresolved(host: "example.com"), "dns", false),
        (.refused, "refused", false), (.unreachable("no route"), "unreachable", false),
        (.tls("certificate has expired"), "tls", false), (.timeout(.seconds(15)), "timeout", true),
        (.interrupted("x"), "interrupted", true), (.other(code: 7, "x"), "transport", true),
        (.cancelled, "cancelled", true),
    ])
    func faultsAreTriedAgain(error: TransportError, label: String, mayHaveArrived: Bool) {
        let failure = Failure(label, error.description, mayHaveArrived: mayHaveArrived)
        #expect(HTTPVerdict.judge(error) == .retry(after: nil, failure))
    }

    /// What a receiver says to a message it takes is kept: some say there where the message went.
    @Test func whatTheReceiverSaidIsKept() {
        let response = IncomingResponse(status: 202, body: Array(#"{"id": "1"}"#.utf8))
        #expect(HTTPVerdict.judge(response, now: moment) == .delivered(Answer("HTTP 202", detail: #"{"id": "1"}"#)))
    }
}
