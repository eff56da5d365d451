import Glibc

extension Process {
    /// Gives back the pages of program text that only starting needed.
    ///
    /// A static Swift binary and libcurl's forty libraries leave some 15 MB of file pages mapped after the start, most of
    /// which are never looked at again. They are clean, so nothing is lost: what is needed comes back from the page cache
    /// when it is touched. Mappings that were ever written to are left alone.
    package static func returnStartupPages() {
        guard let contents = try? File.read("/proc/self/smaps") else { return }
        var mapping: (start: UInt, end: UInt)?
        for line in String(decoding: contents, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            if let range = fields.first?.split(separator: "-"), range.count == 2, let start = UInt(range[0], radix: 16),
                let end = UInt(range[1], radix: 16)
            {
                let isCleanFile = fields.count == 6 && fields[5].hasPrefix("/") && !fields[1].contains("w")
                mapping = isCleanFile ? (start, end) : nil
            } else if fields.first == "Private_Dirty:", fields.count > 1, fields[1] == "0", let clean = mapping {
                madvise(UnsafeMutableRawPointer(bitPattern: clean.start), Int(clean.end - clean.start), MADV_DONTNEED)
            }
        }
    }
}
