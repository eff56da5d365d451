import Testing

@testable import Lines

/// ITU-T E.164, section 6: at most 15 digits, and no country code begins with 0.
@Suite struct PhoneNumberTests {
    @Test(arguments: ["+12025551234", "+442071838750", "+12", "+99", "+123456789012345"])
    func takes(text: String) {
        #expect(PhoneNumber(text)?.description == text)
    }

    @Test(arguments: [
        "", "+", "+1", "12025551234", "+02025551234", "+00", "+1234567890123456", "++12025551234", "+1 202 555 1234",
        "+1-202-555-1234", "+1(202)5551234", " +12025551234", "+12025551234 ", "+12025551234\n", "+1202555123a",
        "+1202555123\0", "\0", "+١٢٣٤٥", "＋12025551234", "+12025551234\u{301}", "+\u{301}12025551234", "+1202/../1",
        "00442071838750", "tel:+12025551234", "..", "*", "+1202*",
    ])
    func refuses(text: String) {
        #expect(PhoneNumber(text) == nil)
    }

    @Test func isOrderedByText() throws {
        let numbers = try ["+2", "+12025551234", "+1202", "+1203"].map { try #require(PhoneNumber($0 + "0")) }
        #expect(numbers.sorted().map(\.description) == ["+12020", "+120255512340", "+12030", "+20"])
    }
}
