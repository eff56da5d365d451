import Testing

@testable import Daemon

@Suite struct LogKindTests {
    @Test("Each kind has a number of its own, 128 bits in hexadecimal")
    func numbers() {
        let numbers = LogKind.allCases.map(\.messageID)
        #expect(Set(numbers).count == numbers.count)
        for number in numbers {
            #expect(number.count == 32 && number.allSatisfy { $0.isHexDigit && !$0.isUppercase }, "\(number)")
        }
    }

    @Test("Numbers that operators have written into their alarms stay what they are")
    func stable() {
        #expect(LogKind.lineDecided.messageID == "d14a5d831a5147f495e1b0e20b1b5c06")
        #expect(LogKind.hookBroken.messageID == "2cc17d7998844cd199d3a98faf1a3c03")
    }
}
