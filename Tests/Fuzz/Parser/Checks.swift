import HTTPWire
import Harness

/// A parser that waits for more holds less than each limit.
func checkHeld(_ parser: RequestParser, _ limits: HTTPLimits) {
    let chunkHead = 8 + limits.chunkExtensionBytes + 2
    let most =
        switch parser.phase {
        case .idle: 1
        case .head: max(limits.requestLineBytes, limits.headerBytes) - 1
        case .body: max(chunkHead, limits.trailerBytes) - 1
        }
    claim(parser.bufferedBytes <= max(most, 1), "\(parser.bufferedBytes) bytes are kept in phase \(parser.phase)")
    claim(parser.bodyBytesReceived <= limits.bodyBytes, "a body of \(parser.bodyBytesReceived) bytes")
}

/// A refusal is for ever, whatever comes after it, and holds nothing.
func checkRefusal(_ refusal: HTTPRefusal, _ parser: inout RequestParser) {
    claim((400..<600).contains(refusal.status.code), "refused with \(refusal.status)")
    for _ in 0..<2 {
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        do throws(HTTPRefusal) {
            let step = try parser.next()
            claim(false, "after \(refusal) came \(step)")
        } catch {
            claim(error == refusal, "after \(refusal) came \(error)")
        }
    }
    claim(parser.phase == .idle && parser.bufferedBytes == 0 && parser.bodyBytesReceived == 0, "a refusal holds bytes")
}

/// What RFC 9110 and RFC 9112 say about a request, told anew.
func checkRequest(_ request: HTTPRequest, _ limits: HTTPLimits) {
    claim(isToken(request.method), "method \(request.method)")
    claim(!request.target.isEmpty && request.target.utf8.allSatisfy { (0x21...0x7E).contains($0) }, request.target)
    claim(request.path == "*" || request.path.hasPrefix("/"), "path \(request.path) of \(request.target)")
    claim(!request.path.contains("?"), "path \(request.path) of \(request.target)")
    if request.target.hasPrefix("/") {
        claim(request.target == request.path + (request.query.map { "?" + $0 } ?? ""), "target \(request.target)")
    }
    let pairs = request.query?.split(separator: "&").count ?? 0
    claim(request.queryItems().count == pairs, "\(request.queryItems()) of \(request.target)")
    claim(request.headers.count <= limits.headerCount, "\(request.headers.count) headers")
    claim(request.body.count <= limits.bodyBytes, "a body of \(request.body.count) bytes")
    for (name, value) in request.headers {
        claim(isToken(name), "header name \(name)")
        claim(value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 }, "control characters in \(name)")
        claim(value.utf8.first != 0x20 && value.utf8.last != 0x20, "spaces around \(name)")
        claim(value.utf8.first != 9 && value.utf8.last != 9, "tabs around \(name)")
        claim(request.headers.all(name).contains { $0.utf8.elementsEqual(value.utf8) }, "\(name) is not found")
    }
    checkFraming(request)
}

private func checkFraming(_ request: HTTPRequest) {
    let hosts = request.headers.all("host").count
    claim(hosts == 1 || hosts == 0 && request.version == .http10, "\(hosts) hosts")
    let lengths = request.headers.all("content-length")
    let codings = request.headers.all("transfer-encoding")
    claim(lengths.count + codings.count <= 1, "\(lengths) and \(codings) frame one message")
    if let length = lengths.first {
        claim(!length.isEmpty && length.utf8.allSatisfy { (0x30...0x39).contains($0) }, "length \(length)")
        // More zeros than an Int has digits are a number all the same.
        claim(Int(length) ?? 0 == request.body.count, "length \(length) of \(request.body.count) bytes")
    } else if let coding = codings.first {
        claim(coding.lowercased() == "chunked" && request.version == .http11, "coding \(coding)")
    } else {
        claim(request.body.isEmpty, "a body that nothing announced")
    }
}

/// Written out again a request is the same request.
func checkRoundTrip(_ request: HTTPRequest) {
    let limits = HTTPLimits(requestLineBytes: 1 << 20, headerBytes: 1 << 20, headerCount: 1 << 20, bodyBytes: 1 << 20)
    let again = outcome([wire(request)], limits)
    claim(again.refusal == nil && again.requests.count == 1, "written out it is \(again)")
    guard let other = again.requests.first else { return }
    claim(other.method == request.method && other.target == request.target, "another request line: \(other)")
    claim(other.path == request.path && other.query == request.query, "another path: \(other)")
    claim(other.host == request.host && other.version == request.version, "another host or version: \(other)")
    claim(other.keepAlive == request.keepAlive && other.body == request.body, "another message: \(other)")
    // Compared as text: what is not UTF-8 was written out as U+FFFD.
    let isSame = other.headers.elementsEqual(request.headers) { $0.name == $1.name && $0.value == $1.value }
    claim(isSame, "other headers: \(other)")
}

private func wire(_ request: HTTPRequest) -> [UInt8] {
    var text = "\(request.method) \(request.target) HTTP/1.\(request.version == .http11 ? 1 : 0)\r\n"
    for (name, value) in request.headers { text += "\(name): \(value)\r\n" }
    var bytes = Array((text + "\r\n").utf8)
    guard request.headers.contains("transfer-encoding") else { return bytes + request.body }
    if !request.body.isEmpty {
        bytes += Array("\(String(request.body.count, radix: 16))\r\n".utf8) + request.body + Array("\r\n".utf8)
    }
    return bytes + Array("0\r\n\r\n".utf8)
}

/// No answer can be made to hold a second one, whatever fields and body it is given.
func checkAnswer(_ request: HTTPRequest, _ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    var headers: HTTPHeaders = ["Location": text, "Content-Length": "7"]
    for (name, value) in request.headers { headers.append(name, value) }
    headers.append(text, request.method)
    let answer = HTTPResponse(.ok, headers: headers, body: bytes)
    var written: [UInt8] = []
    answer.serialize(
        into: &written,
        version: request.version,
        keepAlive: request.keepAlive,
        forHead: request.method == "HEAD",
        date: text
    )
    let end = written.indices.first { written[$0...].starts(with: "\r\n\r\n".utf8) } ?? 0
    let body = written[min(end + 4, written.count)...]
    claim(Array(body) == (request.method == "HEAD" ? [] : bytes), "the head of an answer ends early")
    let lines = String(decoding: written[..<end], as: UTF8.self).split(separator: "\r\n")
    for line in lines {
        claim(line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 }, "control characters in an answer's \(line)")
    }
    claim(lines.count { $0.lowercased().hasPrefix("content-length:") } == 1, "\(lines)")
    claim(!lines.contains { $0.lowercased().hasPrefix("transfer-encoding:") }, "\(lines)")
}

private func isToken(_ text: String) -> Bool {
    let others = "!#$%&'*+-.^_`|~".utf8
    return !text.isEmpty
        && text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || others.contains(byte)
        }
}
