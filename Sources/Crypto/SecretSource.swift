package import JSON
import Posix

/// Where the secrets that a configuration refers to are found.
///
/// Passed in, so that tests need no environment.
package struct SecretSource: Sendable {
    /// The value of an environment variable; nil when it is not set.
    package let environment: @Sendable (String) -> String?
    /// The contents of a file.
    package let file: @Sendable (String) throws -> [UInt8]
    /// Hears of every reference that is read, once it is known whether it leads to something.
    package let onReference: @Sendable (SecretReference) -> Void

    package init(
        environment: @escaping @Sendable (String) -> String?,
        file: @escaping @Sendable (String) throws -> [UInt8],
        onReference: @escaping @Sendable (SecretReference) -> Void = { _ in }
    ) {
        self.environment = environment
        self.file = file
        self.onReference = onReference
    }

    /// The process's environment and the machine's files.
    package static let system = SecretSource(
        environment: { Process.environment($0) },
        file: { try File.read($0, limit: 1 << 20) }
    )
}

extension SecretSource {
    /// Reads a secret: `{"credential":"name"}`, `{"env":"NAME"}`, `{"file":"path"}`, or the text itself.
    ///
    /// Reports a problem and gives nil when it is not there or empty. A literal is accepted with a warning, because a
    /// configuration file is copied, mailed and committed.
    package func secret(_ reader: ValueReader) -> Secret? { read(reader, literalIsWarning: true).map(Secret.init) }

    /// Reads a text that may be secret, such as a URL, in the same forms; a literal is accepted silently.
    package func text(_ reader: ValueReader) -> String? { read(reader, literalIsWarning: false) }

    /// The path of a file that another library reads: the path itself, `{"file":"path"}` or `{"credential":"name"}`.
    package func path(_ reader: ValueReader) -> String? {
        if let path = reader.value.string { return noted(path, reader, "file", path) }
        guard reader.value.members != nil, let object = reader.object() else {
            reader.fail(#"expected a path, {"file": "PATH"} or {"credential": "NAME"}"#)
            return nil
        }
        if let credential = object.optional("credential"), let name = credential.string() {
            return noted(credentialPath(name, credential), reader, "credential", name)
        }
        return object.required("file")?.string().flatMap { noted($0, reader, "file", $0) }
    }

    /// A path that is handed on; whether something is there shows elsewhere.
    private func noted(_ path: String?, _ reader: ValueReader, _ form: String, _ name: String) -> String? {
        onReference(SecretReference(key: reader.path, form: form, name: name, path: path, isFound: path != nil))
        return path
    }

    private func read(_ reader: ValueReader, literalIsWarning: Bool) -> String? {
        if reader.value.string != nil {
            guard let literal = reader.string() else { return nil }
            if literal.isEmpty {
                reader.fail("is empty")
                return nil
            }
            if literalIsWarning {
                reader.warn(
                    #"is a secret written into the file; refer to it as {"credential": "NAME"} or {"env": "NAME"}"#
                )
                onReference(SecretReference(key: reader.path, form: "literal", name: "", path: nil, isFound: true))
            }
            return literal
        }
        guard reader.value.members != nil, let object = reader.object() else {
            reader.fail(#"expected {"credential": "NAME"}, {"env": "NAME"}, {"file": "PATH"} or a text"#)
            return nil
        }
        let forms = ["credential", "env", "file"].compactMap { key in object.optional(key).map { (key, $0) } }
        guard forms.count == 1, let (form, place) = forms.first else {
            reader.fail(#"expected exactly one of "credential", "env" and "file""#)
            return nil
        }
        guard let name = place.string() else { return nil }
        if name.isEmpty {
            place.fail("is empty")
            return nil
        }
        let text = resolve(form, name, place)
        let path = form == "file" ? name : form == "credential" ? credentialPath(name) : nil
        onReference(SecretReference(key: reader.path, form: form, name: name, path: path, isFound: text != nil))
        return text
    }

    private func resolve(_ form: String, _ name: String, _ reader: ValueReader) -> String? {
        let found: String?
        let what: String
        switch form {
        case "env":
            what = "environment variable"
            found = environment(name)
            if found == nil { reader.fail("the environment variable \(name) is not set") }
        case "credential":
            guard let path = credentialPath(name, reader) else { return nil }
            what = "credential"
            found = contents(of: path, reader)
        default:
            what = "file"
            found = contents(of: name, reader)
        }
        guard let found else { return nil }
        if found.isEmpty { reader.fail("the \(what) \(name) is empty") }
        return found.isEmpty ? nil : found
    }

    private func credentialPath(_ name: String, _ reader: ValueReader) -> String? {
        if let path = credentialPath(name) { return path }
        reader.fail(
            "there is no credential \"\(name)\": CREDENTIALS_DIRECTORY is not set; "
                + "the service's unit needs LoadCredential=\(name):PATH"
        )
        return nil
    }

    private func credentialPath(_ name: String) -> String? {
        environment("CREDENTIALS_DIRECTORY").map { "\($0)/\(name)" }
    }

    private func contents(of path: String, _ reader: ValueReader) -> String? {
        do {
            var bytes = try file(path)
            // Files end in a newline, secrets do not.
            while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
            if let text = String(validating: bytes, as: UTF8.self) { return text }
            reader.fail("is not a text in UTF-8")
            return nil
        } catch {
            reader.fail("cannot read it: \(error)")
            return nil
        }
    }
}
