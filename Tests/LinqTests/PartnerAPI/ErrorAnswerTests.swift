import Chrono
import HTTPClient
import Testing

@testable import Linq

@Suite struct ErrorAnswerTests {
    private func error(_ reply: Wire.Reply) async throws -> PartnerError {
        let api = try Wire(reply).api(patience: .zero)
        return try #require(await failure(api.lines))
    }

    @Test func v3() async throws {
        let body = #"""
            {"success": false, "trace_id": "t-1", "error": {"status": 429, "code": 1007, "message": "Too much",
             "doc_url": "https://docs.linqapp.com/error/codes/1xxx/1007/", "retry_after": 90}}
            """#
        let error = try await error(.status(429, body))
        #expect(error.kind == .answered && error.status == 429 && error.code == "1007" && error.traceID == "t-1")
        #expect(error.retryAfter == .seconds(90) && !error.mayHaveTakenEffect && !error.isUnavailable)
        #expect(
            error.description == """
                Linq answered 429, code 1007: Too much; it can be asked again in 1 min 30 s; see \
                https://docs.linqapp.com/error/codes/1xxx/1007/ (trace id t-1)
                """
        )
    }

    @Test func v2() async throws {
        let body = #"{"errors": [{"status": 422, "code": "bad", "title": "Unprocessable", "detail": "no number"}]}"#
        let error = try await error(.status(422, body, headers: [("X-Request-Id", "r-1")]))
        #expect(error.description == "Linq answered 422, code bad: Unprocessable: no number (trace id r-1)")
    }

    @Test(
        "Other bodies leave the status",
        arguments: [
            ("", "it gave no reason"), ("<html>Bad Gateway</html>", "its reason is not in the format of the API"),
            ("{}", "its reason is not in the format of the API"), ("[1]", "its reason is not in the format of the API"),
            (#"{"error": "no"}"#, "its reason is not in the format of the API"),
            (#"{"errors": []}"#, "its reason is not in the format of the API"),
            (#"{"error": {"message": null, "code": null}}"#, "its reason is not in the format of the API"),
        ]
    )
    func odd(body: String, words: String) async throws {
        let error = try await error(.status(502, body))
        #expect(error.description == "Linq answered 502: \(words)")
        #expect(error.isUnavailable && error.mayHaveTakenEffect)
    }

    @Test("Neither the key nor what a terminal obeys is repeated, and long texts are cut")
    func clean() async throws {
        let body =
            #"{"error": {"message": "\#(Wire.key)\u001b[31m\nred \u202e\#(String(repeating: "x", count: 400))"}}"#
        let error = try await error(.status(400, body))
        #expect(error.message.hasPrefix("[redacted] [31m red xxx") && error.message.hasSuffix("…"))
        #expect(error.message.count == 301)
    }

    @Test(
        "Odd waits are no waits",
        arguments: ["0", "-1", "\"soon\"", "null"]
    )
    func oddWaits(wait: String) async throws {
        #expect(try await error(.status(429, #"{"error": {"retry_after": \#(wait)}}"#)).retryAfter == nil)
    }

    @Test func faultsBelowHTTP() async throws {
        let error = try await error(.failure(.unresolved(host: "api.linqapp.com")))
        #expect(
            error.description
                == "Linq's API at api.linqapp.com gave no answer: no address was found for the host api.linqapp.com"
        )
        #expect(error.isUnavailable && !error.mayHaveTakenEffect && error.status == nil)
    }

    @Test func accessThatIsRefused() async throws {
        for status in [401, 403] { #expect(try await error(.status(status)).isRefusedAccess) }
        for status in [400, 404, 500] { #expect(try await !error(.status(status)).isRefusedAccess) }
    }
}
