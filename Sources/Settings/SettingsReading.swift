import Chrono
import Crypto
import Hooks
import HTTPServer
import HTTPWire
import JSON
import Lines
import Linq
import Posix
import Routing

extension Settings {
    /// Reads the whole document; every problem is reported, so all keys are read whatever is wrong with others.
    static func read(_ root: ObjectReader, _ secrets: SecretSource) -> Settings? {
        root.ignore("$schema")
        let webhook = root.required("webhook")?.object().map { Webhook($0, secrets) }
        let admin =
            root.optional("admin")?.object().flatMap { Admin($0, secrets) }
            ?? Admin(listen: [.ipv4(host: "127.0.0.1", port: 8081)], token: nil, hosts: [])
        for address in admin.listen where webhook?.listen.contains(address) == true && !address.isChosenLater {
            root.optional("admin")?.object()?.fail("listen", "\(address) is taken by webhook.listen")
        }
        let state = root.required("state")?.object().map(State.init)
        let linq = root.optional("linq")?.object().flatMap { LinqReading(object: $0, secrets: secrets).read() }
        let policy = root.optional("decisions")?.object().map(DecisionPolicy.init) ?? .standard
        var hooks: [HookSettings] = []
        var hookNames: Set<HookName> = []
        for (name, reader) in root.optional("hooks")?.object()?.entries ?? [] {
            hookNames.insert(name)
            if let object = reader.object(), let hook = HookSettings.read(name: name, object, secrets) {
                hooks.append(hook)
                if hook.asksLinq, root.optional("linq") == nil {
                    object.fail(
                        "type",
                        "a \(hook.type) hook asks Linq's API; add a section linq, such as "
                            + #""linq": {"api_key": {"env": "\#(PartnerAccess.keyVariable)"}}"#
                    )
                }
            }
        }
        let known = KnownHooks(names: hookNames, settings: hooks)
        if let object = root.optional("hooks")?.object() { known.checkFallbacks(object) }
        let routes = RouteReading(hooks: known, policy: policy).read(root)
        let alerts = root.optional("alerts")?.object().map { known.read($0, "page", for: .page) } ?? []
        let stopTimeout = root.span("stop_timeout", in: .milliseconds(100) ... .minutes(5), default: .seconds(10))
        guard let webhook, let state else { return nil }
        return Settings(
            webhook: webhook,
            admin: admin,
            closesGateOnFailure: state.closesGateOnFailure,
            stateDirectory: state.directory,
            linq: linq,
            hooks: hooks,
            routing: RoutingTable(routes),
            policy: policy,
            alertHooks: alerts,
            retention: state.retention,
            stopTimeout: stopTimeout
        )
    }
}

/// `state`: where the ledger is, and what to do when it cannot be written.
private struct State {
    let directory: String
    let closesGateOnFailure: Bool
    let retention: Span

    init(_ object: ObjectReader) {
        retention = object.span("retention", in: .days(1) ... .days(36_500), default: .days(90))
        closesGateOnFailure = object.bool("close_gate_on_failure", default: false)
        let reader = object.required("directory")
        let text = reader?.string()
        directory = text ?? ""
        if let text, !text.hasPrefix("/") { reader?.fail("must be an absolute path") }
    }
}

extension Settings.Webhook {
    init(_ object: ObjectReader, _ secrets: SecretSource) {
        listen = readListen(object)
        tolerance = object.span("tolerance", in: .seconds(1) ... .days(36_500), default: .minutes(5))
        limits = object.optional("limits")?.object().map(ServerLimits.init) ?? ServerLimits()
        tls = object.optional("tls")?.object().flatMap { readTLS($0, secrets) }
        var endpoints: [Settings.Endpoint] = []
        let readers = object.required("endpoints")?.array() ?? []
        for reader in readers {
            guard let endpoint = reader.object() else { continue }
            let path = endpoint.required("path")
            let written = path?.string()
            let text = written ?? ""
            let isPath =
                text.hasPrefix("/") && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3F && $0 != 0x23 }
            if written != nil, !isPath {
                path?.fail("must be a path such as \"/webhooks/linq\", without spaces and without a query")
            } else if text == "/healthz" {
                path?.fail("is taken: load balancers ask there")
            } else if written != nil, endpoints.contains(where: { $0.path == text }) {
                path?.fail("is the path of another endpoint; give that one several secrets instead")
            }
            let list = endpoint.required("secrets")
            let secretReaders = list?.array() ?? []
            if let list, list.value.array?.isEmpty == true {
                list.fail("is empty: without a secret nothing can be verified")
            }
            endpoints.append(
                Settings.Endpoint(path: text, secrets: secretReaders.compactMap { readSigningSecret($0, secrets) })
            )
        }
        if let list = object.optional("endpoints"), list.value.array?.isEmpty == true {
            list.fail("is empty: Linq needs a path to post to")
        }
        self.endpoints = endpoints
    }
}

extension Settings.Admin {
    init?(_ object: ObjectReader, _ secrets: SecretSource) {
        let reader = object.required("listen")
        listen = readListen(object)
        token = object.optional("token").flatMap { secrets.secret($0) }
        hosts = object.strings("hosts") ?? []
        if object.optional("token") == nil, let open = listen.first(where: { !$0.isLocal }) {
            reader?.fail("\(open) may be reachable from other machines, so admin.token is needed")
        }
    }
}

/// `webhook.tls`: the paths of a PEM chain and its key, read at once so that a bad pair is found by `check` already.
private func readTLS(_ object: ObjectReader, _ secrets: SecretSource) -> TLSContext? {
    let certificate = object.required("certificate").flatMap { secrets.path($0) }
    let key = object.required("key").flatMap { secrets.path($0) }
    guard let certificate, let key else { return nil }
    do throws(TLSError) {
        let context = try TLSContext(certificate: certificate, key: key)
        if context.secondsLeft < 0 { object.warn("certificate", "has ended: Linq will refuse to connect") }
        return context
    } catch {
        object.fail(nil, error.description)
        return nil
    }
}

private func readListen(_ object: ObjectReader) -> [ListenAddress] {
    guard let reader = object.required("listen"), let items = reader.array() else { return [] }
    if items.isEmpty { reader.fail("is empty; write for example [\"127.0.0.1:8080\"]") }
    return items.compactMap { item in
        guard let text = item.string() else { return nil }
        let address = ListenAddress(text)
        if address == nil { item.fail("\"\(text)\" is no address to listen on; write \(ListenAddress.forms)") }
        return address
    }
}

private func readSigningSecret(_ reader: ValueReader, _ secrets: SecretSource) -> SigningSecret? {
    guard let text = secrets.secret(reader) else { return nil }
    guard let secret = SigningSecret(text) else {
        reader.fail("is not a webhook secret: whsec_ must be followed by base64")
        return nil
    }
    if let remark = secret.remark { reader.warn(remark) }
    return secret
}

extension ServerLimits {
    init(_ object: ObjectReader) {
        let standard = ServerLimits()
        self = standard
        let message = standard.message
        func bytes(_ key: String, _ value: Int) -> Int { object.integer(key, in: 256...(64 << 20), default: value) }
        self.message = HTTPLimits(
            requestLineBytes: bytes("request_line_bytes", message.requestLineBytes),
            headerBytes: bytes("header_bytes", message.headerBytes),
            headerCount: object.integer("header_count", in: 8...1_000, default: message.headerCount),
            bodyBytes: bytes("body_bytes", message.bodyBytes)
        )
        func time(_ key: String, _ value: Span) -> Span {
            object.span(key, in: .milliseconds(250) ... .hours(1), default: value)
        }
        headerTime = time("header_time", headerTime)
        bodyTime = time("body_time", bodyTime)
        idleTime = time("idle_time", idleTime)
        writeTime = time("write_time", writeTime)
        connections = object.integer("connections", in: 1...1_000_000, default: connections)
        connectionsPerAddress = object.integer(
            "connections_per_address",
            in: 1...1_000_000,
            default: connectionsPerAddress
        )
        handshakeTime = time("handshake_time", handshakeTime)
        bodyBytesPerSecond = object.integer("body_bytes_per_second", in: 0...(64 << 20), default: bodyBytesPerSecond)
        trustedProxies = (object.optional("trusted_proxies")?.array() ?? []).compactMap { item in
            guard let text = item.string() else { return nil }
            let block = AddressBlock(text)
            if block == nil { item.fail("\"\(text)\" is neither an IP address nor a block such as \"10.0.0.0/8\"") }
            return block
        }
        requestsPerConnection = object.integer(
            "requests_per_connection",
            in: 1...Int.max,
            default: requestsPerConnection
        )
    }
}

extension DecisionPolicy {
    /// `decisions`: lists of axis values that pause, slow or are fine.
    ///
    /// What is in no list pauses.
    init(_ object: ObjectReader) {
        self = .standard
        if let values = object.strings("pause") { pause = Set(values) }
        if let values = object.strings("slow") { slow = Set(values) }
        if let values = object.strings("allow") { allow = Set(values) }
        flapLimit = object.integer("flap_limit", in: 0...1_000, default: flapLimit)
        flapWindow = object.span("flap_window", in: .seconds(1) ... .days(1), default: flapWindow)
        let lists = [("pause", pause), ("slow", slow), ("allow", allow)]
        for value in pause.union(slow).union(allow).sorted() {
            let names = lists.filter { $0.1.contains(value) }.map(\.0)
            guard names.count > 1 else { continue }
            // Whoever wrote one list should learn where the other one comes from.
            let places = names.map { object.optional($0) == nil ? "\($0) (by default)" : $0 }.joined(separator: " and ")
            object.fail(nil, "\(value) is in \(places), but a value can have one effect only")
        }
    }
}
