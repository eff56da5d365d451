import Chrono
import JSON
import Logging
import Testing

@testable import Daemon

@Suite struct StandardErrorLogTests {
    private func line(
        _ form: StandardErrorLog.Form,
        _ level: Logger.Level,
        _ message: Logger.Message,
        _ metadata: Logger.Metadata? = nil,
        own: Logger.Metadata = [:],
        isJournal: Bool = false
    ) -> String {
        var log = StandardErrorLog(form: form, level: .trace, isJournal: isJournal)
        log.metadata = own
        return log.line(
            LogEvent(
                level: level,
                message: message,
                metadata: metadata,
                source: nil,
                file: "File.swift",
                function: "function",
                line: 1
            ),
            at: Timestamp(seconds: 1_771_439_705)
        )
    }

    @Test("A line for people is time, level, message and fields")
    func text() {
        let line = line(
            .text,
            .notice,
            "+12025551234 is paused",
            ["incident": "inc_1", "event": "e 1"],
            own: ["a": "b"]
        )
        #expect(
            line == "2026-02-18T18:35:05.000Z notice   +12025551234 is paused a=b event=e 1 incident=inc_1\n"
        )
    }

    @Test("A field of the line wins over the logger's")
    func merges() {
        #expect(
            line(.text, .info, "m", ["a": "new"], own: ["a": "old", "b": "c"], isJournal: true)
                == "<6>info     m a=new b=c\n"
        )
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
        for form in StandardErrorLog.Form.allCases {
            let line = line(form, .info, "\(text)", ["field": "\(text)"], isJournal: true)
            #expect(line.unicodeScalars.filter { $0.value < 0x20 || $0.value == 0x7F }.map(\.value) == [0x0A])
            #expect(line.hasSuffix("\n"))
        }
    }

    @Test("A line for programs is one object")
    func json() throws {
        let line = line(.json, .warning, "say \"hi\"\n", ["hook": "ops", "list": ["a", "b"]])
        let object = try JSON.parse(line)
        #expect(object.members?.map(\.key) == ["time", "level", "message", "hook", "list"])
        #expect(object["level"]?.string == "warning")
        #expect(object["message"]?.string == "say \"hi\"\n")
        #expect(object["hook"]?.string == "ops")
        #expect(object["time"]?.string == "2026-02-18T18:35:05.000Z")
    }

    @Test("Metadata of a logger is kept and replaced by key")
    func metadata() {
        var log = StandardErrorLog(form: .text, level: .info)
        log[metadataKey: "a"] = "b"
        #expect(log[metadataKey: "a"] == "b")
        log[metadataKey: "a"] = nil
        #expect(log[metadataKey: "a"] == nil)
        #expect(log.logLevel == .info)
    }
}
