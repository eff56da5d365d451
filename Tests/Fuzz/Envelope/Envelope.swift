import Harness
import JSON

/// Input: a line with the value of `X-Webhook-Event`, which may be empty, then the body.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(data, count)
    let announced = input.line().map { String(decoding: $0, as: UTF8.self) }
    let body = input.rest
    if let json = try? JSON.parse(body) { checkRoundTrip(json) }
    Posting(body: body, announced: announced).check()
    return 0
}

/// What was read and is written reads as the same.
private func checkRoundTrip(_ json: JSON) {
    let text = json.bytes()
    for isPretty in [false, true] {
        let written = json.bytes(pretty: isPretty)
        do throws(JSONSyntaxError) {
            let again = try JSON.parse(written)
            claim(again == json, "\(again) instead of \(json)")
            // `==` takes two spellings of one character for equal, the bytes do not.
            claim(again.bytes() == text, "\(again) instead of \(json)")
        } catch {
            claim(false, "\(String(decoding: written, as: UTF8.self)): \(error)")
        }
    }
}
