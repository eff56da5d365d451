/// The import declarations of a file.
enum Imports {
    struct Import {
        let module: String
        let line: Int
        let isIntakeSPI: Bool
    }

    /// All imports in a text without comments and strings.
    static func all(in code: String) -> [Import] {
        // An attribute may stand on a line of its own; `import` opens a statement, so what precedes it is a line's start,
        // a semicolon, an attribute or an access level.
        let pattern =
            #/
            (?:^|;)\s*
            (?<attributes>(?:@\w+(?:\([^)]*\))?\s+)*)
            (?:(?:public|package|internal|fileprivate|private)\s+)?
            (?<keyword>import)\s+
            (?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?
            (?<module>\w+)
            /#.anchorsMatchLineEndings()
        return code.matches(of: pattern).map { match in
            Import(
                module: String(match.module),
                line: lineNumber(of: match.keyword.startIndex, in: code),
                isIntakeSPI: match.attributes.contains("@_spi(Intake)")
            )
        }
    }

    /// The number of the line that an index is in, from 1.
    static func lineNumber(of index: String.Index, in text: String) -> Int {
        text[..<index].utf8.count { $0 == UInt8(ascii: "\n") } + 1
    }
}
