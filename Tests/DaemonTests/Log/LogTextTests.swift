import Chrono
import JSON
import Logging
import Testing

@testable import Daemon

@Suite struct LogTextTests {
    private func line(
        _ form: LogText.Form,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)] = [],
        isJournal: Bool = false
    ) -> String {
        let time = Timestamp(seconds: 1_771_439_705)
        let entry = LogQueue.Entry(time: time, level: level, message: message, fields: fields)
        return LogText(form: form, isJournal: isJournal).line(entry)
    }

    @Test("A line for people is time, level, message and fields, without its kind")
    func text() {
        let line = line(
            .text,
            .notice,
            "+12025551234 is paused",
            [("event", "e 1"), ("incident", "inc_1"), ("kind", "line_decided")]
        )
        #expect(line == "2026-02-18T18:35:05.000Z notice   +12025551234 is paused event=e 1 incident=inc_1\n")
    }

    @Test(
        "The journal gets its priority instead of the time",
        arguments: [
            (.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3), (.critical, 2),
        ] as [(Logger.Level, Int)]
    )
    func journal(level: Logger.Level, priority: Int) {
        let name = "\(level)"
        let padded = name + String(repeating: " ", count: 9 - name.count)
        #expect(line(.text, level, "m", isJournal: true) == "<\(priority)>\(padded)m\n")
        #expect(line(.json, level, "m", isJournal: true).hasPrefix("<\(priority)>{"))
    }

    @Test("No value breaks a line in two", arguments: ["a\nb", "a\r\nb", "a\u{1B}[2Jb", "a\u{7F}b", "a\0b"])
    func forgery(text: String) {
        for form in LogText.Form.allCases {
            let line = line(form, .info, text, [("field", text)], isJournal: true)
            #expect(line.unicodeScalars.filter { $0.value < 0x20 || $0.value == 0x7F }.map(\.value) == [0x0A])
            #expect(line.hasSuffix("\n"))
        }
    }

    @Test("A line for programs is one object, with its kind")
    func json() throws {
        let line = line(.json, .warning, "say \"hi\"\n", [("hook", "ops"), ("kind", "delivered")])
        let object = try JSON.parse(line)
        #expect(object.members?.map(\.key) == ["time", "level", "message", "hook", "kind"])
        #expect(object["level"]?.string == "warning")
        #expect(object["message"]?.string == "say \"hi\"\n")
        #expect(object["hook"]?.string == "ops")
        #expect(object["kind"]?.string == "delivered")
        #expect(object["time"]?.string == "2026-02-18T18:35:05.000Z")
    }
}
