import TestSupport
import Testing

@testable import HTTPServer

@Suite struct SlabTests {
    @Test("What is put in is found by its number, until it is taken out")
    func finds() {
        var slab = Slab<String>()
        #expect(slab.isEmpty && slab.elements == [] && slab[0] == nil)
        var ids: [UInt64] = []
        for name in ["a", "b", "c"] {
            _ = slab.insert { id in
                ids.append(id)
                return name
            }
        }
        #expect(ids.map { slab[$0] } == ["a", "b", "c"])
        #expect(slab.remove(ids[1]) == "b")
        #expect(slab.remove(ids[1]) == nil)
        #expect(ids.map { slab[$0] } == ["a", nil, "c"])
        #expect(slab.elements == ["a", "c"] && !slab.isEmpty)
        #expect(slab[UInt64.max] == nil)
        _ = (slab.remove(ids[0]), slab.remove(ids[2]))
        #expect(slab.isEmpty && slab.elements == [])
    }

    @Test("A number is never given twice, though places are used again")
    func neverAgain() {
        var slab = Slab<UInt64>()
        var generator = SeededGenerator(state: 5)
        var given: Set<UInt64> = []
        var present: Set<UInt64> = []
        for _ in 0..<20_000 {
            if present.count < 20, Bool.random(using: &generator) {
                let id = slab.insert { $0 }
                #expect(given.insert(id).inserted)
                present.insert(id)
            } else if let id = present.randomElement(using: &generator) {
                #expect(slab.remove(id) == id)
                present.remove(id)
            }
            #expect(slab.isEmpty == present.isEmpty)
        }
        #expect(Set(slab.elements) == present)
        for id in given { #expect((slab[id] != nil) == present.contains(id)) }
        // Twenty places have had all of them.
        #expect(given.allSatisfy { $0 & 0xFFFF_FFFF < 20 })
    }
}
