/// The bytes that libFuzzer made up, read from front to back.
package struct Input {
    private var bytes: ArraySlice<UInt8>

    package init(_ data: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(unsafe UnsafeBufferPointer(start: data, count: count))[...]
    }

    /// What is left.
    package var rest: [UInt8] { Array(bytes) }

    /// Takes a line without its line feed; nil where there is no line feed any more.
    package mutating func line() -> [UInt8]? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { bytes = bytes[(end + 1)...] }
        return Array(bytes[..<end])
    }
}
