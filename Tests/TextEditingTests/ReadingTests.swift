import TestSupport
import Testing

@testable import TextEditing

/// TOML and YAML say what JSON says.
@Suite struct ReadingTests {
  private func value(_ text: String, _ format: DocumentFormat) throws -> DocumentValue {
    try Document(Array(text.utf8), format: format).root.value
  }

  static let same: [(format: DocumentFormat, text: String, json: String)] = [
    (.toml, "a = \"x\\u00e9\\n\" # c\nb = 'c:\\d'\n", #"{"a": "xé\n", "b": "c:\\d"}"#),
    (.toml, "a = \"\"\"\nx\\\n   y\"z\"\"\"\"\nb = '''\r\nq'''", #"{"a": "xy\"z\"", "b": "q"}"#),
    (
      .toml, "a = [1, 2.5,\n  # c\n  0x_ff, ]\nb = {c.d = true, \"e f\" = []}",
      #"{"a":[1,2.5,"N"],"b":{"c":{"d":true},"e f":[]}}"#
    ),
    (
      .toml, "[a.\"b.c\"]\nx=1\n[a]\ny=2\n[[t]]\nn=1\n[[t]]\nn=2\n[t.s]\nm=3",
      #"{"a":{"b.c":{"x":1},"y":2},"t":[{"n":1},{"n":2,"s":{"m":3}}]}"#
    ),
    (.yaml, "a: b c # d\n'e': \"f\\tg\"\nh: ~\ni: 'it''s'\n", #"{"a": "b c", "e": "f\tg", "h": null, "i": "it's"}"#),
    (.yaml, "---\na:\n- x\n- - y\n  - z\n-\n  k: v\n  l: 1\n", #"{"a": ["x", ["y", "z"], {"k": "v", "l": 1}]}"#),
    (
      .yaml, "a: |\n  one\n   two\n\n  three\nb: >-\n  one\n  two\n\nc: d\n",
      #"{"a": "one\n two\n\nthree\n", "b": "one two", "c": "d"}"#
    ),
    (
      .yaml, "a: {b: [1, x y, \"z\"], 'c': , d: http://e/f}\ng: plain\n  goes on\nh: 1.2.3\n",
      #"{"a": {"b": [1, "x y", "z"], "c": null, "d": "http://e/f"}, "g": "plain goes on", "h": "1.2.3"}"#
    ),
    (.yaml, "a: &x\n  b: 1\nc: *x\nd: !!str t\n", #"{"a": {"b": 1}, "c": {"b": 1}, "d": "t"}"#),
    (.yaml, "a:\nb:\n  c: d\n  # e\nf: -1\n", #"{"a": null, "b": {"c": "d"}, "f": -1}"#),
    (.yaml, "# nothing\n", "{}"), (.toml, "# nothing", "{}"), (.json, "\u{FEFF} ", "{}"),
  ]

  @Test(arguments: same) func theSameIsSaid(_ format: DocumentFormat, _ text: String, _ json: String) throws {
    let found = try value(text.replacing("0x_ff", with: "\"N\""), format)
    #expect(found == (try value(json, .json)))
  }

  /// What no text of a file may do is trap.
  @Test(arguments: [DocumentFormat.toml, .yaml, .json]) func damagedTextsAreJudged(_ format: DocumentFormat) throws {
    var random = SeededGenerator(seed: 7)
    let texts = Self.same.filter { $0.format == format }.map { Array($0.text.utf8) }
    let path: [DocumentStep] = [.key("a"), .key("junction")]
    for _ in 0..<4000 {
      var bytes = texts.randomElement(using: &random)!
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = Array("\n\t\r :#-{}[]\"'\\,=&*|>.x".utf8).randomElement(using: &random)!
        default: bytes.removeSubrange(place...)
        }
      }
      guard let document = try? Document(bytes, format: format) else { continue }
      guard let edited = try? document.setting(EditStories.entry, at: path) else { continue }
      #expect(try edited.node(at: path)?.value.means(EditStories.entry) == true)
      _ = try? edited.removing(at: path)
    }
  }
}
