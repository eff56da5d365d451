import HTTPWire

/// What a genuine delivery is answered: 200 and what became of it, made once for all deliveries.
struct Acknowledgement: Sendable {
    /// As it is counted and told: `stored`.
    let outcome: String
    let response: HTTPResponse

    static let stored = Acknowledgement("stored")
    static let duplicate = Acknowledgement("duplicate")
    static let quarantined = Acknowledgement("quarantined")
    static let observed = Acknowledgement("observed")
    static let ignored = Acknowledgement("ignored")

    private init(_ outcome: String) {
        self.outcome = outcome
        response = .json(.ok, #"{"status":"\#(outcome)"}"#)
    }
}
