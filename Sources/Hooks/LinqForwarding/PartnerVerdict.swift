import Chrono
import HTTPClient
import Linq

/// What a failure of Linq's API means for a delivery.
enum PartnerVerdict {
    /// `isListing`: it was the list of lines that was asked for, about which no message can be wrong.
    static func judge(_ error: PartnerError, isListing: Bool) -> Outcome {
        let failure = Failure(
            label(error),
            error.description,
            mayHaveArrived: !isListing && error.mayHaveTakenEffect
        )
        guard error.kind == .answered else { return .retry(after: nil, failure) }
        switch error.status {
        case 401, 403: return .broken(failure)
        // Nothing is there: for a list the base URL is wrong, for a line it has gone.
        case 404, 410: return isListing ? .broken(failure) : .failed(failure)
        case 400, 413, 414, 415, 422: return .failed(failure)
        default: return .retry(after: error.retryAfter, failure)
        }
    }

    private static func label(_ error: PartnerError) -> String {
        switch error.kind {
        case .answered: "http_\(error.status ?? 0)"
        case .transport(let fault): fault.label
        case .unreadable: "unreadable"
        case .unsupported: "unsupported"
        }
    }
}
