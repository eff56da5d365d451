import CCurl
import Chrono
import Posix

/// One mail on its way to its server.
///
/// curl must end it by itself: taken away from curl in the middle, a mail would be closed with a dot as if it were
/// whole, and half of it delivered (`smtp_done` in lib/smtp.c, which then also waits for the reply).
final class MailTransfer: Transfer {
    fileprivate var collector = MailReplyCollector()
    fileprivate let text: [UInt8]
    fileprivate var sent = 0
    private let recipients: [String]
    private let host: String
    private let timeout: Span
    private let clock: Clock
    private let closing: StopSign
    private let endsLoggedIn: Bool

    /// Prepares a mail; nothing is sent yet.
    ///
    /// `closing`: the client's own, which stops every mail.
    init(id: UInt64, _ mail: OutgoingMail, closing: StopSign, clock: Clock) throws(TransportError) {
        try mail.check()
        text = mail.text
        recipients = mail.recipients
        host = mail.server.host
        timeout = mail.timeout
        endsLoggedIn = mail.endsLoggedIn
        self.clock = clock
        self.closing = closing
        try super.init(id: id, lane: "smtp:\(mail.server.host):\(mail.server.port)", now: clock.steady())
        try handle.prepare(mail)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.setSinks(header: takeReplyLine, body: dropBody, context: context)
        try handle.setUpload(source: giveText, progress: askWhetherToStop, context: context)
    }

    override var endsItself: Bool { true }

    /// curl's own deadline, which it keeps while it waits and keeps the queue to itself: what is left of the whole.
    func limit() throws(TransportError) {
        try handle.set(CURLOPT_TIMEOUT_MS, (timeout - clock.steady().since(started)).curlMilliseconds)
    }

    private var isCancelled: Bool { stopSign.isUp || closing.isUp }

    /// Whether there is no use in going on.
    ///
    /// After the server's last word curl says QUIT and would wait two minutes for an answer, whatever its deadline.
    fileprivate var mustStop: Bool {
        isCancelled || reasonToStop != nil || collector.verdict != nil || clock.steady().since(started) >= timeout
    }

    /// What came of it.
    ///
    /// What the server said to the mail counts, however the connection ended after that.
    func reply(_ ending: Ending) throws(MailFault) -> MailReply {
        if let verdict = collector.verdict {
            let stage: MailReply.Stage = verdict.isRefusal ? .content : .accepted
            return MailReply(stage: stage, reply: verdict, refused: collector.refused(recipients))
        }
        let mayHaveArrived = collector.isAskedFor && sent == text.count
        let code: CURLcode
        do throws(TransportError) {
            code = try ending.get()
        } catch {
            throw MailFault(cause: error, mayHaveArrived: mayHaveArrived)
        }
        if endsLoggedIn, code == CURLE_OK { return MailReply(stage: .accepted, reply: nil, refused: []) }
        if !collector.isAskedFor, let stage = stage(of: code) {
            return MailReply(stage: stage, reply: collector.refusal, refused: [])
        }
        throw MailFault(cause: cause(of: code), mayHaveArrived: mayHaveArrived)
    }

    /// Where the server refused to go on; nil when it did not refuse.
    private func stage(of code: CURLcode) -> MailReply.Stage? {
        switch code {
        case CURLE_USE_SSL_FAILED: .encryption
        case CURLE_LOGIN_DENIED: .login
        case CURLE_REMOTE_ACCESS_DENIED: .greeting
        case CURLE_WEIRD_SERVER_REPLY: collector.refusal == nil ? nil : .greeting
        // MAIL or RCPT refused; the same code means that a write failed.
        case CURLE_SEND_ERROR: collector.refusal == nil ? nil : .envelope
        default: nil
        }
    }

    private func cause(of code: CURLcode) -> TransportError {
        if let reasonToStop { return reasonToStop }
        if isCancelled { return .cancelled }
        return switch code {
        case CURLE_OPERATION_TIMEDOUT, CURLE_ABORTED_BY_CALLBACK: .timeout(timeout)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR: .interrupted("the response is not SMTP")
        default: TransportError(code, of: handle, host: host, timeout: timeout)
        }
    }
}

/// CURLOPT_HEADERFUNCTION: to curl a reply of SMTP is a header.
private func takeReplyLine(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer.collector.takeLine(line) ? line.count : 0
}

/// CURLOPT_WRITEFUNCTION: nothing that comes back is a body.
private func dropBody(
    _: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _: UnsafeMutableRawPointer?
) -> Int { size * count }

/// CURLOPT_READFUNCTION; 0 means the end.
private func giveText(
    _ room: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let room, let context else { return Int(CURL_READFUNC_ABORT) }
    let transfer = Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    if transfer.mustStop { return Int(CURL_READFUNC_ABORT) }
    let piece = transfer.text[transfer.sent...].prefix(size * count)
    UnsafeMutableRawBufferPointer(start: room, count: size * count).copyBytes(from: piece)
    transfer.sent += piece.count
    return piece.count
}

/// CURLOPT_XFERINFOFUNCTION; anything but 0 ends the transfer.
private func askWhetherToStop(
    _ context: UnsafeMutableRawPointer?,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t,
    _: curl_off_t
) -> CInt {
    guard let context else { return 1 }
    return Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue().mustStop ? 1 : 0
}
