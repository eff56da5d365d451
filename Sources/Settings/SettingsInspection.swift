package import Crypto
package import JSON
import Posix
import Synchronization

/// A configuration file, good or not, with all that can be told of it: for who looks for mistakes.
///
/// A daemon uses `SettingsLoader`, which gives nothing of a file that is not good.
package struct SettingsInspection: Sendable {
    /// What could be read of it.
    ///
    /// Parts with problems are missing, or are what they are by default. Never to be run with while there are problems.
    package let settings: Settings?
    /// As `check` tells them, warnings too.
    package let problems: [ConfigurationProblem]
    /// Every reference to a secret, by its place.
    package let references: [SecretReference]
    /// The names under `hooks`, those of entries with problems too.
    package let hookNames: [String]
    /// Whether it has a section `linq`.
    package let hasLinq: Bool

    /// Why a file could not be read, with the remedy.
    package struct Unreadable: Error, Sendable {
        package let reason: String
    }

    package init(path: String, secrets: SecretSource = .system) throws(Unreadable) {
        do throws(PosixError) {
            self.init(SourceText(name: path, bytes: try File.read(path)), secrets)
        } catch {
            throw Unreadable(reason: SettingsLoader.words(for: error, path: path))
        }
    }

    package init(_ source: SourceText, _ secrets: SecretSource) {
        let found = Mutex<[String: SecretReference]>([:])
        let listening = SecretSource(
            environment: secrets.environment,
            file: secrets.file,
            onReference: { reference in found.withLock { $0[reference.key] = reference } }
        )
        let reader = ConfigurationReader(source: source)
        settings = reader.root().flatMap { Settings.read($0, listening) }
        problems = reader.finish()
        references = found.withLock { $0.values.sorted { $0.key < $1.key } }
        let document = try? JSON.parse(source.bytes)
        hookNames = document?["hooks"]?.members?.map(\.key) ?? []
        hasLinq = document?["linq"]?.members != nil
    }
}
