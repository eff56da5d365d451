import Crypto
import HTTPServer
import HTTPWire
import Testing

@testable import Daemon

@Suite struct OperatorPageTests {
    private static let page = OperatorPage.builtIn
    private static let text = String(decoding: page.document, as: UTF8.self)

    @Test("Style and script are in their places, whole")
    func isWhole() {
        for part in [PackageResources.page_css, PackageResources.page_js] {
            #expect(Self.text.contains(String(decoding: part, as: UTF8.self)))
        }
        #expect(!Self.text.contains("<!-- page"), "a slot is empty")
        for name in ["style", "script"] {
            #expect(Self.text.ranges(of: "<\(name)").count == 1 && Self.text.ranges(of: "</\(name)").count == 1)
        }
    }

    @Test("The policy names exactly what stands between the tags", arguments: ["style", "script"])
    func policyFits(_ name: String) throws {
        let begin = try #require(Self.text.firstRange(of: "<\(name)>")).upperBound
        let end = try #require(Self.text.firstRange(of: "</\(name)>")).lowerBound
        let digest = Base64.encode(Digest.sha256(Array(Self.text[begin..<end].utf8)))
        #expect(Self.page.policy.contains("\(name)-src 'sha256-\(digest)';"))
    }

    @Test("Nothing is allowed that is not needed")
    func policyIsStrict() {
        let directives = Self.page.policy.split(separator: ";").map { $0.drop { $0 == " " } }
        #expect(directives.first == "default-src 'none'" && !Self.page.policy.contains("unsafe"))
        for wanted in ["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"] {
            #expect(directives.contains { $0 == wanted })
        }
        #expect(directives.count == 8)
    }

    @Test("The script makes no markup of data")
    func makesNoMarkup() {
        let script = String(decoding: PackageResources.page_js, as: UTF8.self)
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            #expect(!script.contains(word), "\(word)")
        }
    }

    @Test("The headers of every answer leave the page's own alone")
    func headers() {
        let response = SafeHeaders.added(to: Self.page.answer(Self.request(nil)))
        #expect(response.status == .ok && response.body == Self.page.document)
        #expect(response.headers.all("Content-Security-Policy") == [Self.page.policy])
        #expect(response.headers.all("Cache-Control") == ["no-cache"])
        #expect(response.headers.first("X-Content-Type-Options") == "nosniff")
    }

    @Test(
        "What a browser has is not sent again",
        arguments: [
            (nil, 200), ("TAG", 304), ("W/TAG", 304), ("\"a\", TAG", 304), ("\"a\",W/TAG", 304), ("*", 304),
            ("\"a\"", 200), ("", 200), ("W/\"a\"", 200), ("TAG2", 200),
        ] as [(String?, Int)]
    )
    func conditions(_ known: String?, _ status: Int) {
        let request = Self.request(known.map { $0.replacing("TAG", with: Self.page.tag) })
        let response = Self.page.answer(request)
        #expect(response.status.rawValue == status)
        #expect(response.body.isEmpty == (status == 304))
        #expect(response.headers.first("ETag") == Self.page.tag)
    }

    @Test("Another script makes another tag and another policy")
    func changes() {
        let html = PackageResources.page_html
        let one = OperatorPage(html: html, style: [], script: Array("1".utf8))
        let other = OperatorPage(html: html, style: [], script: Array("2".utf8))
        #expect(one.tag != other.tag && one.policy != other.policy && one.document != other.document)
    }

    private static func request(_ known: String?) -> HTTPRequest {
        HTTPRequest(method: "GET", target: "/", headers: known.map { ["If-None-Match": $0] } ?? [:])
    }
}
