import Chrono
import Crypto
import Hooks
import Posix
import Settings

/// Whether a hook's receiver can be reached, or takes a message.
struct HookExamination: Examination {
    let hookName: String
    /// Nil when its entry in the configuration is not good.
    let hook: HookSettings?
    /// Whether it is sent a message, which somebody will read.
    let sendsTest: Bool
    let context: HookContext

    var name: String { "hook \(hookName)" }

    func verdicts() async -> [Verdict] {
        guard let hook else { return [.skipped(name, "needs a good entry in the configuration")] }
        let target = hook.make(context)
        // Whoever only holds lines back has nobody to show a message to.
        let isForPeople = hook.roles.contains(.page)
        let verdict = await withTaskCancellationHandler {
            sendsTest && isForPeople ? await send(target) : await probe(target, hook)
        } onCancel: {
            // Being closed it leaves nothing behind, such as a program that runs on.
            Task { await target.close() }
        }
        await target.close()
        return [verdict]
    }

    private func probe(_ target: any Hook, _ hook: HookSettings) async -> Verdict {
        switch await target.probe() {
        case .reached(let words): .ok(name, sendsTest ? "\(words); it takes no test message" : words)
        case .unreachable(let words):
            .wrong(name, words, "Put right what hooks.\(hookName) says, or the way there: linewarden keeps trying.")
        case .unknown: .skipped(name, "whether a \(hook.type) hook works only shows when it is used")
        }
    }

    private func send(_ target: any Hook) async -> Verdict {
        let now = Clock.system.now()
        let message = Message.test(at: now)
        let attempt = Attempt(
            id: "test_" + Hex.encode((0..<12).map { _ in .random(in: .min ... .max) }),
            type: message.type,
            line: nil,
            payload: target.render(message),
            now: now
        )
        switch await target.deliver(attempt) {
        case .delivered(let answer): return .ok(name, "took the test message: \(answer.description)")
        case .retry(_, let failure):
            return .wrong(name, "did not take the test message: \(failure)", "It may pass: linewarden keeps trying.")
        case .failed(let failure):
            let remedy = "Look at what the receiver wants, and at hooks.\(hookName)."
            return .wrong(name, "refused the test message: \(failure)", remedy)
        case .broken(let failure):
            let remedy = "Correct the address, the key or the program of hooks.\(hookName)."
            return .wrong(name, "takes nothing: \(failure)", remedy)
        }
    }
}
