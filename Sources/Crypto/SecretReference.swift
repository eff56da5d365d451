/// A place of a configuration that should refer to a secret, and where that leads; never the secret.
package struct SecretReference: Sendable, Hashable {
    /// The place, such as `hooks.ops.url`.
    package let key: String
    /// `credential`, `env` or `file`; `literal` for a secret that stands there itself.
    package let form: String
    /// Of the credential, the variable or the file; of a literal none.
    package let name: String
    /// The file that holds it; nil for a variable, and for a credential when nobody gave us any.
    package let path: String?
    /// Whether there is something, and it is no empty text.
    package let isFound: Bool

    package init(key: String, form: String, name: String, path: String?, isFound: Bool) {
        self.key = key
        self.form = form
        self.name = name
        self.path = path
        self.isFound = isFound
    }
}
