import Glibc

// What can be known of files and directories without opening them.
extension File {
    /// Whether there is a file: no directory, no device, no symbolic link.
    package static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// What tells an open file from every other; nil when the descriptor is not open.
    package static func identity(of raw: CInt) -> (device: UInt64, inode: UInt64)? {
        var status = stat()
        return fstat(raw, &status) == 0 ? (UInt64(status.st_dev), UInt64(status.st_ino)) : nil
    }

    /// Bytes in a file; nil when there is none.
    package static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Whether the process may create files in the directory.
    package static func isWritable(directory: String) -> PosixError? {
        do throws(PosixError) {
            try system("access", directory) { access(directory, W_OK | X_OK) }
            return nil
        } catch {
            return error
        }
    }

    /// Why files cannot be made in a directory, which is itself made first where it is missing; nil: they can.
    package static func isUsable(directory: String) -> PosixError? {
        var path = directory
        while true {
            guard let failure = isWritable(directory: path) else {
                return isDirectory(path) ? nil : PosixError(call: "opendir", code: ENOTDIR, subject: path)
            }
            let parent = split(path).directory
            guard failure.code == ENOENT, parent != path, parent != "." else { return failure }
            path = parent
        }
    }

    /// Whether there is a directory, perhaps behind a symbolic link.
    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether everybody on the machine may read the file; nil when there is none.
    package static func isPublic(_ path: String) -> Bool? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & S_IROTH != 0 : nil
    }

    /// Bytes that the process may still write where a path lies; of what is missing its parent tells.
    package static func freeBytes(_ path: String) -> Int? {
        var space = statvfs()
        if statvfs(path, &space) == 0 {
            // Some file systems in user space claim to have everything.
            let (bytes, overflow) = Int(clamping: space.f_bavail).multipliedReportingOverflow(
                by: Int(clamping: space.f_frsize)
            )
            return overflow ? .max : bytes
        }
        let parent = split(path).directory
        return parent == path || parent == "." ? nil : freeBytes(parent)
    }

    /// Why the process cannot read the file; nil when it can.
    package static func isReadable(_ path: String) -> PosixError? {
        do throws(PosixError) {
            try system("access", path) { access(path, R_OK) }
            return nil
        } catch {
            return error
        }
    }

    /// Why the process cannot run the file as a program; nil when it can.
    package static func isExecutable(_ path: String) -> PosixError? {
        var status = stat()
        do throws(PosixError) {
            try system("stat", path) { stat(path, &status) }
            if status.st_mode & S_IFMT == S_IFDIR { throw PosixError(call: "execve", code: EISDIR, subject: path) }
            try system("access", path) { access(path, X_OK) }
            return nil
        } catch {
            return error
        }
    }

    /// Why the process cannot read and write a file; nil when it can.
    package static func isChangeable(_ path: String) -> PosixError? {
        do throws(PosixError) {
            try system("access", path) { access(path, R_OK | W_OK) }
            return nil
        } catch {
            return error
        }
    }
}
