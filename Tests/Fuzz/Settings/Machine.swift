import Crypto
import Posix

/// A machine with a few variables and credentials, and without any other file.
enum Machine {
    /// In every secret.
    static let mark = "hunter2hunter2hunter2hun"

    private static let variables = [
        "LINQ_WEBHOOK_SECRET": "whsec_\(mark)hunter21",
        "LINQ_API_V3_API_KEY": "the-api-key-\(mark)",
        "SENDER_URL": "https://sender.example.com/linewarden?key=\(mark)",
        "SENDER_SECRET": "whsec_\(mark)hunter22",
        "PAGERDUTY_ROUTING_KEY": "\(mark)89abcdef",
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/\(mark)",
        "ADMIN_TOKEN": mark,
        "EMPTY": "",
        "CREDENTIALS_DIRECTORY": "/run/credentials/linewarden",
    ]

    static let secrets = SecretSource(
        environment: { variables[$0] },
        file: { path in
            switch path {
            case "/run/credentials/linewarden/linq": Array("whsec_\(mark)hunter23\r\n".utf8)
            case "/run/credentials/linewarden/binary": [0xFF]
            default: throw PosixError(call: "open", code: PosixError.notFound, subject: path)
            }
        }
    )
}
