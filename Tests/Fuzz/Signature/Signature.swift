import Harness
import Linq

/// Input: lines `name: value` up to an empty one, then a body, as they would arrive.
///
/// Two of the names are not headers: `age`, how many seconds the clock has gone on since `Delivery.signedAt`, and `flip`,
/// the number of the bit that is changed in a delivery signed here.
@_cdecl("LLVMFuzzerTestOneInput")
public func test(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = Input(data, count)
    var headers: [String: [String]] = [:]
    while let line = input.line(), let colon = line.firstIndex(of: UInt8(ascii: ":")) {
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = line[(colon + 1)...].drop { $0 == 0x20 }
        headers[name, default: []].append(String(decoding: value, as: UTF8.self))
    }
    let received = Delivery(headers: headers, body: input.rest)
    let age = min(max(headers["age"]?.first.flatMap { Int($0) } ?? 0, -1_000_000_000), 1_000_000_000)
    received.check(age: age)

    let flip = headers["flip"]?.first.flatMap { Int($0) } ?? 0
    let id = headers["webhook-id"]?.first.flatMap { $0.isEmpty ? nil : $0 } ?? "msg_1"
    for scheme in SignatureScheme.allCases {
        let signed = SignedDelivery(scheme, id: id, body: input.rest, secret: Int(received.body.first ?? 0) % 2)
        signed.checkIsGenuine(age: age)
        signed.checkIsRefused(flipping: flip)
    }
    return 0
}
