import Chrono
import Crypto
import Linq
import Posix
import Testing

@testable import Settings

@Suite struct LinqReadingTests {
    private static let key = #""api_key": {"env": "LINQ_API_V3_API_KEY"}"#

    @Test(arguments: [
        Mistake(.rest, #""linq": {\#(key)}"#, []),
        Mistake(.rest, #""linq": {}"#, []),
        Mistake(.rest, #""linq": []"#, [#"c:7:9: linq: expected an object, found an array"#]),
        Mistake(
            .rest,
            #""linq": {"api_key": {"env": "NOPE"}, "reconcile_every": "9ms"}"#,
            [
                #"c:7:29: linq.api_key.env: the environment variable NOPE is not set"#,
                #"c:7:57: linq.reconcile_every: must be between 1s and 1d, found 9ms"#,
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"api_key": "hunter2"}"#,
            [
                #"""
                c:7:21: warning: linq.api_key: is a secret written into the file; refer to it as \#
                {"credential": "NAME"} or {"env": "NAME"}
                """#
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"base_url": "http://api.linqapp.com"}"#,
            [
                #"""
                c:7:22: linq.base_url: must begin with https://: the key would travel readable to \#
                api.linqapp.com; http:// is for this machine alone
                """#
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"base_url": 7, "audit": "yes"}"#,
            [
                #"c:7:22: linq.base_url: expected a string, found a number"#,
                #"c:7:34: linq.audit: expected true or false, found a string"#,
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"api": "v4"}"#,
            [#"c:7:17: linq.api: must be one of v3, v2, found "v4"; did you mean 'v3'?"#]
        ),
        Mistake(.rest, #""linq": {"api": "v2"}"#, [#"c:7:9: linq.api_key: is missing"#]),
        Mistake(
            .rest,
            #""linq": {"api": "v2", \#(key), "audit": true, "webhook_url": "https://a.example.com"}"#,
            [
                #"c:7:75: warning: linq.audit: has no effect: API V2 knows lines and forwarding only"#,
                #"c:7:96: warning: linq.webhook_url: has no effect: API V2 knows lines and forwarding only"#,
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"webhook_url": "http://hooks.example.com/x"}"#,
            [
                #"""
                c:7:25: linq.webhook_url: must be an https URL such as "https://hooks.example.com/webhooks/linq"
                """#
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"webhook_url": "https://"}"#,
            [
                #"""
                c:7:25: linq.webhook_url: must be an https URL such as "https://hooks.example.com/webhooks/linq"
                """#
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"keep_subscription_active": true}"#,
            [
                #"""
                c:7:38: linq.keep_subscription_active: needs webhook_url, which tells the subscription that is meant
                """#
            ]
        ),
        Mistake(
            .rest,
            #""linq": {"pause_grace": "61m"}"#,
            [#"c:7:25: linq.pause_grace: must be at most 1h, found 61m"#]
        ),
        Mistake(
            .rest,
            #""linq": {"api_keys": {"env": "LINQ_API_V3_API_KEY"}}"#,
            [#"c:7:10: linq.api_keys: unknown key; did you mean 'api_key'?"#]
        ),
    ])
    func mistakes(_ mistake: Mistake) { mistake.check() }

    private func read(_ section: String, _ variables: [String: String] = [:]) throws -> LinqSettings? {
        let reading = Reading(Document(.rest, section).text, variables: goodVariables.merging(variables) { $1 })
        return try #require(reading.settings, "\(reading.problems)").linq
    }

    @Test func withoutTheSectionNothingIsAsked() throws {
        #expect(try read(#""stop_timeout": "10s""#) == nil)
    }

    @Test func defaults() throws {
        let linq = try #require(try read(#""linq": {}"#))
        #expect(linq.access.version == .v3 && linq.access.baseURL == "https://api.linqapp.com/api/partner")
        #expect(linq.access.key.exposed == "the-api-key-hunter2")
        #expect(linq.reconcileEvery == .minutes(5) && linq.pauseGrace == .seconds(60))
        #expect(linq.audits && linq.webhookURL == nil && !linq.keepsSubscriptionActive)
    }

    @Test func everything() throws {
        let section = #"""
            "linq": {"api_key": {"env": "SENDER_SECRET"}, "base_url": "http://127.0.0.1:9/p/", "api": "v3",
            "reconcile_every": "10s", "audit": false, "webhook_url": "https://a.example.com/x?version=1",
            "keep_subscription_active": true, "pause_grace": "0s"}
            """#
        // What is written wins over the environment.
        let linq = try #require(try read(section, ["LINQ_API_V3_BASE_URL": "https://b.example.com"]))
        #expect(linq.access.baseURL == "http://127.0.0.1:9/p" && linq.access.key.exposed.hasPrefix("whsec_MfKQ"))
        #expect(linq.reconcileEvery == .seconds(10) && linq.pauseGrace == .zero)
        #expect(!linq.audits && linq.webhookURL == "https://a.example.com/x?version=1" && linq.keepsSubscriptionActive)
    }

    @Test("The variables of the vendor's SDKs count for V3, and for V3 only")
    func environment() throws {
        let variables = ["LINQ_API_V3_BASE_URL": "https://b.example.com/"]
        #expect(try read(#""linq": {}"#, variables)?.access.baseURL == "https://b.example.com")
        #expect(try read(#""linq": {}"#, ["LINQ_API_V3_BASE_URL": ""])?.access.baseURL.contains("linqapp") == true)
        let v2 = try #require(try read(#""linq": {"api": "v2", \#(Self.key)}"#, variables))
        #expect(v2.access.baseURL == "https://api.linqapp.com" && !v2.audits)
        let bad = Reading(
            Document(.rest, #""linq": {}"#).text,
            variables: goodVariables.merging(["LINQ_API_V3_BASE_URL": "http://b.example.com"]) { $1 }
        )
        #expect(bad.problems.count == 1 && bad.settings == nil)
        #expect(
            bad.problems[0].contains("linq.base_url: LINQ_API_V3_BASE_URL of the environment must begin with https")
        )
        let without = Reading(
            Document(.rest, #""linq": {}"#).text,
            variables: [
                "LINQ_WEBHOOK_SECRET": goodVariables["LINQ_WEBHOOK_SECRET"] ?? "",
                "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/hunter2", "LINQ_API_V3_API_KEY": "",
            ]
        )
        #expect(
            without.problems == [
                "c:7:9: linq.api_key: is missing; give it here or in the environment variable LINQ_API_V3_API_KEY"
            ]
        )
    }

    @Test func surroundings() throws {
        let access = try #require(try PartnerAccess.surrounding(secretSource()))
        #expect(access.version == .v3 && access.key.exposed == "the-api-key-hunter2")
        #expect(try PartnerAccess.surrounding(secretSource([:])) == nil)
        #expect(try PartnerAccess.surrounding(secretSource(["LINQ_API_V3_API_KEY": ""])) == nil)
        let bad = secretSource(["LINQ_API_V3_API_KEY": "a", "LINQ_API_V3_BASE_URL": "http://b.example.com"])
        #expect(throws: BadBaseURL.self) { try PartnerAccess.surrounding(bad) }
    }
}
