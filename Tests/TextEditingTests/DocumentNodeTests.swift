import TestSupport
import Testing

@testable import TextEditing

/// A value knows where it stands, so that a commented file can be edited around it.
@Suite struct DocumentNodeTests {
  private static let text = """
    \u{FEFF}{ // first
      "a" : [1.50, "x\\"]", {} , ], /* between */ "b": {"c": tru\("e")
      , "d": null, }, "é": -0e1 // last
    }
    """

  @Test func everyValueIsCutOutExactly() throws {
    let source = Array(Self.text.utf8)
    let root = try DocumentNode(json: source)
    let cut = { (node: DocumentNode) in String(decoding: source[node.offset..<node.end], as: UTF8.self) }
    #expect(cut(root) == String(Self.text.dropFirst()))
    let a = try #require(root.member("a")?.value)
    #expect(cut(a) == #"[1.50, "x\"]", {} , ]"#)
    guard case .array(let elements) = a.content else {
      Issue.record("no array")
      return
    }
    #expect(elements.map(cut) == ["1.50", #""x\"]""#, "{}"])
    let b = try #require(root.member("b")?.value)
    #expect(cut(b) == "{\"c\": true\n  , \"d\": null, }")
    #expect(b.member("c").map { cut($0.value) } == "true")
    #expect(b.member("d").map { cut($0.value) } == "null")
    #expect(root.member("é").map { cut($0.value) } == "-0e1")
  }

  @Test func aMembersKeyBeginsAtItsQuote() throws {
    let source = Array(Self.text.utf8)
    let root = try DocumentNode(json: source)
    for key in ["a", "b", "é"] {
      let member = try #require(root.member(key))
      #expect(String(decoding: source[member.keyOffset...], as: UTF8.self).hasPrefix("\"\(key)\""))
    }
  }
}
