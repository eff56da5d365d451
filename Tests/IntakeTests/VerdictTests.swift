import HTTPWire
import JSON
import Linq
import Testing

@testable import Intake

@Suite struct VerdictTests {
    @Test(arguments: [
        ("plain", #"{"error":"e","detail":"plain"}"#), ("", #"{"error":"e","detail":""}"#),
        (#"a "quoted" \ word"#, #"{"error":"e","detail":"a \"quoted\" \\ word"}"#),
        ("two\nlines", #"{"error":"e","detail":"two\nlines"}"#),
    ])
    func aRefusalIsJSON(detail: String, body: String) {
        let response = Refusal(.unauthorized, "e", detail).response
        #expect(response.status == .unauthorized)
        #expect(response.headers == ["Content-Type": "application/json"])
        #expect(String(decoding: response.body, as: UTF8.self) == body)
    }

    /// Every refusal of the intake: two members, and nothing of the secret, the body or the headers in them.
    @Test func refusalsGiveNothingAway() throws {
        let genuine = try request(#"{"phone_number": "BODYMARK"}"#, schemes: [.standard, .legacy])
        let names = genuine.headers.map(\.name).filter { $0 != "Content-Type" }
        var requests = [try request("BODYMARK", secret: otherSecretText), try request("BODYMARK", age: 999)]
        requests.append(try request("BODYMARK", schemes: [.legacy], secret: otherSecretText))
        requests.append(try request("BODYMARK", schemes: []))
        for dropped in names {
            requests.append(altered(genuine) { $0.name == dropped ? [] : [$0.value] })
            requests.append(altered(genuine) { $0.name == dropped ? [$0.value, "HEADERMARK"] : [$0.value] })
            requests.append(altered(genuine) { $0.name == dropped ? ["HEADERMARK"] : [$0.value] })
            requests.append(altered(genuine) { $0.name == dropped ? [""] : $0.name < "X" ? [] : [$0.value] })
        }
        var seen: Set<String> = []
        for request in requests {
            for hasVerified in [false, true] {
                guard case .refuse(let refusal) = try endpoint(hasVerified: hasVerified).examine(request, now: now)
                else { continue }
                let answer = try JSON.parse(refusal.response.body)
                #expect(answer.members?.map(\.key) == ["error", "detail"])
                #expect(answer["error"]?.string == refusal.error && answer["detail"]?.string == refusal.detail)
                let text = String(decoding: refusal.response.body, as: UTF8.self)
                for mark in ["BODYMARK", "HEADERMARK", "msg_1", "C2FV", "whsec", "1771439705", "v1,t"] {
                    #expect(!text.contains(mark), "\(text)")
                }
                seen.insert(refusal.error)
            }
        }
        #expect(seen == ["signature_missing", "signature_malformed", "signature_stale", "signature_mismatch"])
    }

    /// The same request with other values for its headers.
    private func altered(
        _ request: HTTPRequest,
        _ values: ((name: String, value: String)) -> [String]
    ) -> HTTPRequest {
        var headers = HTTPHeaders()
        for header in request.headers {
            for value in values(header) { headers.append(header.name, value) }
        }
        return HTTPRequest(method: request.method, target: request.target, headers: headers, body: request.body)
    }
}
