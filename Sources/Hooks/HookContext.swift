package import HTTPClient
package import Linq

/// What hooks are made with besides their configuration.
package struct HookContext: Sendable {
    package let client: HTTPClient
    /// The way to Linq's API; nil: the configuration has no section `linq`.
    package let access: PartnerAccess?
    /// What a hook of this name remembers.
    package let memory: @Sendable (_ name: String) -> HookMemory

    package init(
        client: HTTPClient,
        access: PartnerAccess? = nil,
        memory: @escaping @Sendable (_ name: String) -> HookMemory
    ) {
        self.client = client
        self.access = access
        self.memory = memory
    }
}

/// What a hook remembers across attempts, restarts and crashes.
package struct HookMemory: Sendable {
    /// What is remembered under a key; nil: nothing.
    package let recall: @Sendable (_ key: String) async throws(HookMemoryFailure) -> String?
    /// Remembers a value instead of what there was, or with nil nothing more; durable when it returns.
    package let remember: @Sendable (_ key: String, _ value: String?) async throws(HookMemoryFailure) -> Void

    package init(
        recall: @escaping @Sendable (_ key: String) async throws(HookMemoryFailure) -> String?,
        remember: @escaping @Sendable (_ key: String, _ value: String?) async throws(HookMemoryFailure) -> Void
    ) {
        self.recall = recall
        self.remember = remember
    }
}

extension HookMemory {
    /// For hooks that are only looked at: nothing is there, and nothing is kept.
    package static let none = HookMemory(
        recall: { _ throws(HookMemoryFailure) in nil },
        remember: { _, _ throws(HookMemoryFailure) in }
    )
}

/// Why something could not be recalled or remembered, in words for people.
package struct HookMemoryFailure: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
