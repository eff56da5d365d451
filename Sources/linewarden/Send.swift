import ArgumentParser
import Chrono
import Crypto
import HTTPClient
import JSON
import Linq
import Posix

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends a signed delivery, as Linq would.",
        discussion: """
            For trying a set-up out. The exit code is 0 when every answer was 2xx.

              linewarden send --to http://127.0.0.1:8080/webhooks/linq --line +12025551234 --status FLAGGED
              linewarden send --to … --line +12025551234 --status ACTIVE --reputation HEALTHY
              linewarden send --to … --line +12025551234 --reputation AT_RISK --scheme legacy
              linewarden send --to … --line +12025551234 --status FLAGGED --event-id evt_1 --repeat 3

            The secret is best given in the environment variable LINQ_WEBHOOK_SECRET.
            """
    )

    enum Scheme: String, ExpressibleByArgument, CaseIterable {
        case standard, legacy, both

        var schemes: Set<SignatureScheme> {
            switch self {
            case .standard: [.standard]
            case .legacy: [.legacy]
            case .both: [.standard, .legacy]
            }
        }
    }

    @Option(help: ArgumentHelp("The endpoint's URL.", valueName: "url"))
    var to: String

    @Option(help: ArgumentHelp("The signing secret. Better: LINQ_WEBHOOK_SECRET.", valueName: "secret"))
    var secret: String?

    @Option(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @Option(help: "The new status: ACTIVE or FLAGGED; anything else is sent as it is.")
    var status: String?

    @Option(help: "The status before.")
    var previousStatus: String?

    @Option(help: "The new reputation: HEALTHY, AT_RISK or CRITICAL; anything else is sent as it is.")
    var reputation: String?

    @Option(help: "The reputation before.")
    var previousReputation: String?

    @Option(help: ArgumentHelp("When it changed, in RFC 3339. Default: now.", valueName: "time"))
    var changedAt: String?

    @Option(help: "Which signature headers to send. Linq sends both.")
    var scheme = Scheme.both

    @Option(help: ArgumentHelp("The event's id. Default: a new one.", valueName: "id"))
    var eventID: String?

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("Send the same event so many times, as a retry would.", valueName: "n")
    )
    var times = 1

    @Flag(help: "Print one JSON object a delivery.")
    var json = false

    func validate() throws {
        if times < 1 { throw ValidationError("--repeat takes a number of 1 or more.") }
        if let changedAt, Timestamp(rfc3339: changedAt) == nil {
            throw ValidationError("--changed-at takes a time such as 2026-02-18T18:35:05.000Z, not '\(changedAt)'.")
        }
    }

    func run() async throws {
        guard let text = secret ?? Process.environment("LINQ_WEBHOOK_SECRET") else {
            throw ValidationError("There is no secret: set LINQ_WEBHOOK_SECRET or use --secret.")
        }
        guard let key = SigningSecret(Secret(text)) else {
            throw ValidationError("That is not a webhook secret: whsec_ must be followed by base64.")
        }
        let now = Clock.system.now()
        let change = SampleDelivery.Change(
            phoneNumber: line,
            status: status,
            previousStatus: previousStatus,
            reputation: reputation,
            previousReputation: previousReputation,
            changedAt: changedAt.flatMap { Timestamp(rfc3339: $0) } ?? now
        )
        let id = eventID ?? "evt_" + Hex.encode((0..<12).map { _ in .random(in: .min ... .max) })
        let delivery = SampleDelivery(eventID: id, change: change, createdAt: now)
        let client = HTTPClient(userAgent: "linewarden-send")
        var allTaken = true
        for _ in 0..<times { allTaken = try await post(delivery, key, client) && allTaken }
        if !allTaken { throw ExitCode.failure }
    }

    private func post(_ delivery: SampleDelivery, _ key: SigningSecret, _ client: HTTPClient) async throws -> Bool {
        let response: IncomingResponse
        do throws(TransportError) {
            let headers = delivery.headers(secret: key, schemes: scheme.schemes, now: Clock.system.now())
            // Ten seconds is what Linq gives a receiver.
            response = try await client.send(
                OutgoingRequest(url: to, headers: headers, body: delivery.body, timeout: .seconds(10))
            )
        } catch {
            Terminal.complain("\(delivery.eventID): \(error)")
            throw ExitCode.unreachable
        }
        let said = String(decoding: response.body, as: UTF8.self)
        if json {
            let object = JSON.object([
                ("event_id", .string(delivery.eventID)), ("status", .number(response.status)),
                ("answer", .string(said)),
                ("milliseconds", .number(Double(response.duration.microseconds) / 1_000)),
            ])
            Terminal.say(object.text())
        } else {
            let milliseconds = Double(response.duration.microseconds / 10) / 100
            Terminal.say("\(delivery.eventID)  HTTP \(response.status)  \(said)  \(milliseconds) ms")
        }
        return (200..<300).contains(response.status)
    }
}
