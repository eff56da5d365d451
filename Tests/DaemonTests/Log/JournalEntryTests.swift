import Chrono
import Logging
import Testing

@testable import Daemon

@Suite struct JournalEntryTests {
    @Test("What a line is about becomes fields that can be searched by")
    func fields() {
        let entry = LogQueue.Entry(
            time: Timestamp(seconds: 1_771_439_705),
            level: .error,
            message: "a\nb",
            fields: [
                ("delivery", "dlv_1"), ("event", "evt_1"), ("hook", "ops"), ("incident", "inc_1"),
                ("kind", LogKind.deliveryGivenUp.rawValue), ("line", "+12025551234"), ("odd-key.ü", "x"),
                ("subscription", ""), ("trace", "trc_1"),
            ]
        )
        let fields = JournalEntry.fields(entry)
        #expect(
            fields.map { "\($0.name)=\($0.value)" } == [
                "MESSAGE=a\nb", "PRIORITY=3", "SYSLOG_IDENTIFIER=linewarden", "LINEWARDEN_DELIVERY=dlv_1",
                "LINEWARDEN_EVENT_ID=evt_1", "LINEWARDEN_HOOK=ops", "LINEWARDEN_INCIDENT=inc_1",
                "MESSAGE_ID=\(LogKind.deliveryGivenUp.messageID)", "LINEWARDEN_LINE=+12025551234",
                "LINEWARDEN_ODD_KEY__=x", "LINEWARDEN_TRACE_ID=trc_1",
            ]
        )
    }
}
