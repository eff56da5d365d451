import Glibc

extension Process {
    /// Gives back the pages of program text that only starting needed.
    ///
    /// A static Swift binary and libcurl's forty libraries leave some 15 MB of file pages mapped after the start, most of
    /// which are never looked at again. They are clean, so nothing is lost: what is needed comes back from the page cache
    /// when it is touched. A mapping with a page of its own, be it in memory or swapped out, is left alone: relocations
    /// live in such pages, and no file holds them.
    package static func returnStartupPages() {
        guard let contents = try? File.read("/proc/self/smaps") else { return }
        for clean in cleanMappings(contents) {
            madvise(UnsafeMutableRawPointer(bitPattern: clean.lowerBound), clean.count, MADV_DONTNEED)
        }
    }

    /// The ranges of mappings that show a file, cannot be written to, and have no page of their own, from what
    /// `/proc/PID/smaps` says (proc(5)).
    ///
    /// Over bytes: to take texts apart would fetch more of the program than there is to give back.
    static func cleanMappings(_ smaps: [UInt8]) -> [Range<UInt>] {
        var found: [Range<UInt>] = []
        var mapping: Range<UInt>?
        for line in smaps.split(separator: UInt8(ascii: "\n")) {
            if let range = range(line) {
                mapping = isUnwritableFile(line) ? range : nil
            } else if line.starts(with: "Anonymous:".utf8) || line.starts(with: "Swap:".utf8) {
                if line.contains(where: { (0x31...0x39).contains($0) }) { mapping = nil }
            } else if line.starts(with: "VmFlags:".utf8), let clean = mapping {
                // The last line about a mapping: nothing spoke against it.
                found.append(clean)
                mapping = nil
            }
        }
        return found
    }

    /// `55d0c0-55d0c8 r-xp …`: the first line about a mapping; nil for any other.
    private static func range(_ line: ArraySlice<UInt8>) -> Range<UInt>? {
        var bounds: [UInt] = [0]
        for byte in line {
            switch byte {
            case 0x30...0x39: bounds[bounds.count - 1] = bounds[bounds.count - 1] << 4 | UInt(byte & 15)
            case 0x61...0x66: bounds[bounds.count - 1] = bounds[bounds.count - 1] << 4 | UInt(byte - 0x57)
            case UInt8(ascii: "-") where bounds.count == 1: bounds.append(0)
            case UInt8(ascii: " ") where bounds.count == 2 && bounds[0] < bounds[1]: return bounds[0]..<bounds[1]
            default: return nil
            }
        }
        return nil
    }

    private static func isUnwritableFile(_ line: ArraySlice<UInt8>) -> Bool {
        let fields = line.split(separator: UInt8(ascii: " "))
        return fields.count == 6 && fields[5].first == UInt8(ascii: "/") && !fields[1].contains(UInt8(ascii: "w"))
    }
}
