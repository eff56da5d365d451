import Crypto
import Posix

/// A file for a secret that is told only once: claimed before anybody asks for the secret, so that a path which cannot
/// be written costs nothing.
struct SecretFile {
    let path: String
    /// The empty file that holds the place: the file itself, or one beside the one it replaces.
    private let claim: String

    /// Who may read it: the owner.
    private static let mode: UInt32 = 0o600

    /// Why a path was not claimed, as a sentence.
    struct Refusal: Error {
        let reason: String
    }

    /// Claims a path.
    ///
    /// `force`: a regular file that is there may be replaced; until `write` it stays as it is.
    init(claiming path: String, force: Bool) throws(Refusal) {
        self.path = path
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let isReplacement = force && File.isRegular(path)
        claim = isReplacement ? "\(path.dropLast(name.count)).\(name).claimed" : path
        guard !name.isEmpty else { throw Refusal(reason: "\(path) is no path of a file") }
        do throws(PosixError) {
            try File.makeExclusively(claim, mode: Self.mode)
        } catch {
            guard error.code == PosixError.exists, !isReplacement else {
                throw Refusal(reason: "\(path) cannot be written: \(error)")
            }
            let isFile = File.isRegular(path)
            throw Refusal(
                reason: "\(path) is there already"
                    + (isFile ? "; --force replaces it, another --secret-file leaves it" : ", and is no regular file")
            )
        }
    }

    /// Puts the secret into the file in one step, and onto the disk.
    func write(_ secret: Secret) throws(PosixError) {
        try File.replace(path, with: Array((secret.exposed + "\n").utf8), mode: Self.mode, durably: true)
        if claim != path { try? File.remove(claim) }
    }

    /// Gives the place back: everything is as it was.
    func release() { try? File.remove(claim) }
}
