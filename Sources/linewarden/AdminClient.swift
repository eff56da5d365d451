import ArgumentParser
import Chrono
import HTTPClient
import JSON
import Posix

/// `--admin` and `--token`, and asking the daemon.
struct AdminClient: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the daemon's admin listener is: a URL, or unix:/path. Also from LINEWARDEN_ADMIN.",
            valueName: "address"
        )
    )
    var admin: String?

    @Option(help: ArgumentHelp("The admin token, if there is one. Better: LINEWARDEN_ADMIN_TOKEN.", valueName: "token"))
    var token: String?

    /// Whether somebody said where it is.
    var isNamed: Bool { admin != nil || Process.environment("LINEWARDEN_ADMIN") != nil }

    /// The daemon's door, as options and environment have it; without them what is given here counts.
    func door(address: String? = nil, token other: String? = nil) -> AdminDoor {
        AdminDoor(
            address: admin ?? Process.environment("LINEWARDEN_ADMIN") ?? address ?? "http://127.0.0.1:8081",
            token: token ?? Process.environment("LINEWARDEN_ADMIN_TOKEN") ?? other
        )
    }

    /// Asks, and gives the answer's status and JSON.
    ///
    /// - Throws: `ExitCode.unreachable` after a sentence on standard error.
    func ask(
        _ method: String = "GET",
        _ path: String,
        _ order: JSON? = nil,
        timeout: Span = .seconds(10)
    ) async throws -> (Int, JSON) {
        let door = door()
        let response: IncomingResponse
        do throws(TransportError) {
            response = try await door.ask(method, path, order, timeout: timeout)
        } catch {
            Terminal.complain("linewarden cannot be reached at \(door.address): \(error); is it running? see --admin")
            throw ExitCode.unreachable
        }
        guard let body = try? JSON.parse(response.body) else {
            Terminal.complain(
                "what answers at \(door.address) is not linewarden's admin listener (HTTP \(response.status))"
            )
            throw ExitCode.unreachable
        }
        return (response.status, body)
    }

    /// Gives an order; gives the answer.
    ///
    /// - Throws: `ExitCode.failure` after the daemon's reason on standard error.
    func order(_ method: String, _ path: String, _ order: JSON) async throws -> JSON {
        let (status, body) = try await ask(method, path, order)
        if 200..<300 ~= status { return body }
        Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
        throw ExitCode.failure
    }

    /// Asks for something that must be there.
    ///
    /// - Throws: `ExitCode.failure` after the daemon's reason on standard error.
    func get(_ path: String) async throws -> JSON {
        let (status, body) = try await ask("GET", path)
        if status == 200 { return body }
        Terminal.complain(body["detail"]?.string ?? "linewarden answered HTTP \(status)")
        throw ExitCode.failure
    }
}

/// Who gives an order.
struct SignatureOptions: ParsableArguments {
    @Option(help: "Who you are, for the history. Default: the user's name.")
    var by: String?

    var author: String { by ?? Process.environment("SUDO_USER") ?? Process.environment("USER") ?? "operator" }
}
