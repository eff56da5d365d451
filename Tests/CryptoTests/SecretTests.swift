import Testing

@testable import Crypto

@Suite struct SecretTests {
    private struct Settings {
        let name = "ops"
        let secret = Secret("hunter2")
        let list = [Secret("hunter2")]
        let table = ["key": Secret("hunter2")]
        let maybe: Secret? = Secret("hunter2")
    }

    private struct Fault: Error { let secret = Secret("hunter2") }

    @Test func neverPrints() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        var printed = ""
        print(secret, [secret], Optional(secret) as Any, (secret, 1), to: &printed)
        debugPrint(secret, to: &printed)
        let texts = [
            secret.description, secret.debugDescription, String(describing: secret), String(reflecting: secret),
            "\(secret)", "\([secret])", "\(["a": secret])", "\(Optional(secret) as Any)", dumped, printed,
            String(describing: secret as Any),
        ]
        for text in texts { #expect(text.contains("[redacted]") && !text.contains("hunter2")) }
    }

    @Test func hasNothingToReflect() {
        let mirror = Mirror(reflecting: Secret("hunter2"))
        #expect(mirror.children.isEmpty)
        #expect(mirror.superclassMirror == nil)
        #expect(mirror.descendant("exposed") == nil)
    }

    @Test func neverPrintsInsideOthers() {
        let settings = Settings()
        var text = "\(settings) \(Fault())" + String(reflecting: settings) + String(reflecting: Fault())
        dump(settings, to: &text)
        dump(Fault(), to: &text)
        #expect(!text.contains("hunter2"))
        #expect(text.contains("ops") && text.contains("[redacted]"))
    }

    @Test func isEqualByItsText() {
        #expect(Secret("a") == Secret("a"))
        #expect(Secret("a") != Secret("b"))
        #expect(Secret("hunter2").exposed == "hunter2")
    }
}
