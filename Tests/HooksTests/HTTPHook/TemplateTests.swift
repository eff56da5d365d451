import Chrono
import Crypto
import JSON
import Lines
import TestSupport
import Testing

@testable import Hooks

@Suite struct TemplateTests {
    @Test(arguments: [
        ("", ""), ("no field", "no field"), ("${line.phone_number}", "+12025551234"),
        ("a ${line.decision} b${line.status}c", "a paused bFLAGGEDc"),
        ("${line.status}${line.status}", "FLAGGEDFLAGGED"),
        // What is written twice stands for itself.
        ("$${line.status}", "${line.status}"), ("$$${line.status}", "$${line.status}"), ("$${", "${"),
        ("$", "$"), ("$$", "$$"), ("{}", "{}"), ("$ {x}", "$ {x}"), ("}${type}{", "}incident.opened{"),
        // A mark that would join the brace before it.
        ("${line.status}\u{301}", "FLAGGED\u{301}"), ("é${line.status}é", "éFLAGGEDé"),
        ("${line.phone_number:5}", "+120…"), ("${line.phone_number:500}", "+12025551234"), ("${line.status:1}", "…"),
        ("${line.reasons}", "status is FLAGGED, reputation is CRITICAL"), ("${line.reputation}", "CRITICAL"),
        ("${line.since}", "2026-02-18T18:35:05.000Z"), ("${timestamp}", "2026-02-18T18:35:05.120Z"),
        ("${incident.id} ${incident.severity}", "inc_1 critical"),
        ("${incident.opened_at}", "2026-02-18T18:35:05.000Z"), ("${event.changed_at}", "2026-02-18T18:35:00.000Z"),
        ("${event.event_id} ${event.trace_id}", "evt_1 trace-1"),
        ("${summary}", "+12025551234 is paused: status is FLAGGED, reputation is CRITICAL"),
        // What a message does not have is empty; the delivery's id is not known yet.
        ("[${alert.kind}${alert.summary}${alert.remedy}${incident.closed_at}${id}]", "[]"),
    ])
    func renders(text: String, rendered: String) throws {
        let values = FieldValues(try Story().message("incident.opened"))
        let result = try Template(text).render(values, as: .verbatim)
        #expect(Array(result.utf8) == Array(rendered.utf8), "\(result)")
    }

    @Test(arguments: [
        ("${", #""${" is not closed by "}"; "$${" writes it as it is"#),
        ("a ${line.status", #""${" is not closed by "}"; "$${" writes it as it is"#),
        ("${line.statu}", #"there is no field "line.statu"; did you mean 'line.status'?"#),
        ("${Line.Status}", #"there is no field "Line.Status"; did you mean 'line.status'?"#),
        ("${incident.od}", #"there is no field "incident.od"; did you mean 'incident.id'?"#),
        ("${summary:}", #"what follows a field's ':' must be between 1 and 1000000, found """#),
        ("${summary:0}", #"what follows a field's ':' must be between 1 and 1000000, found "0""#),
        ("${summary:-1}", #"what follows a field's ':' must be between 1 and 1000000, found "-1""#),
        ("${summary:1e3}", #"what follows a field's ':' must be between 1 and 1000000, found "1e3""#),
        (
            "${summary:99999999999999999999}",
            #"what follows a field's ':' must be between 1 and 1000000, found "99999999999999999999""#
        ),
    ])
    func mistakes(text: String, problem: String) {
        let error = #expect(throws: TemplateError.self) { try Template(text) }
        #expect(error?.description == problem)
    }

    @Test(arguments: ["", "favourite_colour", "${", String(repeating: "x", count: 1_000)])
    func withoutAnythingNearAllAreListed(name: String) throws {
        let error = try #require(throws: TemplateError.self) { try Template("${\(name)}") }
        let all = MessageField.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(error.description.hasSuffix("; there are \(all)"))
        #expect(error.description.utf8.count < 700)
    }

    /// Of a group the distinct values of all, in its order: the gravest first.
    @Test func groups() throws {
        let values = FieldValues(try group())
        #expect(values[.linePhoneNumber] == "+12025550001, +12025550002, +12025550003")
        #expect(values[.lineDecision] == "paused, slowed, allowed")
        #expect(values[.type] == "incident.group" && values[.timestamp] == moment.rfc3339)
        #expect(values[.summary] == "3 lines: 2 paused, 1 slowed, 1 recovered")
        #expect(
            values[.text] == """
                3 lines: 2 paused, 1 slowed, 1 recovered

                - +12025550001 is paused: status is FLAGGED, reputation is CRITICAL
                - +12025550001 is now paused: status is FLAGGED, reputation is CRITICAL
                - +12025550002 is slowed: reputation is AT_RISK
                - +12025550003 has recovered: sends resumed
                """
        )
        #expect(values[.alertKind].isEmpty)
    }

    /// Values come out of a JSON string, a form and a URL exactly as they went in.
    @Test(arguments: 0..<200) func valuesStayValues(seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        func text() -> String {
            (0..<Int.random(in: 0...6, using: &generator)).map { _ in hostile.randomElement(using: &generator) ?? "" }
                .joined()
        }
        var values = FieldValues()
        for field in MessageField.allCases { values[field] = text() }
        let json: JSON = ["a": ["${text}", 1, nil], "b": ["c": "x${summary}y", "d": "$${text}"], "e": 1.5]
        let rendered = JSONTemplate(json) { message, _, _ in Issue.record("\(message)") }.render(values)
        let parsed = try JSON.parse(rendered.bytes())
        #expect(parsed["a"]?.array?.count == 3 && parsed.members?.count == 3)
        #expect(parsed["a"]?.array?.first?.string.map { Array($0.utf8) } == Array(values[.text].utf8))
        #expect(parsed["b"]?["c"]?.string.map { Array($0.utf8) } == Array("x\(values[.summary])y".utf8))
        #expect(parsed["b"]?["d"] == "${text}")

        let template = try Template("a=${text}&b=${summary}")
        let form = template.render(values, as: .form).utf8
            .split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        #expect(form.count == 2)
        for (pair, value) in zip(form, [values[.text], values[.summary]]) {
            let parts = pair.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
            #expect(parts.count == 2 && decoded(parts.last ?? Substring().utf8, plusIsSpace: true) == Array(value.utf8))
        }
        let url = template.render(values, as: .url)
        #expect(HookURL("https://example.com/\(url)") != nil)
        let whole = "a=\(values[.text])&b=\(values[.summary])"
        #expect(decoded(Substring(url).utf8, plusIsSpace: false) == Array(whole.utf8))
        let header = template.render(values, as: .header)
        #expect(header.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        let markup = try Template("<p t='${text}'>${summary}</p>").render(values, as: .markup)
        #expect(markup.utf8.count { $0 == UInt8(ascii: "<") } == 2)
        #expect(markup.utf8.count { $0 == UInt8(ascii: "'") } == 2)
    }

    private func decoded(_ text: Substring.UTF8View, plusIsSpace: Bool) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), text)
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                bytes += Hex.decode(Substring(rest.prefix(2))) ?? []
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            }
        }
        return bytes
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", FieldForm.form), ("text/html", .markup), ("application/xml", .markup),
        ("application/soap+xml", .markup), ("text/plain", .verbatim), ("", .verbatim),
    ])
    func forms(mediaType: String, form: FieldForm) { #expect(FieldForm(mediaType: mediaType) == form) }
}
