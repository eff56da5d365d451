/// A set of ASCII bytes as two words, so that a test in a hot loop is a shift and a mask and no table is read.
///
/// The tests compare each constant with the characters its RFC lists.
struct ByteSet: Sendable {
    let low: UInt64
    let high: UInt64

    /// Whether the set has this byte; bytes from 0x80 are in no set.
    func contains(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    /// `tchar`, the bytes of methods, field names and other tokens (RFC 9110 section 5.6.2).
    static let token = ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)

    /// Visible ASCII without `#`, `"`, `<`, `>` and `\`.
    ///
    /// RFC 3986 appendix A also leaves out `[`, `]`, `^`, `{`, `|`, `}` and the grave accent, but browsers send those
    /// in queries; a fragment never belongs in a request target (RFC 9112 section 3.2).
    static let target = ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)

    /// `reg-name`, with `%` for percent-encoded bytes (RFC 3986 section 3.2.2).
    static let registeredName = ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)

    /// What stands between the brackets of an IPv6 literal (RFC 3986 section 3.2.2).
    static let addressLiteral = ByteSet(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E)
}

extension UInt8 {
    static var tab: UInt8 { 0x09 }
    static var lineFeed: UInt8 { 0x0A }
    static var carriageReturn: UInt8 { 0x0D }
    static var space: UInt8 { 0x20 }

    /// `DIGIT`.
    var isDigit: Bool { self &- 0x30 < 10 }

    /// The letter in lower case, any other byte as it is.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The value of `HEXDIG` in either case.
    var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = lowercased &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// Whether the byte may stand in a field value: anything but controls, save HTAB; so no CR, LF or NUL
    /// (`field-vchar`, SP, HTAB and `obs-text`, RFC 9110 section 5.5).
    var isFieldContent: Bool { self >= 0x20 && self != 0x7F || self == .tab }
}
