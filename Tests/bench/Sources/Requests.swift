import ArgumentParser
import Chrono
import Crypto
import Linq
import Posix

/// What is sent: requests as bytes, made before the clock starts.
final class Requests {
    /// What a subject understands.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        /// What Linq sends: each delivery another event, signed by both schemes.
        case linq
        /// What Debian's `webhook` checks: a hexadecimal HMAC-SHA256 in `X-Signature`, with the key `bench`.
        case hmac
        /// A query of a path, in which `{line}` becomes the number of a line.
        case get
    }

    struct Recipe: Sendable {
        var form: Form
        var host: String
        var path: String
        var secret: SigningSecret
        var lines: Int
        /// The line of the first request, so that two runs can speak of different ones.
        var firstLine: Int
        /// What status the lines are said to have.
        var status: String
        /// When the first event happened, and how far apart they are.
        var start: Timestamp
        var spacing: Span

        func line(_ index: Int) -> Int { firstLine + index % lines }
    }

    let count: Int
    private let bytes: UnsafeMutableRawPointer
    private let offsets: UnsafeMutablePointer<Int>

    /// Prepares so many, on all processors.
    init(_ recipe: Recipe, count: Int) async {
        let part = 4_096
        let parts = (count + part - 1) / part
        let made = await withTaskGroup(of: (Int, [UInt8], [Int]).self) { group in
            var next = 0
            func add() {
                guard next < parts else { return }
                let number = next
                next += 1
                group.addTask {
                    var (bytes, lengths): ([UInt8], [Int]) = ([], [])
                    for index in number * part..<min(count, (number + 1) * part) {
                        let before = bytes.count
                        recipe.append(index, to: &bytes)
                        lengths.append(bytes.count - before)
                    }
                    return (number, bytes, lengths)
                }
            }
            for _ in 0..<Process.processors { add() }
            var made: [Int: ([UInt8], [Int])] = [:]
            for await (number, bytes, lengths) in group {
                made[number] = (bytes, lengths)
                add()
            }
            return made
        }
        let total = made.values.reduce(0) { $0 + $1.0.count }
        bytes = .allocate(byteCount: max(1, total), alignment: 64)
        offsets = .allocate(capacity: count + 1)
        self.count = count
        var (offset, index) = (0, 0)
        for number in 0..<parts {
            guard let (text, lengths) = made[number] else { continue }
            text.withUnsafeBytes { source in
                if let base = source.baseAddress {
                    bytes.advanced(by: offset).copyMemory(from: base, byteCount: source.count)
                }
            }
            for length in lengths {
                offsets[index] = offset
                (offset, index) = (offset + length, index + 1)
            }
        }
        offsets[index] = offset
    }

    deinit {
        bytes.deallocate()
        offsets.deallocate()
    }

    subscript(index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes + offsets[index], count: offsets[index + 1] - offsets[index])
    }
}

extension Requests.Recipe {
    /// The number of a line, by its index.
    static func number(_ line: Int) -> String { "+\(firstNumber + line)" }

    static let firstNumber = 12_020_000_000

    /// An identifier as Linq gives them: random, so that an index over them is met everywhere.
    static func identifier() -> String {
        let digits = Hex.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
        return [(0, 8), (8, 4), (12, 4), (16, 4), (20, 12)].map { digits.dropFirst($0.0).prefix($0.1) }
            .joined(separator: "-")
    }

    func delivery(_ index: Int) -> SampleDelivery {
        let moment = start + Span(microseconds: spacing.microseconds * Int64(index))
        return SampleDelivery(
            eventID: Self.identifier(),
            change: SampleDelivery.Change(
                phoneNumber: Self.number(line(index)),
                status: status,
                previousStatus: "ACTIVE",
                reputation: "HEALTHY",
                previousReputation: "HEALTHY",
                changedAt: moment
            ),
            createdAt: moment
        )
    }

    func append(_ index: Int, to bytes: inout [UInt8]) {
        if form == .get {
            let target = path.replacing("{line}", with: Self.number(line(index)))
            bytes += "GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8
            return
        }
        let delivery = delivery(index)
        var head = "POST \(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(delivery.body.count)\r\n"
        if form == .linq {
            for (name, value) in delivery.headers(
                secret: secret,
                schemes: [.standard, .legacy],
                now: Clock.system.now()
            ) {
                head += "\(name): \(value)\r\n"
            }
            head += "X-Webhook-Subscription-ID: 0b5f8a52-93d1-4c0e-9a1b-6f2f7a51c0de\r\n"
        } else {
            let code = Digest.hmac(key: SecretBytes(Array("bench".utf8)), delivery.body)
            head += "Content-Type: application/json\r\nX-Signature: \(Hex.encode(code))\r\n"
        }
        bytes += head.utf8
        bytes += "\r\n".utf8
        bytes += delivery.body
    }
}
