import HTTPWire
import Intake
import JSON
import Ledger

/// What operators post: a JSON object that says, besides what is to be done, why and by whom.
struct OrderForm: Sendable {
    /// What is wrong with an order, in a sentence.
    struct Problem: Error {
        let sentence: String

        init(_ sentence: String) { self.sentence = sentence }

        var response: HTTPResponse { Refusal(.badRequest, "bad_order", sentence).response }
    }

    /// Characters that an author or a reason may have.
    static let wordLimit = 500

    let json: JSON
    let signature: Signature

    /// `keys`: what may be given besides `reason` and `by`.
    ///
    /// `needsReason`: whether there must be one: who reads the history in a month has nothing but this to go by.
    init(_ body: [UInt8], keys: Set<String>, needsReason: Bool = true) throws(Problem) {
        let parsed = body.isEmpty && !needsReason ? JSON.object([]) : try? JSON.parse(body)
        guard let json = parsed, let members = json.members else {
            throw Problem("send a JSON object" + (needsReason ? " with a reason" : ""))
        }
        let known = keys.union(["reason", "by"])
        if let unknown = members.first(where: { !known.contains($0.key) }) {
            throw Problem(
                "there is no \(unknown.key.prefix(40)) here; there are \(known.sorted().joined(separator: ", "))"
            )
        }
        let reason = json["reason"].map { Self.words($0) }
        if needsReason || reason != nil, reason ?? nil == nil {
            throw Problem("a reason is needed, \(Self.wordLimit) characters at the most")
        }
        guard let author = json["by"].map({ Self.words($0) }) ?? "admin" else {
            throw Problem("by is a name, \(Self.wordLimit) characters at the most")
        }
        self.json = json
        signature = Signature(author: author, reason: (reason ?? nil) ?? "no reason given")
    }

    private static func words(_ json: JSON) -> String? {
        guard let text = json.string, text.count <= wordLimit else { return nil }
        let folded = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return folded.isEmpty ? nil : folded
    }
}
