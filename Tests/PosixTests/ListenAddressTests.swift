import Testing

@testable import Posix

@Suite struct ListenAddressTests {
    @Test(
        "Every form is read, written as it is read, and known to be local or not",
        arguments: [
            ("127.0.0.1:8080", .ipv4(host: "127.0.0.1", port: 8080), true),
            ("127.255.0.9:1", .ipv4(host: "127.255.0.9", port: 1), true),
            ("0.0.0.0:0", .ipv4(host: "0.0.0.0", port: 0), false),
            ("10.1.2.3:65535", .ipv4(host: "10.1.2.3", port: 65_535), false),
            ("[::1]:443", .ipv6(host: "::1", port: 443), true),
            ("[::]:443", .ipv6(host: "::", port: 443), false),
            ("[2001:db8::1]:443", .ipv6(host: "2001:db8::1", port: 443), false),
            ("unix:/run/linewarden/a b.sock", .unix(path: "/run/linewarden/a b.sock"), true),
            (
                "unix:/\(String(repeating: "x", count: 106))", .unix(path: "/" + String(repeating: "x", count: 106)),
                true
            ),
            ("systemd:webhook", .systemd(name: "webhook"), false),
            ("systemd:a:b", .systemd(name: "a:b"), false),
        ] as [(String, ListenAddress, Bool)]
    )
    func reads(text: String, expected: ListenAddress, isLocal: Bool) {
        let address = ListenAddress(text)
        #expect(address == expected)
        #expect(address?.description == text)
        #expect(address?.isLocal == isLocal)
    }

    @Test("localhost is the IPv4 loopback address, so that nothing depends on a resolver")
    func localhost() {
        #expect(ListenAddress("localhost:80") == .ipv4(host: "127.0.0.1", port: 80))
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
            "127.0.0.1: 80", "127.0.0.1:80 ", "127.0.0.1:0x50", "127.1:80", "256.0.0.1:80", "example.com:80",
            "LOCALHOST:80", "::1:80", "[::1]", "[::1]:", "[::1:80", "::1]:80", "[]:80", "[127.0.0.1]:80",
            "[fe80::1%eth0]:80", "127.0.0.1\0x:80", "unix:", "unix:relative.sock", "unix:/a\0b",
            "unix:/\(String(repeating: "x", count: 107))", "systemd:", "http://127.0.0.1:80", "*:80",
        ]
    )
    func refuses(text: String) {
        #expect(ListenAddress(text) == nil)
    }
}
