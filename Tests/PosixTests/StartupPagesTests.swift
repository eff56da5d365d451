import Testing

@testable import Posix

@Suite struct StartupPagesTests {
    private static func mapping(_ head: String, anonymous: Int = 0, swap: Int = 0) -> String {
        """
        \(head)
        Size:                  8 kB
        Rss:                   8 kB
        Anonymous:             \(anonymous) kB
        Swap:                  \(swap) kB
        VmFlags: rd ex mr mw me

        """
    }

    @Test(
        "Only pages that a file holds are given back",
        arguments: [
            ("7f10-7f20 r-xp 00000000 08:01 42    /usr/lib/libcurl.so.4", 0, 0, true),
            ("7f10-7f20 r--p 00000000 08:01 42    /usr/lib/libcurl.so.4", 0, 0, true),
            ("7f10-7f20 rw-p 00000000 08:01 42    /usr/lib/libcurl.so.4", 0, 0, false),
            ("7f10-7f20 r--p 00000000 08:01 42    /usr/lib/libcurl.so.4", 4, 0, false),
            ("7f10-7f20 r--p 00000000 08:01 42    /usr/lib/libcurl.so.4", 0, 12, false),
            ("7f10-7f20 r-xp 00000000 00:00 0     [vdso]", 0, 0, false),
            ("7f10-7f20 r--p 00000000 00:00 0 ", 0, 0, false),
            // A name with a blank: not understood, so left alone.
            ("7f10-7f20 r-xp 00000000 08:01 42    /tmp/a b", 0, 0, false),
            ("7f20-7f10 r-xp 00000000 08:01 42    /usr/lib/libcurl.so.4", 0, 0, false),
        ]
    )
    func clean(head: String, anonymous: Int, swap: Int, isClean: Bool) {
        let text = Self.mapping(head, anonymous: anonymous, swap: swap)
        #expect(Process.cleanMappings(Array(text.utf8)) == (isClean ? [0x7f10..<0x7f20] : []))
    }

    @Test("What is said of one mapping is not held against the next")
    func several() {
        let text =
            Self.mapping("10-20 r-xp 0 08:01 1 /a", anonymous: 4) + Self.mapping("20-30 r-xp 0 08:01 1 /a")
            + Self.mapping("30-40 rw-p 0 08:01 1 /a", anonymous: 8) + Self.mapping("40-ff0 r--p 0 08:01 1 /b")
        #expect(Process.cleanMappings(Array(text.utf8)) == [0x20..<0x30, 0x40..<0xff0])
    }

    @Test("The process goes on with its pages given back")
    func goesOn() {
        Process.returnStartupPages()
        #expect(Process.processors > 0)
    }
}
