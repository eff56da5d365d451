import Chrono
import JSON
import Lines
import Testing

@testable import Hooks

@Suite struct StoredMessageTests {
    private static let types = [
        "incident.opened", "incident.updated", "incident.resolved", "incident.reminder", "line.paused",
    ]

    /// Whatever is told again by another hook, or in a group, is told as it was.
    @Test(arguments: types, [IncidentStep.opened, .resolved, nil]) func comesBack(
        type: String,
        step: IncidentStep?
    ) throws {
        for story in [Story(step: step), Story(before: ("FLAGGED", nil), step: step, eventID: nil)] {
            let message = try story.message(type)
            let back = try #require(Message(stored: message.stored))
            #expect(back.json == message.json)
            #expect(back.stored == message.stored)
            #expect(back.line?.isNewDecision == message.line?.isNewDecision)
            #expect(back.severity == message.severity)
            #expect(Wording(back).text == Wording(message).text)
        }
    }

    @Test func alertsComeBack() throws {
        let message = alert(summary: "\"},\n{\u{0}é😀")
        #expect(try #require(Message(stored: message.stored)).json == message.json)
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"message":{"type":"x"}}"#, #"{"message":{"type":7,"timestamp":"x"}}"#])
    func nothingElseIsRead(text: String) { #expect(Message(stored: Array(text.utf8)) == nil) }

    @Test func theGravestOfAGroupComesFirst() throws {
        let warning = try Story(number: "+12025550001", after: ("ACTIVE", "AT_RISK")).message("incident.opened")
        let critical = try Story(number: "+12025550002").message("incident.opened")
        let group = Message(group: [warning, critical, warning], at: moment)
        #expect(group.type == "incident.group" && group.severity == .critical)
        #expect(group.group.compactMap { $0.line?.phoneNumber.description }.first == "+12025550002")
        #expect(group.json["data"]?["messages"]?.array == group.group.map(\.json))
    }
}
