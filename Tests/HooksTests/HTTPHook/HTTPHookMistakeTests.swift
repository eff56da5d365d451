import Testing

@testable import Hooks

/// Every mistake in a template is found when the configuration is read, where it is.
@Suite struct HTTPHookMistakeTests {
    @Test(arguments: [
        (#""url": "https://x/${line.numer}""#, "url: there is no field \"line.numer\"; there are "),
        (#""url": "https://x/${line.statu}""#, "url: there is no field \"line.statu\"; did you mean 'line.status'?"),
        (#""url": "https://x/${line.status""#, #"url: "${" is not closed by "}"; "$${" writes it as it is"#),
        (#""url": "https://${line.status}/x""#, "url: a field can only stand after the host"),
        (#""url": "https://${line.status}.example.com/x""#, "url: a field can only stand after the host"),
        (#""url": "https://example.com:${line.status}/x""#, "url: a field can only stand after the host"),
        (#""url": "https://user:${line.status}@example.com/""#, "url: a field can only stand after the host"),
        (#""url": "https://example.com${line.status}""#, "url: a field can only stand after the host"),
        // What a reference brought in may be secret.
        (#""url": {"env": "URL"}"#, #"url: holds "${" without the name of a field"#),
        (
            #""url": "https://x", "headers": {"X-A": "${typ}"}"#,
            "headers.X-A: there is no field \"typ\"; did you mean 'type'?"
        ),
        (
            #""url": "https://x", "headers": {"Content-Type": "${type}"}"#,
            "headers.Content-Type: is the same for every message, and holds no field"
        ),
        (
            #""url": "https://x", "method": "post""#,
            "method: must be one of POST, PUT, PATCH, GET, DELETE, found \"post\"; did you mean 'POST'?"
        ),
        (#""url": "https://x", "methd": "POST""#, "methd: unknown key; did you mean 'method'?"),
        (
            #""url": "https://x", "method": "GET", "body": {}"#,
            "body: a GET request has none; what it says is in its URL"
        ),
        (#""url": "https://x", "body": 7"#, "body: expected an object, an array or a text"),
        (#""url": "https://x", "body": null"#, "body: expected an object, an array or a text"),
        (
            #""url": "https://x", "body": {"a": [{}, {"b": "${linee.status}"}]}"#,
            "body.a[1].b: there is no field \"linee.status\"; did you mean 'line.status'?"
        ),
        (
            #""url": "https://x", "body": ["${id}"]"#,
            "body[0]: ${id} is known only when the message is sent; it can stand in url and headers"
        ),
        (#""url": "https://x", "body": {"${type}": 1}"#, "body.${type}: a key cannot hold a field"),
        (#""url": "https://x", "body": {"${": 1}"#, "body.${: a key cannot hold a field"),
        (
            #""url": "https://x", "body": "Line ${line.status}""#,
            "body: is not JSON, and needs a Content-Type in headers: "
        ),
        // Outside a string a value could be anything.
        (
            #""url": "https://x", "body": "{\"a\": ${line.status}}", "headers": {"content-type": "application/json"}"#,
            "body: is not JSON, which Content-Type says it is: "
        ),
        (#""url": "https://x", "body": "{\"a\": \"${x}\"}""#, "body: there is no field \"x\"; there are "),
        (
            #""url": "https://x", "body": "${x}", "headers": {"Content-Type": "text/plain"}"#,
            "body: there is no field \"x\"; there are "
        ),
        (
            #""url": "https://x", "body": "${id}", "headers": {"Content-Type": "text/plain"}"#,
            "body: ${id} is known only when the message is sent"
        ),
        (
            #""url": "https://x", "body": {}, "headers": {"Content-Type": "application/x-www-form-urlencoded"}"#,
            "body: is JSON, and Content-Type says application/x-www-form-urlencoded; write it as a text: "
        ),
    ])
    func mistakes(keys: String, problem: String) throws {
        let (configuration, problems) = HTTPHookConfiguration.reading(keys, ["URL": "https://x/${hunter2}"])
        #expect(configuration == nil && problems.count == 1)
        let found = try #require(problems.first)
        #expect(found.drop { $0 != " " }.dropFirst().hasPrefix(problem), "\(found)")
        #expect(!found.contains("hunter2"))
    }

    /// All at once, each at its place.
    @Test func allMistakesOfABody() {
        let (_, problems) = HTTPHookConfiguration.reading(
            #""url": "https://x", "body": {"a": "${typ}", "b": ["${summary}", "${tex}"]}"#
        )
        #expect(
            problems == [
                "c:1:36: body.a: there is no field \"typ\"; did you mean 'type'?",
                "c:1:66: body.b[1]: there is no field \"tex\"; did you mean 'text'?",
            ]
        )
    }

    @Test(arguments: [
        #""url": "https://x/$${""#, #""url": "https://x?n=${line.phone_number}""#,
        #""url": "https://x", "body": {"a": "$${x}", "$${": true, "n": null}"#,
        #""url": "https://x", "headers": {"X": "$${", "Y": "$"}"#, #""url": "https://x", "body": []"#,
    ])
    func noMistakes(keys: String) {
        let (configuration, problems) = HTTPHookConfiguration.reading(keys)
        #expect(problems == [] && configuration != nil)
    }
}
