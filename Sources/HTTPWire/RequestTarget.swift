/// The target of a request in one of the forms of RFC 9112 section 3.2, split but not decoded.
struct RequestTarget: Sendable, Equatable {
    /// As it was sent.
    let raw: String
    /// `*` for the asterisk form, otherwise what starts with `/`.
    let path: String
    /// What follows the first `?`.
    let query: String?
    /// The `host[:port]` of an absolute form.
    let authority: String?

    /// Checks and splits a target; the method decides which forms are allowed.
    init(parsing bytes: Span<UInt8>, _ range: Range<Int>, method: String) throws(HTTPRefusal) {
        try Self.checkBytes(bytes, range)
        // RFC 9112 section 3.2.3: authority-form is for CONNECT, and this server is no proxy (RFC 9110 section 9.3.6).
        guard method != "CONNECT" else { throw .notImplemented("this server does not tunnel connections") }

        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            self.init(origin: bytes, range, raw: bytes.text(range), authority: nil)
        } else if range.count == 1, bytes[range.lowerBound] == UInt8(ascii: "*") {
            // RFC 9112 section 3.2.4.
            guard method == "OPTIONS" else { throw .badRequest("the target * is for OPTIONS only") }
            self.init(raw: "*", path: "*", query: nil, authority: nil)
        } else {
            try self.init(absolute: bytes, range, method: method)
        }
    }

    /// Splits a target that is known to be good.
    init(trusted target: String) {
        let split = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            raw: target,
            path: split.first.map(String.init) ?? "",
            query: split.count > 1 ? String(split[1]) : nil,
            authority: nil
        )
    }

    private init(raw: String, path: String, query: String?, authority: String?) {
        self.raw = raw
        self.path = path
        self.query = query
        self.authority = authority
    }

    /// `absolute-path [ "?" query ]` (RFC 9112 section 3.2.1).
    private init(origin bytes: Span<UInt8>, _ range: Range<Int>, raw: String, authority: String?) {
        let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: range)
        let end = mark ?? range.upperBound
        self.init(
            raw: raw,
            // Without a query the path of an origin form is the target: the same storage, no copy.
            path: end - range.lowerBound == raw.utf8.count ? raw : bytes.text(range.lowerBound..<end),
            query: mark.map { bytes.text($0 + 1..<range.upperBound) },
            authority: authority
        )
    }

    /// `http://authority/path`, which every server must take although only proxies are sent it (RFC 9112 section 3.2.2).
    private init(absolute bytes: Span<UInt8>, _ range: Range<Int>, method: String) throws(HTTPRefusal) {
        guard let start = Self.endOfScheme(bytes, range) else {
            throw .badRequest("the target is neither a path nor an http or https URI")
        }
        var end = start
        while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        let authority = start..<end
        // RFC 9110 section 4.2.1: an empty host must be refused.
        guard !authority.isEmpty, bytes[authority.lowerBound] != UInt8(ascii: ":"), Authority.isValid(bytes, authority)
        else { throw .badRequest("the host of the target is not valid") }

        let raw = bytes.text(range)
        let host = bytes.text(authority)
        guard end == range.upperBound || bytes[end] == UInt8(ascii: "?") else {
            self.init(origin: bytes, end..<range.upperBound, raw: raw, authority: host)
            return
        }
        // RFC 9112 section 3.2.4: an OPTIONS target without a path and query stands for `*`; any other empty path for `/`.
        let asterisk = method == "OPTIONS" && end == range.upperBound
        self.init(
            raw: raw,
            path: asterisk ? "*" : "/",
            query: end == range.upperBound ? nil : bytes.text(end + 1..<range.upperBound),
            authority: host
        )
    }

    /// The place after `http://` or `https://`.
    private static func endOfScheme(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        for scheme in ["http://", "https://"] {
            let end = range.lowerBound + scheme.utf8.count
            if end <= range.upperBound, bytes.equals(range.lowerBound..<end, ignoringCase: scheme) { return end }
        }
        return nil
    }

    /// Refuses bytes that no form has, before the form is looked at.
    private static func checkBytes(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(HTTPRefusal) {
        guard !range.isEmpty else { throw .badRequest("the request line has no target") }
        for index in range where !ByteSet.target.contains(bytes[index]) {
            // RFC 9112 section 3.2: no whitespace, and no fragment in any form; RFC 3986 section 2: ASCII only.
            throw bytes[index] == UInt8(ascii: "#")
                ? .badRequest("the target holds a fragment")
                : .badRequest("the target holds a character that is not allowed")
        }
        guard bytes.hasWholePercentTriplets(range) else {
            throw .badRequest("the target holds a percent sign that is not followed by two hexadecimal digits")
        }
    }
}
