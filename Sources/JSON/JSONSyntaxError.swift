/// The first place where a text stops being JSON, and why, in words for the person who wrote it.
package struct JSONSyntaxError: Error, Sendable, Equatable {
    /// A byte offset; the length of the text when it ends too early.
    package let offset: Int
    package let message: String

    package init(offset: Int, message: String) {
        self.offset = offset
        self.message = message
    }
}
