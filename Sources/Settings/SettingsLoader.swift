package import Crypto
package import JSON
import Posix

/// Reads a configuration file.
///
/// `serve`, `check` and a reload all use this, so that what one accepts no other refuses.
package enum SettingsLoader {
    /// What became of a file.
    package enum Outcome: Sendable {
        /// Good; the problems are warnings.
        case loaded(Settings, warnings: [ConfigurationProblem])
        /// Not good; all problems at once.
        case bad([ConfigurationProblem])
        /// There is nothing to read; why, and what to do.
        case unreadable(String)
    }

    package static func load(path: String, secrets: SecretSource = .system) -> Outcome {
        do throws(PosixError) {
            return read(SourceText(name: path, bytes: try File.read(path)), secrets: secrets)
        } catch {
            return .unreadable(words(for: error, path: path))
        }
    }

    /// Why the file cannot be read, and what to do.
    static func words(for error: PosixError, path: String) -> String {
        let remedy =
            switch error.code {
            case PosixError.notFound: "; give its path with --config; config.example.json is one to start from"
            case PosixError.permissionDenied: "; the user that linewarden runs as must be able to read it"
            default: ""
            }
        return "\(path): cannot read the configuration: \(error.reason.lowercased())\(remedy)"
    }

    /// Where a file says that the ledger is, whatever else is in it: secrets may be out of reach of who asks.
    ///
    /// Nil where it does not say so; `load` tells why.
    package static func stateDirectory(path: String) -> String? {
        (try? JSON.parse(File.read(path)))?["state"]?["directory"]?.string
    }

    package static func read(_ source: SourceText, secrets: SecretSource) -> Outcome {
        let (settings, problems) = ConfigurationReader.read(source: source) { Settings.read($0, secrets) }
        guard let settings, problems.allSatisfy(\.isWarning) else { return .bad(problems) }
        return .loaded(settings, warnings: problems)
    }
}
