import Chrono
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Posix

/// Takes the orders of operators: to pause a line, to let it send, and to keep quiet about it.
struct OperatorDesk: Sendable {
    /// The longest hold or silence with an end.
    private static let longest = Span.days(365)

    let ledger: Ledger
    let reader: LedgerReader
    let clock: Clock

    /// `{"reason":"…","by":"…","for":"2h"}`; without `for` the hold has no end.
    func pause(_ line: PhoneNumber, _ body: [UInt8]) async throws -> HTTPResponse {
        await answer(body, keys: ["for"]) { form throws(OrderForm.Problem) in
            let span = try time(form.json["for"])
            return try await operate(.pause(until: span.map { clock.now() + $0 }), line, form.signature)
        }
    }

    /// `{"reason":"…","by":"…"}`.
    func resume(_ line: PhoneNumber, _ body: [UInt8]) async throws -> HTTPResponse {
        await answer(body, keys: []) { form throws(OrderForm.Problem) in
            try await operate(.resume, line, form.signature)
        }
    }

    /// `{"lines":"+1202*","severities":["warning"],"for":"2h","reason":"…","by":"…"}`; without `lines` all are meant,
    /// without `severities` all of those.
    func silence(_ body: [UInt8]) async throws -> HTTPResponse {
        await answer(body, keys: ["lines", "severities", "for"]) { form throws(OrderForm.Problem) in
            guard let span = try time(form.json["for"]) else {
                throw OrderForm.Problem("for is needed, such as \"2h\": a silence without an end is forgotten")
            }
            guard let lines = LinePattern(form.json["lines"]?.string ?? "+*") else {
                throw OrderForm.Problem("lines is an E.164 number or a prefix such as \"+1202*\"")
            }
            var severities: Set<Severity> = []
            for item in form.json["severities"]?.array ?? [] {
                guard let severity = item.string.flatMap(Severity.init(rawValue:)) else {
                    let known = Severity.allCases.map(\.rawValue).joined(separator: ", ")
                    throw OrderForm.Problem("severities is a list of \(known)")
                }
                severities.insert(severity)
            }
            do throws(LedgerError) {
                let silence = try await ledger.silence(lines, severities, lasting: span, form.signature)
                return .json(.created, JSON.object([("silence", silence.json)]).bytes())
            } catch {
                return Self.notStored(error)
            }
        }
    }

    /// The silences in force.
    func silences() async throws -> HTTPResponse {
        let silences = try await reader.silences(at: clock.now())
        return .json(.ok, JSON.object([("silences", .array(silences.map(\.json)))]).bytes())
    }

    /// Ends a silence; the body may hold a reason and an author.
    func unsilence(_ id: String, _ body: [UInt8]) async throws -> HTTPResponse {
        await answer(body, keys: [], needsReason: false) { form in
            do throws(LedgerError) {
                guard try await ledger.removeSilence(id, form.signature) else {
                    return Refusal(.notFound, "unknown_silence", "no such silence is in force").response
                }
                return .json(.ok, #"{"status":"removed"}"#)
            } catch {
                return Self.notStored(error)
            }
        }
    }

    private func operate(
        _ action: OperatorAction,
        _ line: PhoneNumber,
        _ signature: Signature
    ) async throws(OrderForm.Problem) -> HTTPResponse {
        let order = OperatorOrder(action, line, signature)
        do throws(LedgerError) {
            return .json(.ok, JSON.object([("line", try await ledger.operate(order).json)]).bytes())
        } catch {
            return Self.notStored(error)
        }
    }

    private func answer(
        _ body: [UInt8],
        keys: Set<String>,
        needsReason: Bool = true,
        _ act: (OrderForm) async throws(OrderForm.Problem) -> HTTPResponse
    ) async -> HTTPResponse {
        do throws(OrderForm.Problem) {
            return try await act(try OrderForm(body, keys: keys, needsReason: needsReason))
        } catch {
            return error.response
        }
    }

    private func time(_ json: JSON?) throws(OrderForm.Problem) -> Span? {
        guard let json, !json.isNull else { return nil }
        guard let span = json.string.flatMap({ Span(configuration: $0) }), span > .zero, span <= Self.longest else {
            throw OrderForm.Problem("for is a time such as \"30m\", \"2h\" or \"7d\", a year at the most")
        }
        return span
    }

    static func notStored(_ error: LedgerError) -> HTTPResponse {
        Refusal(.serviceUnavailable, "not_stored", error.description).response
    }
}
