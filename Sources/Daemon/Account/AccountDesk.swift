import Chrono
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Posix

/// What operators have Linq asked for.
struct AccountDesk: Sendable {
    let switchboard: Switchboard
    let ledger: Ledger
    let reader: LedgerReader

    private static let notAsked = Refusal(
        .conflict,
        "linq_not_configured",
        "the configuration has no section linq: nothing is asked of Linq"
    ).response

    /// Compares all lines, and the subscription, with what Linq says now; answers when that is done.
    func reconcile() async throws -> HTTPResponse {
        guard let account = switchboard.account else { return Self.notAsked }
        switch await account.reconciler.reconcile() {
        case .failed(let reason): return Refusal(.badGateway, "linq_unreachable", reason).response
        case .compared(let report):
            let body = JSON.object([
                ("lines", .number(await account.reconciler.status.lines)),
                ("learnt", .array(report.learnt.map { .string($0.description) })),
                ("differences", .array(report.differences.map(\.json))),
                ("retired", .array(report.retired.map { .string($0.description) })),
                ("linq", await account.reconciler.status.json),
            ])
            return .json(.ok, body.bytes())
        }
    }

    /// Has a line audited; answers at once with what is wanted, `GET /v1/lines/{line}` shows what becomes of it.
    ///
    /// The body names who asks and, if there is one, a reason.
    func inspect(_ line: PhoneNumber, _ body: [UInt8]) async throws -> HTTPResponse {
        guard let account = switchboard.account else { return Self.notAsked }
        guard let inspector = account.inspector else {
            return Refusal(.conflict, "no_audits", "API V2 has no reputation audits").response
        }
        let form: OrderForm
        do throws(OrderForm.Problem) {
            form = try OrderForm(body, keys: [], needsReason: false)
        } catch {
            return error.response
        }
        do throws(LedgerError) {
            let id = try await inspector.inspect(line)
            ledger.note("line.audit", line.description, form.signature)
            let body = JSON.object([("audit", .object([("id", id.map(JSON.string) ?? .null)]))])
            return .json(.accepted, body.bytes())
        } catch {
            return OperatorDesk.notStored(error)
        }
    }
}

extension ReconcileReport.Difference {
    fileprivate var json: JSON {
        .object([
            ("phone_number", .string(line.description)), ("known", .string(known)), ("listed", .string(listed)),
        ])
    }
}

extension Inspection {
    var json: JSON {
        .object([
            ("id", .string(id)),
            ("cause", .string(cause.rawValue)),
            ("state", .string(state.rawValue)),
            ("created_at", .string(createdAt.rfc3339)),
            ("settled_at", settledAt.map { .string($0.rfc3339) } ?? .null),
            ("audit_id", auditID.map(JSON.string) ?? .null),
            ("trace_id", traceID.map(JSON.string) ?? .null),
            ("detail", detail.map(JSON.string) ?? .null),
            ("report", report.flatMap { try? JSON.parse(Array($0.utf8)) } ?? .null),
        ])
    }
}
