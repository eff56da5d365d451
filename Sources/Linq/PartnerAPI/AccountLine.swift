import JSON
import Lines

/// A line as Linq's API tells of it: its reputation, but never whether it is flagged.
package struct AccountLine: Sendable, Equatable {
    /// What the line is changed by: of V3 a UUID, of V2 a number.
    package enum ID: Sendable, Hashable, CustomStringConvertible {
        case uuid(String)
        case number(Int64)

        package var description: String {
            switch self {
            case .uuid(let text): text
            case .number(let number): String(number)
            }
        }
    }

    package let id: ID
    /// As Linq writes it, in E.164.
    package let phoneNumber: String
    /// Where calls to the line go; nil: nowhere.
    package let forwardingNumber: String?
    /// What `reputation` and its older name `health_status` say, verbatim: none, one, or two that differ.
    package let reputations: [String]
    /// `iMessage` or `RCS`; V3 only.
    package let lineType: String?
    /// Messages a second; V2 only.
    package let responseRate: Int?

    /// The worse one where two are told that differ; values that nobody knows are the worst.
    package var reputation: String? { reputations.map { Reputation($0) }.max()?.description }

    package init(
        id: ID,
        phoneNumber: String,
        forwardingNumber: String? = nil,
        reputations: [String] = [],
        lineType: String? = nil,
        responseRate: Int? = nil
    ) {
        self.id = id
        self.phoneNumber = phoneNumber
        self.forwardingNumber = forwardingNumber
        self.reputations = reputations
        self.lineType = lineType
        self.responseRate = responseRate
    }

    init(_ reader: AnswerReader) throws(AnswerReader.Fault) {
        _ = try reader.object()
        if let number = reader.json["id"]?.integer {
            id = .number(number)
        } else {
            id = .uuid(try reader.text("id"))
        }
        phoneNumber = try reader.text("phone_number")
        let forwarding = try reader.optionalText("forwarding_number")
        forwardingNumber = forwarding?.isEmpty == true ? nil : forwarding
        let standing = try reader.optionalObject("reputation")
        let health = try reader.optionalObject("health_status")
        reputations = AxisText.values(standing?.json["status"], alias: health?.json["status"])
        lineType = try reader.optionalText("line_type")
        responseRate = try reader.optionalInteger("response_rate")
    }
}
