package import Chrono
package import Crypto
package import JSON
import Lines

/// `{"type": "linq_forwarding"}`: calls to a paused line go to another number.
package struct LinqForwardingConfiguration: HookConfiguration {
    package static let type = "linq_forwarding"
    package static let roles: Set<HookRole> = [.control]
    package static let asksLinq = true
    /// Each would take the other's number for what was there before, and in the end for somebody else's.
    package static let isAlone = true

    let forwardTo: PhoneNumber

    package static func read(_ object: ObjectReader, _ secrets: SecretSource) -> LinqForwardingConfiguration? {
        guard let reader = object.required("forward_to"), let text = reader.string() else { return nil }
        guard let number = PhoneNumber(text) else {
            reader.fail("\"\(text)\" is no number in E.164 form, such as \"+12025551234\"")
            return nil
        }
        return LinqForwardingConfiguration(forwardTo: number)
    }

    package var summary: String { "forwards calls of paused lines to \(forwardTo)" }

    package func make(name: String, timeout: Span, _ context: HookContext) -> any Hook {
        LinqForwarding(
            forwardTo: forwardTo,
            timeout: timeout,
            access: context.access,
            client: context.client,
            memory: context.memory(name)
        )
    }
}
