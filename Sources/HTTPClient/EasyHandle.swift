import CCurl

/// One of curl's transfers ("easy handle"), with everything that must live as long as it does.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    init() throws(TransportError) {
        guard let raw = curl_easy_init() else { throw .outOfMemory }
        self.raw = raw
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try check(lw_curl_set_pointer(raw, CURLOPT_ERRORBUFFER, message))
    }

    deinit {
        curl_easy_cleanup(raw)
        for list in lists { curl_slist_free_all(list) }
        message.deallocate()
    }

    /// What went wrong in detail; empty when curl had nothing to add.
    var detail: String { String(cString: message) }

    /// A number curl knows about the transfer, such as CURLINFO_RESPONSE_CODE; 0 when it does not.
    func number(_ info: CURLINFO) -> Int { lw_curl_number(raw, info) }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(lw_curl_set_number(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        try check(lw_curl_set_string(raw, option, value))
    }

    /// An option that is a list of texts, such as CURLOPT_HTTPHEADER.
    func set(_ option: CURLoption, _ texts: [String]) throws(TransportError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else {
                curl_slist_free_all(list)
                throw .outOfMemory
            }
            list = longer
        }
        if let list { lists.append(list) }
        try check(lw_curl_set_pointer(raw, option, list))
    }

    func setBody(_ bytes: [UInt8]) throws(TransportError) {
        try check(bytes.withUnsafeBytes { lw_curl_set_body(raw, $0.baseAddress, $0.count) })
    }

    /// Where header lines and body pieces go.
    ///
    /// The context must outlive every use of the handle.
    func setSinks(
        header: curl_write_callback,
        body: curl_write_callback,
        context: UnsafeMutableRawPointer
    ) throws(TransportError) {
        try check(lw_curl_set_sink(raw, CURLOPT_HEADERFUNCTION, header))
        try check(lw_curl_set_pointer(raw, CURLOPT_HEADERDATA, context))
        try check(lw_curl_set_sink(raw, CURLOPT_WRITEFUNCTION, body))
        try check(lw_curl_set_pointer(raw, CURLOPT_WRITEDATA, context))
    }

    /// Where the bytes to send come from, and who is asked from time to time whether to go on.
    ///
    /// The context must outlive every use of the handle.
    func setUpload(
        source: curl_read_callback,
        progress: curl_xferinfo_callback,
        context: UnsafeMutableRawPointer
    ) throws(TransportError) {
        try set(CURLOPT_UPLOAD, 1)
        try check(lw_curl_set_source(raw, source))
        try check(lw_curl_set_pointer(raw, CURLOPT_READDATA, context))
        try check(lw_curl_set_progress(raw, progress))
        try check(lw_curl_set_pointer(raw, CURLOPT_XFERINFODATA, context))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    /// Back to nothing, where curl has a value of its own.
    func clear(_ option: CURLoption) throws(TransportError) {
        try check(lw_curl_set_string(raw, option, nil))
    }

    /// An option that fails is never passed over: it might be the one that verifies certificates.
    private func check(_ code: CURLcode) throws(TransportError) {
        guard code == CURLE_OK else { throw TransportError(code) }
    }
}
