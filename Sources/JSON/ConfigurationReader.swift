/// Collects every problem while a configuration document is read, so that one run shows all of them.
package final class ConfigurationReader {
    private let source: SourceText
    private var reports: [Report] = []
    // Kept per place, so that whoever asks for an object again continues with the same record of known keys.
    private var objects: [Int: ObjectReader] = [:]

    private struct Report: Hashable {
        let offset: Int
        let key: String
        let message: String
        let isWarning: Bool
    }

    package init(source: SourceText) {
        self.source = source
    }

    /// Parses the document, hands its root object to the body, then looks for unknown and duplicate keys everywhere.
    ///
    /// The body answers nil where it cannot build its value; the problems that it reported say why. It should read
    /// everything before it gives up, as a key that was not asked for counts as unknown.
    /// - Returns: The value, nil if there is any problem beyond warnings; and the problems by their place in the file.
    package static func read<Value>(
        source: SourceText,
        _ body: (ObjectReader) -> Value?
    ) -> (value: Value?, problems: [ConfigurationProblem]) {
        let reader = ConfigurationReader(source: source)
        let value = reader.root().flatMap(body)
        let problems = reader.finish()
        return (problems.allSatisfy(\.isWarning) ? value : nil, problems)
    }

    /// The document's root object, nil after reporting why there is none.
    package func root() -> ObjectReader? {
        do throws(JSONSyntaxError) {
            let document = try JSON.parse(source.bytes)
            return ValueReader(path: "", value: document, reader: self).object()
        } catch {
            report(error.message, at: error.offset, key: "")
            return nil
        }
    }

    /// Everything reported so far and every unknown or duplicate key, by place in the file.
    package func finish() -> [ConfigurationProblem] {
        for object in objects.values { object.finish() }
        // An object reader holds this reader: let go of it.
        objects = [:]
        var seen: Set<Report> = []
        let unique = reports.filter { seen.insert($0).inserted }
        return unique.sorted { ($0.offset, $0.key, $0.message) < ($1.offset, $1.key, $1.message) }.map { report in
            let position = source.position(of: report.offset)
            return ConfigurationProblem(
                file: source.name,
                line: position.line,
                column: position.column,
                key: report.key,
                message: report.message,
                isWarning: report.isWarning
            )
        }
    }

    func report(_ message: String, at offset: Int, key: String, isWarning: Bool = false) {
        reports.append(Report(offset: offset, key: key, message: message, isWarning: isWarning))
    }

    func object(_ members: [JSON.Member], at offset: Int, path: String) -> ObjectReader {
        if let known = objects[offset] { return known }
        let object = ObjectReader(path: path, members: members, offset: offset, reader: self)
        objects[offset] = object
        return object
    }

    func line(of offset: Int) -> Int {
        source.position(of: offset).line
    }
}
