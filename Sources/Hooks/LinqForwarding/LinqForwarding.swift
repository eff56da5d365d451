import Chrono
import HTTPClient
import JSON
import Lines
import Linq
import Posix

/// Has calls to a paused line go to another number, and back to where they went when it is paused no more.
///
/// Where they went is remembered before anything is changed. Where somebody else has changed it meanwhile, it is left
/// alone: an operator knows better.
struct LinqForwarding: Hook {
    let forwardTo: PhoneNumber
    let timeout: Span
    let access: PartnerAccess?
    let client: HTTPClient
    let memory: HookMemory
    let clock: Clock
    private let underWay = AttemptsUnderWay()

    init(
        forwardTo: PhoneNumber,
        timeout: Span,
        access: PartnerAccess?,
        client: HTTPClient,
        memory: HookMemory,
        clock: Clock = .system
    ) {
        self.forwardTo = forwardTo
        self.timeout = timeout
        self.access = access
        self.client = client
        self.memory = memory
        self.clock = clock
    }

    /// Every attempt reads the list of all lines.
    var concurrency: Int { 2 }

    func render(_ message: Message) -> [UInt8] { message.json.bytes() }

    func deliver(_ attempt: Attempt) async -> Outcome {
        guard let line = attempt.line else {
            return .failed(Failure("no_line", "forwarding is about lines, and this message is not"))
        }
        guard let access else {
            return .broken(Failure("no_access", "the configuration has no section linq, so there is no key"))
        }
        let end = clock.steady() + timeout
        return await underWay.run { await carryOut(attempt.type, line, access, until: end) }
    }

    func probe() async -> Reach {
        guard let access else { return .unreachable("the configuration has no section linq, so there is no key") }
        do throws(PartnerError) {
            let lines = try await api(access, until: clock.steady() + timeout).lines()
            return .reached("Linq lists \(lines.count) lines whose forwarding can be set")
        } catch {
            return .unreachable(error.description)
        }
    }

    /// An attempt that went on behind the back of its successor could undo what that one does.
    func close() async { await underWay.close() }

    private func carryOut(
        _ type: String,
        _ line: PhoneNumber,
        _ access: PartnerAccess,
        until end: Steady
    ) async -> Outcome {
        let isPause = type == "line.paused"
        let key = line.description
        do throws(HookMemoryFailure) {
            let kept = try await memory.recall(key).flatMap { KeptForwarding($0) }
            if !isPause, kept == nil { return .delivered(Answer("nothing to do: calls were never forwarded")) }
            let lines: [AccountLine]
            do throws(PartnerError) {
                lines = try await api(access, until: end).lines()
            } catch {
                return PartnerVerdict.judge(error, isListing: true)
            }
            guard let record = lines.first(where: { $0.phoneNumber == line.description }) else {
                return try await withoutRecord(isPause, key, listed: lines.count)
            }
            let current = record.forwardingNumber
            let step =
                isPause
                ? ForwardingStep.pausing(kept, current: current, to: forwardTo.description)
                : .resuming(kept, current: current)
            if isPause, case .put(_, let next) = step, next != kept { try await memory.remember(key, next.text) }
            if case .put(let number, _) = step, number != current {
                do throws(PartnerError) {
                    let told = try await api(access, until: end).setForwarding(number, of: record.id).forwardingNumber
                    if told != number { return .retry(after: nil, Self.notTaken(number, told)) }
                } catch {
                    return PartnerVerdict.judge(error, isListing: false)
                }
            }
            if !isPause { try await memory.remember(key, nil) }
            return .delivered(Self.answer(step, kept, current: current))
        } catch {
            return .retry(after: nil, Failure("memory", error.description, mayHaveArrived: true))
        }
    }

    /// An empty list is no news about a line: it is what a key of another account sees.
    private func withoutRecord(_ isPause: Bool, _ key: String, listed: Int) async throws(HookMemoryFailure) -> Outcome {
        if listed == 0 { return .retry(after: nil, Failure("no_lines", "Linq lists no line at all")) }
        if isPause { return .failed(Failure("unknown_line", "Linq lists no such line: \(key)")) }
        try await memory.remember(key, nil)
        return .delivered(Answer("nothing to do: Linq lists the line no more"))
    }

    private func api(_ access: PartnerAccess, until end: Steady) -> PartnerAPI {
        // At once too late is a timeout as well, and libcurl takes zero for none.
        let left = max(end.since(clock.steady()), .milliseconds(1))
        return PartnerAPI(access, client: client, patience: .zero, timeout: left)
    }

    private static func answer(_ step: ForwardingStep, _ kept: KeptForwarding?, current: String?) -> Answer {
        switch step {
        case .leave: return Answer("nothing to do: calls go \(place(current))")
        case .put(let number, _) where number == current: return Answer("nothing to do: calls go \(place(current))")
        case .put(let number, _): return Answer("calls go \(place(number)); before: \(place(current))")
        case .yield:
            let ours = kept.map { $0.ours.joined(separator: ", ") } ?? ""
            return Answer(
                "left alone: somebody changed the forwarding meanwhile, calls go \(place(current))",
                detail: "Calls went \(place(kept?.old)) before linewarden forwarded them to \(ours). Change it with "
                    + "linewarden linq forward if it should be otherwise.",
                isRemarkable: true
            )
        }
    }

    private static func notTaken(_ number: String?, _ told: String?) -> Failure {
        Failure("not_taken", "Linq was asked to send calls \(place(number)), and says that they go \(place(told))")
    }

    private static func place(_ number: String?) -> String { number.map { "to \($0)" } ?? "nowhere" }
}
