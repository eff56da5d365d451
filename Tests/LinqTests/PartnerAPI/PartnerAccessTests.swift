import Crypto
import Testing

@testable import Linq

@Suite struct PartnerAccessTests {
    @Test(
        "https anywhere, http on this machine only",
        arguments: [
            ("https://api.linqapp.com/api/partner", "https://api.linqapp.com/api/partner"),
            ("https://api.linqapp.com/api/partner/", "https://api.linqapp.com/api/partner"),
            ("https://api.linqapp.com//", "https://api.linqapp.com"),
            ("HTTPS://api.linqapp.com:8443", "HTTPS://api.linqapp.com:8443"),
            ("http://127.0.0.1:8080/api/partner", "http://127.0.0.1:8080/api/partner"),
            ("http://127.9.9.9", "http://127.9.9.9"), ("http://localhost:1/", "http://localhost:1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ]
    )
    func good(text: String, checked: String) throws { #expect(try PartnerAccess.checked(text) == checked) }

    @Test(
        arguments: [
            ("http://api.linqapp.com", "must begin with https://"), ("http://10.0.0.1", "must begin with https://"),
            ("http://127.0.0.1.example.com", "must begin with https://"), ("http://[::2]", "must begin with https://"),
            ("http://localhost.example.com", "must begin with https://"),
            ("http://0.0.0.0", "must begin with https://"),
            ("ftp://127.0.0.1", "is not a URL to ask"), ("api.linqapp.com", "is not a URL to ask"),
            ("https://", "is not a URL to ask"), ("", "is not a URL to ask"),
            ("https://user:hunter2@api.linqapp.com", "may hold scheme"), ("https://a.example.com?b", "may hold scheme"),
            ("https://a.example.com#b", "may hold scheme"), ("https://a.example.com/ b", "may hold scheme"),
            ("https://a.example.com/\nb", "may hold scheme"), ("https://ä.example.com", "may hold scheme"),
        ]
    )
    func bad(text: String, reason: String) throws {
        let error = #expect(throws: BadBaseURL.self) { try PartnerAccess.checked(text) }
        #expect(try #require(error).reason.hasPrefix(reason))
        #expect(try !#require(error).description.contains("hunter2"))
    }

    @Test func noDescriptionShowsTheKey() throws {
        let access = try PartnerAccess(version: .v2, key: Secret("hunter2"))
        var dumped = ""
        dump(access, to: &dumped)
        #expect(!dumped.contains("hunter2") && !"\(access)".contains("hunter2"))
        #expect(access.baseURL == "https://api.linqapp.com")
    }
}
