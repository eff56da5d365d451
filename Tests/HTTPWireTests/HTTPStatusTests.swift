import Testing

@testable import HTTPWire

@Suite("HTTPStatus")
struct HTTPStatusTests {
    static let all: [HTTPStatus] = [
        .continue, .ok, .created, .accepted, .noContent, .movedPermanently, .found, .seeOther, .notModified,
        .temporaryRedirect, .permanentRedirect, .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed,
        .requestTimeout, .conflict, .gone, .lengthRequired, .contentTooLarge, .uriTooLong, .unsupportedMediaType,
        .expectationFailed, .misdirectedRequest, .unprocessableContent, .locked, .upgradeRequired, .tooManyRequests,
        .requestHeaderFieldsTooLarge, .internalServerError, .notImplemented, .badGateway, .serviceUnavailable,
        .gatewayTimeout, .httpVersionNotSupported,
    ]

    @Test("every constant has a reason phrase and a code of its own", arguments: all)
    func reasons(status: HTTPStatus) {
        #expect(!status.reason.isEmpty)
        #expect((100..<600).contains(status.code))
        #expect(Self.all.count { $0 == status } == 1)
    }

    @Test("as text")
    func description() {
        #expect(HTTPStatus.contentTooLarge.description == "413 Content Too Large")
    }
}
