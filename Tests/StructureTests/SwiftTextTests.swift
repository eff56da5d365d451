import Testing

@Suite struct SwiftTextTests {
    @Test(
        "Comments and the contents of strings become spaces, code stays",
        arguments: [
            ("try! x", "try! x"),
            ("a // try! x\nb", "a \nb"),
            ("a /* b /* c */ d */ e", "a e"),
            (#"f("try! x") + y"#, "f( ) + y"),
            (#"f("\"try! x") + y"#, "f( ) + y"),
            (#""\(try! g("//")) b" + c"#, " (try! g( )) + c"),
            ("#\"\\(a) \"b\"# + c", " + c"),
            ("\"\"\"\n  \"try!\" //\n  \"\"\" + c", " \n \n + c"),
            ("\"https://host\" + c", " + c"),
        ]
    )
    func blanksWhatIsNotCode(text: String, expected: String) {
        let code = SwiftText.code(of: text)
        #expect(code.replacing(#/\ +/#, with: " ") == expected)
        #expect(code.utf8.count == text.utf8.count)
    }

    @Test("An import is found with its modifiers, its kind and its submodule")
    func findsImports() {
        let code = """
            import A
            @_spi(Intake) package import B
            @testable import C; public import struct D.Inner
            let important = 1
            @_spi(Intake)
            import E
            """
        let found = Imports.all(in: code)
        #expect(found.map(\.module) == ["A", "B", "C", "D", "E"])
        #expect(found.map(\.line) == [1, 2, 3, 3, 6])
        #expect(found.map(\.isIntakeSPI) == [false, true, false, false, true])
    }
}
