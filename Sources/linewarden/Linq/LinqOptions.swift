import ArgumentParser
import Chrono
import Crypto
import HTTPClient
import Linq
import Lines
import Posix
import Settings

/// How Linq's API is reached, and what every command does when it does not give what was asked.
struct LinqOptions: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration file whose linq section counts.", valueName: "file")
    )
    var path: String?

    @Option(help: ArgumentHelp("How long a failed call is tried again, such as 30s or 5m.", valueName: "time"))
    var patience = "30s"

    @Flag(help: "Print JSON instead.")
    var json = false

    func validate() throws {
        guard Span(configuration: patience) != nil else {
            throw ValidationError("--patience takes a time such as 30s or 5m, not '\(patience)'.")
        }
    }

    /// The API; ends with 78 after saying why when there is no way to it.
    func api() throws -> PartnerAPI {
        PartnerAPI(
            try access(),
            client: HTTPClient(userAgent: "linewarden"),
            patience: Span(configuration: patience) ?? .seconds(30),
            onExchange: { exchange in
                guard let error = exchange.error, let wait = exchange.retryIn else { return }
                Terminal.complain("\(error); trying again in \(wait.phrase)")
            }
        )
    }

    private func access() throws -> PartnerAccess {
        if path == nil {
            do throws(BadBaseURL) {
                if let access = try PartnerAccess.surrounding(.system) { return access }
            } catch {
                Terminal.complain("\(PartnerAccess.baseURLVariable): \(error)")
                throw ExitCode.badConfiguration
            }
        }
        let option = try path.map { try ConfigurationOption.parse(["--config", $0]) } ?? ConfigurationOption.parse([])
        do {
            if let linq = try option.load().settings.linq { return linq.access }
            Terminal.complain(
                "\(option.path) has no section linq, so there is no key to Linq's API; add one with api_key"
            )
        } catch {
            if path == nil {
                let variable = PartnerAccess.keyVariable
                Terminal.complain(
                    "there is no key to Linq's API: set \(variable), or name a configuration with --config"
                )
            }
            throw error
        }
        throw ExitCode.badConfiguration
    }

    /// Asks, and ends with a sentence and the exit code that fits when nothing comes of it.
    func ask<Answer>(_ question: () async throws(PartnerError) -> Answer) async throws -> Answer {
        do throws(PartnerError) {
            return try await question()
        } catch {
            Terminal.complain(error.description)
            throw error.exitCode
        }
    }
}

extension PartnerError {
    /// 69 when nobody (able) answered, 64 for what this version of the API has not, 1 for a refusal.
    var exitCode: ExitCode {
        if isUnavailable { return .unreachable }
        return kind == .unsupported ? .validationFailure : .failure
    }
}

/// A line's number as an argument; refused as wrong usage unless it is E.164.
func checkedNumber(_ text: String, _ what: String) throws {
    guard PhoneNumber(text) == nil else { return }
    throw ValidationError("\(what) takes a number in E.164 form such as +12025551234, not '\(text)'.")
}
