/// How much of a request the parser takes before it refuses, in bytes unless said otherwise.
///
/// Every limit is checked before bytes beyond it are kept, so a connection never holds more than about
/// `headerBytes + bodyBytes` and one read. Each value is brought between 0 and 1 GiB, so that sums cannot overflow.
package struct HTTPLimits: Sendable, Equatable {
    /// The request line with its CRLF; beyond it 414 (RFC 9112 section 3).
    package let requestLineBytes: Int
    /// The header section with all line ends and the empty line that closes it; beyond it 431 (RFC 6585 section 5).
    package let headerBytes: Int
    /// Field lines in the header section, and again in the trailer section; beyond it 431.
    package let headerCount: Int
    /// The body without its chunked framing; beyond it 413 (RFC 9110 section 15.5.14).
    package let bodyBytes: Int
    /// All chunk extensions of one message together; beyond it 400 (RFC 9112 section 7.1.1 asks for such a limit).
    package let chunkExtensionBytes: Int
    /// The trailer section with all line ends and the empty line that closes it; beyond it 431.
    package let trailerBytes: Int

    package init(
        requestLineBytes: Int = 8_192,
        headerBytes: Int = 32_768,
        headerCount: Int = 100,
        bodyBytes: Int = 262_144,
        chunkExtensionBytes: Int = 1_024,
        trailerBytes: Int = 4_096
    ) {
        self.requestLineBytes = min(max(requestLineBytes, 0), 1 << 30)
        self.headerBytes = min(max(headerBytes, 0), 1 << 30)
        self.headerCount = min(max(headerCount, 0), 1 << 30)
        self.bodyBytes = min(max(bodyBytes, 0), 1 << 30)
        self.chunkExtensionBytes = min(max(chunkExtensionBytes, 0), 1 << 30)
        self.trailerBytes = min(max(trailerBytes, 0), 1 << 30)
    }
}
