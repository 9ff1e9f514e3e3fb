import TestSupport

@testable import TextEditing

/// Random texts in each format, with all the oddities of layout that people and programs leave in files.
struct RandomDocument {
  private var random: SeededGenerator
  private let lineEnd: String
  private static let keys = ["a", "bc", "x-y", "servers", "n", "other", "z_1"]

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    lineEnd = seed % 3 == 0 ? "\r\n" : "\n"
  }

  mutating func document(_ format: DocumentFormat) -> String {
    let mark = chance(8) ? "\u{FEFF}" : ""
    switch format {
    case .json: return mark + blank() + jsonObject(depth: 3, indentation: "") + blank()
    case .toml: return mark + toml()
    case .yaml: return mark + yaml()
    }
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  private mutating func someKeys() -> [String] {
    Array(Self.keys.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)))
  }

  private mutating func scalar() -> String {
    ["1", "-2.50", "true", "\"\"", "\"a\\\"b\"", "\"/* { */\"", "\"é # no\"", "\"x: y\""].randomElement(using: &random)!
  }

  // MARK: - JSON

  private mutating func blank() -> String {
    ["", "", " ", lineEnd, "// c\(lineEnd)", "/* d */", "\t"].randomElement(using: &random)!
  }

  private mutating func remark() -> String {
    ["", "", "", " // c, {", " /* d */", " "].randomElement(using: &random)!
  }

  private mutating func json(depth: Int, indentation: String) -> String {
    switch depth == 0 ? 0 : Int.random(in: 0..<4, using: &random) {
    case 0, 1: return scalar()
    case 2: return "[" + (0..<Int.random(in: 0...3, using: &random)).map { _ in scalar() }.joined(separator: ",") + "]"
    default: return jsonObject(depth: depth - 1, indentation: indentation)
    }
  }

  private mutating func jsonObject(depth: Int, indentation: String) -> String {
    let keys = someKeys()
    if keys.isEmpty {
      return ["{}", "{ }", "{\(lineEnd)}", "{ /* none */ }", "{ // none\(lineEnd)}"].randomElement(using: &random)!
    }
    let inner = indentation + ["  ", "\t", "    ", " "].randomElement(using: &random)!
    let isOnLine = chance(3)
    var text = "{" + (isOnLine ? "" : remark())
    for (index, key) in keys.enumerated() {
      if isOnLine {
        text += index == 0 ? "" : chance(4) ? " /* e */ " : " "
      } else {
        text += lineEnd + (chance(5) ? inner + "// own line" + lineEnd : "") + inner
      }
      let value =
        key == "servers"
        ? jsonObject(depth: max(depth - 1, 0), indentation: inner) : json(depth: depth, indentation: inner)
      text += "\"\(key)\":" + (chance(3) ? "" : " ") + value
      if index < keys.count - 1 || chance(4) { text += (chance(8) ? " " : "") + "," }
      if !isOnLine { text += remark() }
    }
    return text + (isOnLine ? "" : lineEnd + indentation) + "}"
  }

  // MARK: - TOML

  private mutating func toml() -> String {
    var lines: [String] = []
    for key in someKeys() where key != "servers" {
      lines.append("\(key) = \(scalar())" + (chance(3) ? " # c [x]" : ""))
      if chance(4) { lines.append("# between") }
      if chance(5) { lines.append("") }
    }
    if chance(4) { lines.append("servers = { q = { command = \"x\" } } # inline") }
    let isInline = lines.last?.hasPrefix("servers") == true
    for key in someKeys() where !isInline || key != "servers" {
      let name = key == "servers" ? "servers.a" : "t-\(key)"
      lines.append((chance(3) ? "" : "  ") + "[\(name)]" + (chance(3) ? " # t" : ""))
      for inner in someKeys() { lines.append("\(inner) = [\(scalar()),\(scalar())]") }
      if chance(3) { lines.append("") }
      if chance(4) { lines.append("# behind") }
      if chance(4) { lines.append("[\(name).env]") }
    }
    return lines.joined(separator: lineEnd) + (chance(3) || lines.isEmpty ? "" : lineEnd)
  }

  // MARK: - YAML

  private mutating func yaml() -> String {
    var lines = chance(4) ? ["# head", "---"] : []
    for key in someKeys() { lines += yaml(key, depth: 2, indentation: "") }
    return lines.joined(separator: lineEnd) + (chance(3) || lines.isEmpty ? "" : lineEnd)
  }

  private mutating func yaml(_ key: String, depth: Int, indentation: String) -> [String] {
    var lines = chance(5) ? [indentation + "# about \(key)"] : []
    if chance(6) { lines.append("") }
    let inner = indentation + String(repeating: " ", count: Int.random(in: 1...4, using: &random))
    let choice = key == "servers" ? Int.random(in: 3...5, using: &random) : Int.random(in: 0..<6, using: &random)
    switch depth == 0 && choice > 2 ? 0 : choice {
    case 0: lines.append("\(indentation)\(key): \(scalar())" + (chance(3) ? " # c" : ""))
    case 1: lines += ["\(indentation)\(key): |", "\(inner)text # no", "", "\(inner) more"]
    case 2: lines += ["\(indentation)\(key):"] + [inner, inner].map { "\($0)- \(scalar())" }
    case 3: lines.append("\(indentation)\(key): {q: \(scalar())}")
    default:
      lines.append("\(indentation)\(key):" + (chance(3) ? " # none" : ""))
      for next in someKeys() where next != "servers" { lines += yaml(next, depth: depth - 1, indentation: inner) }
    }
    return lines
  }
}
