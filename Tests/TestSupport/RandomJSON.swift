/// Random JSON text with all the spellings that a gateway must not touch.
package struct RandomJSON {
  private static let scalars = [
    "0", "-0", "1.0", "1.10", "1e400", "1E+2", "18446744073709551616", "9007199254740993", "true", "false", "null",
    "\"\"",
    "\"é€😀\"", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud800\"", "\"a\\\\\\\"b\\n\"", "\"{[,:]}\"", "\"\\/\"",
  ]
  private static let keys = ["a", "id", "method", "params", "_meta", "name", "result", "error", "\\u0061", "é", ""]

  private var random: SplitMix

  package init(seed: UInt64) { random = SplitMix(seed) }

  /// Returns a value with at most `depth` containers inside each other.
  package mutating func value(depth: Int) -> String {
    switch depth == 0 ? 0 : Int.random(in: 0..<4, using: &random) {
    case 0, 1: return Self.scalars.randomElement(using: &random)!
    case 2: return "[" + list { $0.value(depth: depth - 1) } + "]"
    default: return object(depth: depth)
    }
  }

  package mutating func object(depth: Int) -> String {
    "{"
      + list {
        "\"\(Self.keys.randomElement(using: &$0.random)!)\"\($0.space):\($0.space)" + $0.value(depth: depth - 1)
      } + "}"
  }

  package mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

  private var space: String {
    mutating get { ["", "", "", " ", "\t "].randomElement(using: &random)! }
  }

  private mutating func list(_ element: (inout RandomJSON) -> String) -> String {
    (0..<Int.random(in: 0..<4, using: &random)).map { _ in space + element(&self) + space }.joined(separator: ",")
  }
}
