import ArgumentParser
import Crypto
import HTTPClient
import JSON
import Linq
import Posix

struct LinqSubscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscribe",
        abstract: "Has Linq send its events to linewarden, and keeps the signing secret in a file.",
        discussion: """
            Linq tells the secret once, so the file is made before Linq is asked, with mode 0600. What belongs into the \
            configuration is printed in the end.

              linewarden linq subscribe --url https://hooks.example.com/webhooks/linq \\
                  --secret-file /etc/linewarden/secrets/linq-webhook-secret
              linewarden linq subscribe --url … --secret-file … --line +12025551234 --line +12025559876
              linewarden linq subscribe --url … --secret-file … --proof-of-pause
            """
    )

    @OptionGroup var options: LinqOptions

    @Option(help: "linewarden's endpoint as Linq reaches it; https only. Without a version in its query one is pinned.")
    var url: String

    @Option(help: ArgumentHelp("Where the secret goes.", valueName: "path"))
    var secretFile: String

    @Option(help: ArgumentHelp("Only events of this line; may be given again. Default: all lines.", valueName: "e164"))
    var line: [String] = []

    @Flag(help: "Also an event for every message sent: the proof that a paused line really is.")
    var proofOfPause = false

    @Flag(help: "Print the secret as well.")
    var printSecret = false

    @Flag(help: "Replace the file of --secret-file if there is one.")
    var force = false

    func validate() throws {
        for number in line { try checkedNumber(number, "--line") }
        guard let address = try? WebAddress(url), address.scheme == "https", !url.contains("#") else {
            throw ValidationError(
                "--url takes an https URL such as https://hooks.example.com/webhooks/linq, not '\(url)'."
            )
        }
    }

    func run() async throws {
        let api = try options.api()
        let target = WebhookSubscription.pinned(url)
        let existing = try await options.ask { () async throws(PartnerError) in try await api.subscriptions() }
        if let same = existing.first(where: { $0.targetURL == target || $0.targetURL == url }) { throw refuse(same) }
        func place(_ url: String) -> Substring { url.prefix { $0 != "?" } }
        for other in existing where place(other.targetURL) == place(url) {
            Terminal.complain("the subscription \(other.id) sends to \(other.targetURL): what both are for comes twice")
        }
        let file: SecretFile
        do throws(SecretFile.Refusal) {
            file = try SecretFile(claiming: secretFile, force: force)
        } catch {
            Terminal.complain("nothing was asked of Linq: \(error.reason)")
            throw ExitCode.failure
        }
        // From the question until the secret is on disk nobody may stop us: the secret would be lost.
        let deaf = Signals([Signal.terminate, Signal.interrupt, Signal.hangUp])
        try await subscribe(api, target, file)
        withExtendedLifetime(deaf) {}
    }

    private func subscribe(_ api: PartnerAPI, _ target: String, _ file: SecretFile) async throws {
        let events =
            WebhookSubscription.neededEvents + (proofOfPause ? [WebhookSubscription.proofOfPauseEvent] : [])
        let made: (subscription: WebhookSubscription, signingSecret: Secret)
        do throws(PartnerError) {
            made = try await api.createSubscription(targetURL: target, events: events, phoneNumbers: line)
        } catch {
            file.release()
            Terminal.complain(error.description)
            if error.mayHaveTakenEffect {
                Terminal.complain(
                    "whether the subscription was made is not known: see linewarden linq subscriptions. If it was, its "
                        + "secret is lost: delete it at Linq, and subscribe again"
                )
            }
            throw error.exitCode
        }
        do throws(PosixError) {
            try file.write(made.signingSecret)
        } catch {
            file.release()
            throw await withdraw(made.subscription, error, api)
        }
        tell(made.subscription, printSecret ? made.signingSecret.exposed : nil)
    }

    /// Takes a subscription back whose secret could not be kept: it could never be verified.
    private func withdraw(_ made: WebhookSubscription, _ cause: PosixError, _ api: PartnerAPI) async -> ExitCode {
        Terminal.complain("the secret could not be written: \(cause)")
        do throws(PartnerError) {
            try await api.deleteSubscription(made.id)
            Terminal.complain("the subscription was deleted again")
        } catch {
            Terminal.complain("the subscription \(made.id) could not be deleted, do it at Linq: \(error)")
        }
        return .failure
    }

    private func refuse(_ same: WebhookSubscription) -> ExitCode {
        Terminal.complain(
            "nothing was changed: the subscription \(same.id) sends to \(same.targetURL) already"
                + (same.isActive ? "" : ", but is switched off")
                + ". Its secret was told when it was made: if you have it, "
                + "put it into the configuration; if not, delete the subscription at Linq and subscribe again, or "
                + "subscribe with another --url, such as one with another query"
        )
        return .failure
    }

    private func tell(_ made: WebhookSubscription, _ secret: String?) {
        let place = secretFile.hasPrefix("/") ? secretFile : "\(Process.environment("PWD") ?? ".")/\(secretFile)"
        let endpoint = JSON.object([
            ("path", .string(endpointPath)), ("secrets", .array([.object([("file", .string(place))])])),
        ])
        let linq = JSON.object([("webhook_url", .string(made.targetURL))])
        if options.json {
            let told = JSON.object([
                ("subscription", made.json), ("secret_file", .string(place)),
                ("signing_secret", secret.map(JSON.string)),
                (
                    "configuration",
                    .object([
                        ("webhook", .object([("endpoints", .array([endpoint]))])), ("linq", linq),
                    ])
                ),
            ])
            return Terminal.say(told.text(pretty: true))
        }
        Terminal.say(
            "Linq sends \(made.subscribedEvents.count) types of events to \(made.targetURL) (subscription \(made.id))."
        )
        Terminal.say("The secret is in \(place); Linq does not tell it again.")
        if let secret { Terminal.say("The secret: \(secret)") }
        Terminal.say("\nWhat belongs into the configuration, before linewarden check and linewarden reload:\n")
        Terminal.say("  \"webhook\": { \"endpoints\": [\(endpoint.text())] },")
        Terminal.say("  \"linq\": \(linq.text())")
    }

    /// The path of the URL, which the proxy in front is expected to keep.
    private var endpointPath: String {
        let path = url.dropFirst("https://".count).drop { !"/?".contains($0) }.prefix { $0 != "?" }
        return path.isEmpty ? "/" : String(path)
    }
}
