/// Finding the word that somebody meant.
package enum Spelling {
    /// The nearest candidate, nil if none is near: at most two edits away, or a third of the word, and never as many
    /// as the candidate has letters.
    package static func nearest(to word: String, in candidates: [String]) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        // A word out of all proportion is no misspelling, and the distance takes time in proportion to it.
        guard letters.count <= 64 else { return nil }
        let limit = max(2, letters.count / 3)
        let near = candidates.compactMap { candidate -> (word: String, distance: Int)? in
            let other = Array(candidate.lowercased().unicodeScalars)
            let distance = distance(letters, other)
            return distance <= limit && distance < other.count ? (candidate, distance) : nil
        }
        return near.min { $0.distance < $1.distance }?.word
    }

    /// The Levenshtein distance: how many scalars to insert, delete or replace.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var row = Array(0...right.count)
        for (index, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let replaced = diagonal + (scalar == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
