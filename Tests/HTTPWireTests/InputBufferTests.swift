import Testing

@testable import HTTPWire

@Suite("InputBuffer")
struct InputBufferTests {
    @Test("a line is found once it is whole, wherever it was cut")
    func lines() throws {
        var buffer = InputBuffer()
        buffer.append(Array("ab".utf8))
        #expect(try buffer.line(atMost: 9, orThrow: .uriTooLong) == nil)
        buffer.append(Array("c\r".utf8))
        #expect(try buffer.line(atMost: 9, orThrow: .uriTooLong) == nil)
        buffer.append(Array("\n\r\nrest".utf8))
        #expect(try buffer.line(atMost: 9, orThrow: .uriTooLong) == 0..<3)
        #expect(try buffer.line(atMost: 9, orThrow: .uriTooLong)?.isEmpty == true)
        #expect(buffer.read == 7)
        buffer.consume()
        #expect(buffer.count == 4)
        #expect(buffer.unread == 4)
    }

    @Test("the buffer does not grow while lines go through it, and no line is lost when garbage is removed")
    func compaction() throws {
        var buffer = InputBuffer()
        var random = SplitMix(state: 1)
        var (sent, received) = (0, 0)
        for _ in 0..<5_000 {
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                buffer.append(Array("line \(sent)\r\n".utf8))
                sent += 1
            }
            buffer.append(Array("li".utf8))
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                guard let line = try buffer.line(atMost: 99, orThrow: .uriTooLong) else { break }
                #expect(buffer.bytes[line] == ArraySlice("line \(received)".utf8))
                received += 1
                buffer.consume()
            }
            buffer.append(Array("ne \(sent)\r\n".utf8))
            sent += 1
        }
        #expect(buffer.bytes.count < 4 * buffer.count + 8_192)
        while try buffer.line(atMost: 99, orThrow: .uriTooLong) != nil { received += 1 }
        #expect(received == sent)
        buffer.consume()
        #expect(buffer.bytes.isEmpty)
        #expect(buffer.bytes.capacity <= 16_384 * 2)
    }
}
