import Crypto
import Harness
import Linq

/// A delivery that this program signed, so that it is genuine; and the same with one bit changed.
struct SignedDelivery {
    private let scheme: SignatureScheme
    /// The values that count, in the order of `names`, and the body.
    private let parts: [[UInt8]]

    private var names: [String] {
        switch scheme {
        case .standard: ["webhook-id", "webhook-timestamp", "webhook-signature"]
        case .legacy: ["x-webhook-timestamp", "x-webhook-signature"]
        }
    }

    init(_ scheme: SignatureScheme, id: String, body: [UInt8], secret: Int) {
        self.scheme = scheme
        let secret = Delivery.secrets[secret]
        let time = Delivery.signedAt
        let texts =
            switch scheme {
            case .standard:
                [id, "\(time)", StandardWebhooks.signature(id: id, timestamp: time, body: body, secret: secret)]
            case .legacy:
                ["\(time)", LegacySignature.signature(timestamp: time, body: body, secret: secret)]
            }
        parts = texts.map { Array($0.utf8) } + [body]
    }

    func checkIsGenuine(age: Int) {
        let isFresh = age.magnitude <= Delivery.tolerance
        let verdict = delivery(parts).judge(age: age)
        claim(verdict.isGenuine == isFresh, "\(verdict) on what was signed \(age) s ago")
    }

    func checkIsRefused(flipping bit: Int) {
        var parts = parts
        var place = Int(bit.magnitude % UInt(parts.map(\.count).reduce(0, +) * 8))
        var part = 0
        while place >= parts[part].count * 8 {
            place -= parts[part].count * 8
            part += 1
        }
        parts[part][place / 8] ^= 1 << UInt8(place % 8)
        // The last symbol of a base64 code stands for fewer bits than it has, and hexadecimal digits have two cases.
        let isSameCode = part == names.count - 1 && code(parts[part]) == code(self.parts[part])
        let verdict = delivery(parts).judge(age: 0)
        claim(verdict.isGenuine == isSameCode, "\(verdict) with bit \(place) of part \(part) changed")
    }

    private func delivery(_ parts: [[UInt8]]) -> Delivery {
        let values = zip(names, parts).map { ($0, [String(decoding: $1, as: UTF8.self)]) }
        return Delivery(headers: Dictionary(uniqueKeysWithValues: values), body: parts[names.count])
    }

    private func code(_ signature: [UInt8]) -> [UInt8]? {
        switch scheme {
        case .standard: signature.starts(with: "v1,".utf8) ? Spelled.base64(Array(signature.dropFirst(3))) : nil
        case .legacy: Spelled.hex(signature)
        }
    }
}
