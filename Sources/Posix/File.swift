import Glibc
import Synchronization

/// Whole files, small ones: configuration, secrets, gate files.
package enum File {
    /// Reads a file whole.
    ///
    /// `limit`: bytes at the most; a larger file is an error (EFBIG), so that a wrong path such as `/dev/zero` ends.
    package static func read(_ path: String, limit: Int = 4 << 20) throws(PosixError) -> [UInt8] {
        let file = Descriptor(owning: try system("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        let raw = file.raw
        var contents: [UInt8] = []
        while contents.count <= limit {
            var failure: PosixError?
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                do throws(PosixError) {
                    count = try system("read", path) { Glibc.read(raw, buffer.baseAddress, buffer.count) }
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if chunk.isEmpty { return contents }
            contents += chunk
        }
        throw PosixError(call: "read", code: EFBIG, subject: path)
    }

    /// Tells unfinished files apart: two may be written for one path at once.
    private static let replacements = Atomic(0)

    /// Replaces a file in one step: a reader sees the old contents or the new, never a part.
    ///
    /// `mode`: the permissions of the new file, less the umask.
    ///
    /// `durably`: also survives a power cut (fsync of file and directory).
    package static func replace(
        _ path: String,
        with contents: [UInt8],
        mode: UInt32 = 0o644,
        durably: Bool = false
    ) throws(PosixError) {
        // A leading dot keeps the unfinished file out of a directory whose visible names have a meaning.
        let (directory, name) = split(path)
        let number = replacements.add(1, ordering: .relaxed).newValue
        let temporary = "\(directory)/.\(name).\(getpid()).\(number).new"
        do throws(PosixError) {
            let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
            let file = Descriptor(owning: try system("open", temporary) { open(temporary, flags, mode) })
            let raw = file.raw
            var written = 0
            while written < contents.count {
                written += try system("write", temporary) {
                    contents.withUnsafeBytes { write(raw, $0.baseAddress?.advanced(by: written), $0.count - written) }
                }
            }
            if durably { try system("fsync", temporary) { fsync(raw) } }
            try system("rename", path) { rename(temporary, path) }
        } catch {
            unlink(temporary)
            throw error
        }
        if durably { try synchronize(directory: directory) }
    }

    /// Removes a file; that there is none is no error.
    package static func remove(_ path: String) throws(PosixError) {
        do throws(PosixError) {
            try system("unlink", path) { unlink(path) }
        } catch {
            if error.code != ENOENT { throw error }
        }
    }

    /// Makes a directory and those above it, as far as they are missing.
    package static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(PosixError) {
        do throws(PosixError) {
            try system("mkdir", path) { mkdir(path, mode) }
        } catch {
            if error.code == EEXIST { return }
            let parent = split(path).directory
            guard error.code == ENOENT, parent != path, parent != "." else { throw error }
            try makeDirectory(parent, mode: mode)
            do throws(PosixError) {
                try system("mkdir", path) { mkdir(path, mode) }
            } catch {
                // Of a path that ends in a slash the parent is the directory itself, and it is there now.
                if error.code != EEXIST { throw error }
            }
        }
    }

    /// The names in a directory, without `.` and `..`, in no order.
    package static func names(in directory: String) throws(PosixError) -> [String] {
        guard let stream = opendir(directory) else {
            throw PosixError(call: "opendir", code: errno, subject: directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes an empty file with these permissions, unless there is one already.
    package static func make(_ path: String, mode: UInt32) throws(PosixError) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC
        _ = Descriptor(owning: try system("open", path) { open(path, flags, mode) })
    }

    /// Makes an empty file with these permissions; that there is something already, a link too, is an error (EEXIST).
    package static func makeExclusively(_ path: String, mode: UInt32) throws(PosixError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        _ = Descriptor(owning: try system("open", path) { open(path, flags, mode) })
    }

    /// Whether anything has this name, a link that leads nowhere too.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Gives a finished file its name, once it is on the disk; a name that is taken is an error (EEXIST).
    package static func publish(_ path: String, as name: String) throws(PosixError) {
        let file = Descriptor(owning: try system("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        let raw = file.raw
        try system("fsync", path) { fsync(raw) }
        do throws(PosixError) {
            // Unlike rename, a link never replaces.
            try system("link", name) { link(path, name) }
            try system("unlink", path) { unlink(path) }
        } catch {
            // Some file systems have no links: there the look and the renaming are two steps.
            guard error.code == EPERM || error.code == EOPNOTSUPP, !exists(name) else { throw error }
            try system("rename", name) { rename(path, name) }
        }
        try synchronize(directory: split(name).directory)
    }

    /// Gives a file that root made to the owner of another; whoever else makes one keeps it.
    package static func giveToOwner(of other: String, _ path: String) {
        var status = stat()
        guard geteuid() == 0, stat(other, &status) == 0 else { return }
        _ = chown(path, status.st_uid, status.st_gid)
    }

    /// Takes the one lock a file has, without waiting, for as long as the descriptor is open.
    ///
    /// - Throws: EWOULDBLOCK when another process holds it.
    package static func lock(_ path: String) throws(PosixError) -> SharedDescriptor {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC
        let file = Descriptor(owning: try system("open", path) { open(path, flags, 0o640) })
        let raw = file.raw
        try system("flock", path) { flock(raw, LOCK_EX | LOCK_NB) }
        return SharedDescriptor(file)
    }

    private static func synchronize(directory: String) throws(PosixError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let opened = Descriptor(owning: try system("open", directory) { open(directory, flags) })
        let raw = opened.raw
        try system("fsync", directory) { fsync(raw) }
    }

    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let directory = String(path[..<slash])
        return (directory.isEmpty ? "/" : directory, String(path[path.index(after: slash)...]))
    }
}
