import JSON

/// How Linq writes what it says about a line, in webhooks and in answers alike.
enum AxisText {
    /// A value's text.
    ///
    /// What is neither a text nor null is kept as it is written: it is unknown, and unknown is unsafe.
    static func value(_ json: JSON?) -> String? {
        guard let json, !json.isNull else { return nil }
        return json.string ?? json.text()
    }

    /// What a member and the older name of the same axis say: nothing, one value, or two that differ.
    static func values(_ member: JSON?, alias: JSON?) -> [String] {
        let preferred = value(member)
        let older = value(alias)
        return [preferred, older == preferred ? nil : older].compactMap { $0 }
    }
}
