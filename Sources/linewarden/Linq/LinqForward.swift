import ArgumentParser
import JSON
import Linq

struct LinqForward: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Shows or changes where calls to a line go.",
        discussion: """
              linewarden linq forward +12025551234
              linewarden linq forward +12025551234 +12025559999
              linewarden linq forward +12025551234 --clear
            """
    )

    @OptionGroup var options: LinqOptions

    @Argument(help: ArgumentHelp("The line's number.", valueName: "e164"))
    var line: String

    @Argument(
        help: ArgumentHelp("Where calls go from now on. Without it: where they go now is shown.", valueName: "e164")
    )
    var number: String?

    @Flag(help: "Calls go nowhere from now on.")
    var clear = false

    func validate() throws {
        try checkedNumber(line, "LINE")
        if let number { try checkedNumber(number, "NUMBER") }
        if number != nil, clear { throw ValidationError("Name a number or say --clear, not both.") }
    }

    func run() async throws {
        let api = try options.api()
        let lines = try await options.ask { () async throws(PartnerError) in try await api.lines() }
        guard let record = lines.first(where: { $0.phoneNumber == line }) else {
            let known = lines.map(\.phoneNumber).joined(separator: ", ")
            Terminal.complain(
                "\(line) is no line of this account; " + (known.isEmpty ? "it has none" : "it has \(known)")
            )
            throw ExitCode.failure
        }
        let old = record.forwardingNumber
        guard number != nil || clear else { return show(old, old, isChanged: false) }
        let answer = try await options.ask { () async throws(PartnerError) in
            try await api.setForwarding(number, of: record.id)
        }
        show(old, answer.forwardingNumber, isChanged: true)
        if answer.forwardingNumber != number {
            Terminal.complain("that is not what was asked for: \(words(number))")
            throw ExitCode.failure
        }
    }

    private func show(_ old: String?, _ new: String?, isChanged: Bool) {
        if options.json {
            let told = JSON.object([
                ("phone_number", .string(line)), ("forwarding_number", new.map(JSON.string) ?? .null),
                ("previous_forwarding_number", isChanged ? old.map(JSON.string) ?? .null : nil),
            ])
            return Terminal.say(told.text(pretty: true))
        }
        Terminal.say("Calls to \(line) go \(words(new))" + (isChanged ? "; before: \(words(old))" : ""))
    }

    private func words(_ number: String?) -> String { number.map { "to \($0)" } ?? "nowhere else" }
}
