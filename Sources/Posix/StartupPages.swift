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
        var mapping: (start: UInt, end: UInt)?
        for line in String(decoding: contents, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            switch fields.first {
            case "Anonymous:", "Swap:":
                if fields.count < 2 || fields[1] != "0" { mapping = nil }
            case "VmFlags:":
                // The last line about a mapping: nothing spoke against it.
                guard let clean = mapping else { continue }
                madvise(UnsafeMutableRawPointer(bitPattern: clean.start), Int(clean.end - clean.start), MADV_DONTNEED)
                mapping = nil
            case .some(let first): mapping = fileMapping(first, fields) ?? mapping
            case nil: break
            }
        }
    }

    /// The range of a mapping that shows a file and cannot be written to; nil for any other line.
    private static func fileMapping(_ first: Substring, _ fields: [Substring]) -> (start: UInt, end: UInt)? {
        let range = first.split(separator: "-")
        guard range.count == 2, fields.count == 6, fields[5].hasPrefix("/"), !fields[1].contains("w"),
            let start = UInt(range[0], radix: 16), let end = UInt(range[1], radix: 16)
        else { return nil }
        return (start, end)
    }
}
