package import Chrono

/// A cursor on one object of a configuration document.
///
/// It remembers which keys were asked for: the others are unknown, and reported in the end.
package final class ObjectReader {
    /// The dotted path, empty for the root.
    package let path: String
    private let members: [JSON.Member]
    private let offset: Int
    private let reader: ConfigurationReader
    // In the order of asking, which is the order in which an unknown key's report lists them.
    private var asked: [String] = []
    private var ignored: Set<String> = []
    private var state = State.reading

    private enum State {
        case reading
        /// Every key is fine, known or not.
        case open
        case finished
    }

    init(path: String, members: [JSON.Member], offset: Int, reader: ConfigurationReader) {
        self.path = path
        self.members = members
        self.offset = offset
        self.reader = reader
    }

    /// The value of a key that may be missing; of two with one name the last.
    package func optional(_ key: String) -> ValueReader? {
        if !asked.contains(key) { asked.append(key) }
        return members.last { $0.key == key }.map(cursor)
    }

    /// The value of a key that must be there; reports it as missing otherwise.
    package func required(_ key: String) -> ValueReader? {
        if let value = optional(key) { return value }
        fail(key, "is missing")
        return nil
    }

    /// All members in their order, for objects whose keys are names; no key is unknown then.
    package var entries: [(key: String, value: ValueReader)] {
        ignoreRest()
        let last = Dictionary(members.enumerated().map { ($1.key, $0) }, uniquingKeysWith: max)
        return members.enumerated().filter { last[$1.key] == $0 }.map { ($1.key, cursor($1)) }
    }

    /// Accepts a key without reading it, and without naming it among the allowed ones.
    package func ignore(_ key: String) {
        ignored.insert(key)
    }

    /// Accepts every key: for an object that cannot be read, because what it is for is unclear.
    package func ignoreRest() {
        if state == .reading { state = .open }
    }

    /// Reports at the key's value, or at the object where there is no such key or none is given.
    package func fail(_ key: String?, _ message: String) {
        report(key, message, isWarning: false)
    }

    package func warn(_ key: String?, _ message: String) {
        report(key, message, isWarning: true)
    }

    /// Reports duplicate and unknown keys, once; `ConfigurationReader` does this for every object in the end.
    package func finish() {
        guard state != .finished else { return }
        let isOpen = state == .open
        state = .finished
        var first: [String: Int] = [:]
        for member in members {
            if let earlier = first[member.key] {
                let message = "is given twice, first on line \(reader.line(of: earlier))"
                reader.report(message, at: member.keyOffset, key: path(of: member.key))
                continue
            }
            first[member.key] = member.keyOffset
            if !isOpen, !ignored.contains(member.key), !asked.contains(member.key) {
                reader.report(advice(on: member.key), at: member.keyOffset, key: path(of: member.key))
            }
        }
    }

    private func report(_ key: String?, _ message: String, isWarning: Bool) {
        let value = members.last { $0.key == key }?.value
        reader.report(message, at: value?.offset ?? offset, key: key.map(path(of:)) ?? path, isWarning: isWarning)
    }

    private func cursor(_ member: JSON.Member) -> ValueReader {
        ValueReader(path: path(of: member.key), value: member.value, reader: reader)
    }

    /// `hooks.oncall`, or `hooks["on call"]` where a dot would mislead.
    private func path(of key: String) -> String {
        let isPlain = !key.isEmpty && key.utf8.allSatisfy { $0.isWordCharacter || "-$".utf8.contains($0) }
        guard isPlain else { return "\(path)[\(key.quoted)]" }
        return path.isEmpty ? key : "\(path).\(key)"
    }

    private func advice(on key: String) -> String {
        if let near = Spelling.nearest(to: key, in: asked) { return "unknown key; did you mean '\(near)'?" }
        return asked.isEmpty
            ? "unknown key; none is allowed here"
            : "unknown key; allowed here: \(asked.joined(separator: ", "))"
    }
}

/// Keys that may be missing. A wrong value is reported and answers the default, which then goes nowhere: the
/// configuration as a whole is refused.
extension ObjectReader {
    package func string(_ key: String, default fallback: String) -> String {
        optional(key)?.string() ?? fallback
    }

    package func bool(_ key: String, default fallback: Bool) -> Bool {
        optional(key)?.bool() ?? fallback
    }

    package func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        optional(key)?.integer(in: range) ?? fallback
    }

    package func span(_ key: String, in range: ClosedRange<Span>, default fallback: Span) -> Span {
        optional(key)?.span(in: range) ?? fallback
    }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String,
        default fallback: Choice
    ) -> Choice {
        optional(key)?.choice(Choice.self) ?? fallback
    }

    /// An array of strings; nil if the key is missing, and after reporting every element that is something else.
    package func strings(_ key: String) -> [String]? {
        guard let elements = optional(key)?.array() else { return nil }
        let texts = elements.map { $0.string() }
        return texts.contains(nil) ? nil : texts.compactMap(\.self)
    }
}
