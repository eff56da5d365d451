import Chrono
import HTTPWire
import Intake
import JSON
import Ledger
import Lines
import Posix

/// Takes the orders of operators: to pause a line, and to let it send.
struct OperatorDesk: Sendable {
    /// The longest hold with an end.
    private static let longestHold = Span.days(365)
    /// Characters that an author or a reason may have.
    private static let wordLimit = 500

    let ledger: Ledger
    let clock: Clock

    /// `{"reason":"…","by":"…","for":"2h"}`; without `for` the hold has no end.
    func pause(_ line: PhoneNumber, _ body: [UInt8]) async throws -> HTTPResponse {
        await answer(line, body, keys: ["reason", "by", "for"]) { json in
            guard let text = json["for"], !text.isNull else { return .success(.pause(until: nil)) }
            guard let span = text.string.flatMap({ Span(configuration: $0) }), span > .zero, span <= Self.longestHold
            else {
                return .failure(
                    Problem(sentence: "for is a time such as \"30m\", \"2h\" or \"7d\", a year at the most")
                )
            }
            return .success(.pause(until: clock.now() + span))
        }
    }

    /// `{"reason":"…","by":"…"}`.
    func resume(_ line: PhoneNumber, _ body: [UInt8]) async throws -> HTTPResponse {
        await answer(line, body, keys: ["reason", "by"]) { _ in .success(.resume) }
    }

    /// What is wrong with an order, in a sentence.
    private struct Problem: Error { let sentence: String }

    private func answer(
        _ line: PhoneNumber,
        _ body: [UInt8],
        keys: Set<String>,
        _ action: (JSON) -> Result<OperatorAction, Problem>
    ) async -> HTTPResponse {
        switch order(line, body, keys: keys, action) {
        case .failure(let problem): return Refusal(.badRequest, "bad_order", problem.sentence).response
        case .success(let order):
            do throws(LedgerError) {
                return .json(.ok, JSON.object([("line", try await ledger.operate(order).json)]).bytes())
            } catch {
                return Refusal(.serviceUnavailable, "not_stored", error.description).response
            }
        }
    }

    private func order(
        _ line: PhoneNumber,
        _ body: [UInt8],
        keys: Set<String>,
        _ action: (JSON) -> Result<OperatorAction, Problem>
    ) -> Result<OperatorOrder, Problem> {
        guard let json = try? JSON.parse(body), let members = json.members else {
            return .failure(Problem(sentence: "send a JSON object with a reason"))
        }
        if let unknown = members.first(where: { !keys.contains($0.key) }) {
            let known = keys.sorted().joined(separator: ", ")
            return .failure(Problem(sentence: "there is no \(unknown.key.prefix(40)) here; there are \(known)"))
        }
        // Who reads the history in a month has nothing but this to go by.
        guard let reason = words(json["reason"]) else {
            return .failure(Problem(sentence: "a reason is needed, \(Self.wordLimit) characters at the most"))
        }
        guard let author = json["by"].map({ words($0) }) ?? "admin" else {
            return .failure(Problem(sentence: "by is a name, \(Self.wordLimit) characters at the most"))
        }
        return action(json).map { OperatorOrder(action: $0, line: line, author: author, reason: reason) }
    }

    private func words(_ json: JSON?) -> String? {
        guard let text = json?.string, text.count <= Self.wordLimit else { return nil }
        let folded = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return folded.isEmpty ? nil : folded
    }
}
