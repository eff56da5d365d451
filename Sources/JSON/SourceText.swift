/// A line and a column, both counted from 1.
package struct SourcePosition: Sendable, Hashable {
    package let line: Int
    /// Counted in Unicode scalars, as an editor does for most texts.
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A file's bytes under the name by which the user knows it.
package struct SourceText: Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// The place of a byte; an offset beyond the end is the end.
    package func position(of offset: Int) -> SourcePosition {
        let before = bytes.prefix(max(0, offset))
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        // A byte order mark shows in no editor; the bytes 10xxxxxx continue a scalar.
        let isMarked = lineStart == 0 && before.starts(with: [0xEF, 0xBB, 0xBF])
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + (isMarked ? 0 : 1)
        return SourcePosition(line: line, column: column)
    }
}
