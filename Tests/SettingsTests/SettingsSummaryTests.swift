import JSON
import Testing

@testable import Settings

@Suite struct SettingsSummaryTests {
    private static let text = #"""
        {
          "webhook": {
            "listen": ["127.0.0.1:8080", "unix:/run/w.sock"], "tolerance": "90s",
            "endpoints": [
              {"path": "/a", "secrets": [{"env": "LINQ_WEBHOOK_SECRET"}, {"env": "SENDER_SECRET"}]},
              {"path": "/b", "secrets": [{"env": "SENDER_SECRET"}]}
            ]
          },
          "admin": {"listen": ["0.0.0.0:8081"], "token": {"env": "ADMIN_TOKEN"}},
          "state": {"directory": "/var/lib/linewarden"},
          "decisions": {"slow": []},
          "hooks": {
            "gate": {"type": "gate_files", "directory": "/run/gate"},
            "sender": {"type": "http", "url": {"env": "SENDER_URL"}, "secret": {"env": "SENDER_SECRET"}},
            "mail": {"type": "http", "url": "https://user:hunter2@mail.example.com/send"},
            "oncall": {"type": "pagerduty", "routing_key": {"env": "PAGERDUTY_ROUTING_KEY"}},
            "ops": {"type": "slack", "url": {"env": "SLACK_WEBHOOK_URL"}}
          },
          "routes": [
            {"name": "stop", "on": ["FLAGGED", "CRITICAL"], "pause": ["gate", "sender"], "page": ["oncall", "ops"]},
            {"name": "north", "on": ["AT_RISK"], "lines": ["+1202*", "+442071838750"], "slow": ["sender"]},
            {"on": ["FLAGGED"]}
          ],
          "alerts": {"page": ["ops", "mail"]}
        }
        """#

    @Test func saysWhatWillHappen() throws {
        let summary = SettingsSummary(try #require(Reading(Self.text).settings)).text
        #expect(
            summary == """
                webhook    POST /a on 127.0.0.1:8080, unix:/run/w.sock, 2 secrets, 1 min 30 s of tolerance
                webhook    POST /b on 127.0.0.1:8080, unix:/run/w.sock, 1 secret, 1 min 30 s of tolerance
                admin      0.0.0.0:8081, with a token
                state      /var/lib/linewarden, history kept for 90 days
                decisions  pause on CRITICAL, FLAGGED and on any value that is not known; slow on nothing
                flapping   held paused after more than 6 changes within 30 min
                hook       gate (gate_files): files in /run/gate
                hook       sender (http): POST https://sender.example.com, signed
                hook       mail (http): POST https://mail.example.com, unsigned
                hook       oncall (pagerduty): events to https://events.pagerduty.com
                hook       ops (slack): message to https://hooks.slack.com
                route      stop: CRITICAL, FLAGGED on any line pauses gate, sender and pages oncall, ops
                route      north: AT_RISK on a line like +1202* or +442071838750 slows sender
                route      route 3: FLAGGED on any line does nothing
                alerts     linewarden's own troubles page ops, mail
                """
        )
        #expect(!summary.contains("hunter2"))
    }

    @Test func routesForPrograms() throws {
        let routes = SettingsSummary(try #require(Reading(Self.text).settings)).routes
        #expect(
            routes.array?[1] == [
                "name": "north", "on": ["AT_RISK"], "lines": ["+1202*", "+442071838750"], "pause": [],
                "slow": ["sender"], "page": [],
                "sentence": "AT_RISK on a line like +1202* or +442071838750 slows sender",
            ]
        )
        #expect(routes.array?.compactMap { $0["name"]?.string } == ["stop", "north", "route 3"])
    }

    @Test func withoutRoutesAndAlerts() throws {
        let settings = try #require(Reading(Document(.routes, "").text).settings)
        let lines = SettingsSummary(settings).text.split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines.last == "hook       ops (slack): message to https://hooks.slack.com")
    }

    @Test(
        "What is asked of Linq",
        arguments: [
            (
                "{}",
                [
                    "API V3 at https://api.linqapp.com/api/partner, asked every 5 min; pages come with a reputation audit",
                    "a paused line may send for 1 min before people hear of it",
                ]
            ),
            (
                #"{"audit": false, "webhook_url": "https://a.example.com/x", "keep_subscription_active": true}"#,
                [
                    "API V3 at https://api.linqapp.com/api/partner, asked every 5 min",
                    "a paused line may send for 1 min before people hear of it",
                    "the subscription should lead to https://a.example.com/x; switched on again when it is switched off",
                ]
            ),
            (
                #"{"api": "v2", "api_key": {"env": "SENDER_SECRET"}, "reconcile_every": "1h", "pause_grace": "0s"}"#,
                [
                    "API V2 at https://api.linqapp.com, asked every 1 h",
                    "a paused line may send for 0 s before people hear of it",
                ]
            ),
        ]
    )
    func saysWhatIsAsked(section: String, sentences: [String]) throws {
        let settings = try #require(Reading(Document(.rest, "\"linq\": \(section)").text).settings)
        let lines = SettingsSummary(settings).text.split(separator: "\n").filter { $0.hasPrefix("linq ") }
        #expect(lines.map { $0.dropFirst(11) } == sentences.map { $0[...] })
    }
}
