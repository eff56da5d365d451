import JSON
import Testing

@Suite struct SourceTextTests {
    @Test(arguments: [
        ("", 0, 1, 1), ("abc", 0, 1, 1), ("abc", 2, 1, 3), ("abc", 3, 1, 4), ("abc", 99, 1, 4), ("abc", -1, 1, 1),
        ("a\nb", 1, 1, 2), ("a\nb", 2, 2, 1), ("a\r\nb", 3, 2, 1), ("\n\n", 2, 3, 1), ("é😀x", 6, 1, 3),
        ("\u{FEFF}a", 3, 1, 1), ("\u{FEFF}a\nbc", 6, 2, 2),
    ])
    func positionCountsLinesAndScalars(text: String, offset: Int, line: Int, column: Int) {
        let source = SourceText(name: "config.json", bytes: Array(text.utf8))
        #expect(source.position(of: offset) == SourcePosition(line: line, column: column))
    }
}
