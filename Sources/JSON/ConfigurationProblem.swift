/// One mistake in a configuration file.
package struct ConfigurationProblem: Sendable, Equatable {
    package let file: String
    package let line: Int
    package let column: Int
    /// The dotted path of the value, such as `hooks.oncall.routing_key`; empty for the document as a whole.
    package let key: String
    package let message: String
    /// A warning does not keep the configuration from being used.
    package let isWarning: Bool

    package init(file: String, line: Int, column: Int, key: String, message: String, isWarning: Bool = false) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.message = message
        self.isWarning = isWarning
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `config.json:14:9: hooks.oncall.routing_key: is missing`, the form in which editors find the place.
    package var description: String {
        let severity = isWarning ? "warning: " : ""
        return "\(file):\(line):\(column): \(severity)\(key.isEmpty ? "" : key + ": ")\(message)"
    }
}
