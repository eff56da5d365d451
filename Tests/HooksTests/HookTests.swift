import Testing

@testable import Hooks

@Suite struct HookTests {
    private struct Plain: Hook {
        func render(_ message: Message) -> [UInt8] { [] }
        func deliver(_ attempt: Attempt) async -> Outcome { .delivered(Answer("HTTP 200")) }
    }

    @Test func whatAHookNeedNotSay() async {
        #expect(Plain().concurrency == 8 && Plain().groupsPages && !Plain().showsReasons)
        #expect(await Plain().restore([]) == nil)
    }

    @Test func aFailureReadsAsItsSentence() { #expect("\(Failure("http_500", "HTTP 500"))" == "HTTP 500") }
}
