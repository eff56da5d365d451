import Crypto
import HTTPWire

/// The page for people at `/`: one HTML document with its style and its script inside, which asks `/v1/…` for the rest.
///
/// It holds no data, so it is shown without the admin token. Nothing but this script and this style, known by their
/// digests, may run in it, and it may connect to nobody but the daemon.
struct OperatorPage: Sendable {
    /// Places in `page.html` where style and script belong.
    private static let slots = (style: "<!-- page.css -->", script: "<!-- page.js -->")

    /// The whole document.
    let document: [UInt8]
    /// What a browser may do with the document (W3C, Content Security Policy Level 3).
    let policy: String
    /// Changes with every change of the document (RFC 9110, section 8.8.3).
    let tag: String

    /// As it was built in.
    static let builtIn = OperatorPage(
        html: PackageResources.page_html,
        style: PackageResources.page_css,
        script: PackageResources.page_js
    )

    init(html: [UInt8], style: [UInt8], script: [UInt8]) {
        let styled = Self.fill(Self.slots.style, in: html, "style", style)
        let filled = Self.fill(Self.slots.script, in: styled, "script", script)
        document = filled
        tag = "\"\(Hex.encode(Digest.sha256(filled)))\""
        policy = [
            "default-src 'none'", "script-src \(Self.source(script))", "style-src \(Self.source(style))",
            // The sign in the tab, which the document brings along.
            "img-src data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    /// 304 for a browser that has this document already.
    func answer(_ request: HTTPRequest) -> HTTPResponse {
        let headers: HTTPHeaders = [
            "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "ETag": tag,
            // Kept, but never shown without asking: a page of an older version would misread a newer daemon.
            "Cache-Control": "no-cache",
        ]
        // A weak comparison (RFC 9110, section 13.1.2): a proxy that compresses makes weak tags of strong ones.
        let known = request.headers.all("If-None-Match").joined(separator: ",").split(separator: ",")
            .map { String($0.filter { $0 != " " }) }
        if known.contains(where: { [tag, "W/\(tag)", "*"].contains($0) }) {
            return HTTPResponse(.notModified, headers: headers, body: [])
        }
        return HTTPResponse(.ok, headers: headers, body: document)
    }

    /// What the policy calls an inline script or style by.
    private static func source(_ content: [UInt8]) -> String {
        "'sha256-\(Base64.encode(Digest.sha256(content)))'"
    }

    /// The document with an element in place of a slot: byte for byte, or the digest would not fit.
    private static func fill(
        _ slot: String,
        in document: [UInt8],
        _ element: String,
        _ content: [UInt8]
    ) -> [UInt8] {
        guard let place = document.firstRange(of: Array(slot.utf8)) else { return document }
        return document[..<place.lowerBound] + Array("<\(element)>".utf8) + content + Array("</\(element)>".utf8)
            + document[place.upperBound...]
    }
}
