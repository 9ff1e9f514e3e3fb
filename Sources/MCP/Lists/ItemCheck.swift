import JSONRPC

/// Holds an entry of a list against a shape: finds what is to be mended in it, and why clients would refuse it.
///
/// Mended is what has one meaning only: a null where a member may be absent goes, `[]` for an object (as PHP writes one
/// without members) becomes `{}`, and a property's schema of `true`, `false` or null becomes the object that means the
/// same. Decoration that no client takes goes.
struct ItemCheck {
  struct Edit {
    let range: Range<Int>
    let text: String
  }

  private let text: UnsafeRawBufferPointer
  /// In the order of their places.
  private(set) var edits: [Edit] = []
  /// Why clients refuse the entry, by era.
  private(set) var faults: [Era: String] = [:]

  init(_ text: UnsafeRawBufferPointer, is shape: ItemShape) {
    self.text = text
    check(0..<text.count, shape, [], Era.allCases)
  }

  private init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// The entry with the edits made.
  var mended: [UInt8] {
    var result: [UInt8] = []
    var position = 0
    for edit in edits {
      result += text[position..<edit.range.lowerBound]
      result += edit.text.utf8
      position = edit.range.upperBound
    }
    return result + text[position...]
  }

  private mutating func check(_ range: Range<Int>, _ shape: ItemShape, _ path: [String], _ eras: [Era]) {
    let value = UnsafeRawBufferPointer(rebasing: text[range])
    let isRight =
      switch shape {
      case .text: value.first == UInt8(ascii: "\"")
      case .flag: value.first == UInt8(ascii: "t") || value.first == UInt8(ascii: "f")
      case .wholeNumber: JSONText.number(value).map { $0.rounded() == $0 } ?? false
      case .share: JSONText.number(value).map { (0...1).contains($0) } ?? false
      case .moment: JSONText.string(value).map(Self.isMoment) ?? false
      case .oneOf(let words): JSONText.string(value).map { text in words.contains { $0.description == text } } ?? false
      case .list: value.first == UInt8(ascii: "[")
      case .object, .members, .schemas: value.first == UInt8(ascii: "{")
      }
    switch shape {
    case .list(let shape) where isRight: checkElements(range, shape, path, eras)
    case .members(let members) where isRight: checkMembers(range, members, path, eras)
    case .schemas where isRight: checkSchemas(range, path, eras)
    case .object, .schemas, .members:
      if isRight { return }
      guard Self.isEmptyArray(value) else { return note("\(Self.place(path)) is not \(shape.words)", eras) }
      edits.append(Edit(range: range, text: "{}"))
      if case .members(let members) = shape { noteMissing(members, [], path, eras) }
    default: if !isRight { note("\(Self.place(path)) is not \(shape.words)", eras) }
    }
  }

  private mutating func checkElements(_ range: Range<Int>, _ shape: ItemShape, _ path: [String], _ eras: [Era]) {
    var elements: [Range<Int>] = []
    JSONWalk.elements(of: text, in: range) {
      elements.append($0)
      return true
    }
    for (index, element) in elements.enumerated() { check(element, shape, path + ["element \(index + 1)"], eras) }
  }

  private mutating func checkMembers(_ range: Range<Int>, _ known: [ItemMember], _ path: [String], _ eras: [Era]) {
    var found: [(key: Range<Int>, value: Range<Int>, member: Int?)] = []
    JSONWalk.members(of: text, in: range) { key, value in
      let hasEscape = JSONWalk.hasEscape(text, key)
      let member = known.firstIndex { JSONText.key(text, key, hasEscape: hasEscape, equals: $0.name) }
      found.append((key, value, member))
      return true
    }
    var removal = MemberRemoval()
    for (key, value, index) in found {
      let member = index.map { known[$0] }
      let isNull = text[value.lowerBound] == UInt8(ascii: "n")
      var goes = false
      if let member {
        let inner = path + ["\"\(member.name)\""]
        let eras = eras.filter { member.only ?? $0 == $0 }
        if isNull, !member.isRequired {
          goes = true
        } else if member.isDecoration {
          var check = ItemCheck(text)
          check.check(value, member.shape, inner, eras)
          goes = !check.faults.isEmpty
          if !goes { edits += check.edits }
        } else if !member.isFree || text[value.lowerBound] == UInt8(ascii: "{") {
          check(value, member.shape, inner, eras)
        }
      }
      if let gone = removal.next(key: key, value: value, goes: goes) { edits.append(Edit(range: gone, text: "")) }
    }
    if let gone = removal.finish(range) { edits.append(Edit(range: gone, text: "")) }
    edits.sort { $0.range.lowerBound < $1.range.lowerBound }
    noteMissing(known, found.compactMap(\.member), path, eras)
  }

  private mutating func noteMissing(_ known: [ItemMember], _ found: [Int], _ path: [String], _ eras: [Era]) {
    for (index, member) in known.enumerated() where member.isRequired && !found.contains(index) {
      note("\(path.isEmpty ? "it" : Self.place(path)) has no \"\(member.name)\"", eras)
    }
  }

  private mutating func checkSchemas(_ range: Range<Int>, _ path: [String], _ eras: [Era]) {
    var wrong: Range<Int>?
    var replaced: [Edit] = []
    JSONWalk.members(of: text, in: range) { key, value in
      switch text[value.lowerBound] {
      case UInt8(ascii: "{"): break
      case UInt8(ascii: "t"), UInt8(ascii: "n"): replaced.append(Edit(range: value, text: "{}"))
      case UInt8(ascii: "f"): replaced.append(Edit(range: value, text: #"{"not":{}}"#))
      default: wrong = wrong ?? key
      }
      return true
    }
    edits += replaced
    guard let wrong else { return }
    let name = String(decoding: text[wrong].prefix(64), as: UTF8.self)
    note("\(Self.place(path + ["\"\(name)\""])) is no schema", eras)
  }

  private mutating func note(_ fault: String, _ eras: [Era]) {
    for era in eras where faults[era] == nil { faults[era] = fault }
  }

  /// - Parameter path: from the entry inward.
  private static func place(_ path: [String]) -> String {
    guard let last = path.last else { return "it" }
    let outer = path.dropLast()
    let isElement = last.hasPrefix("element")
    if outer.isEmpty { return "its \(last)" }
    return (isElement ? last : "the \(last)") + " of \(place(Array(outer)))"
  }

  private static func isEmptyArray(_ value: UnsafeRawBufferPointer) -> Bool {
    value.first == UInt8(ascii: "[") && value.dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
  }

  /// Whether a text reads `YYYY-MM-DDThh:mm:ss`, with a fraction or not, and `Z` or an offset.
  private static func isMoment(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    func number(_ digits: Int, _ range: ClosedRange<Int>) -> Bool {
      let part = bytes.prefix(digits)
      guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
      bytes = bytes.dropFirst(digits)
      return range.contains(part.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }
    func sign(_ byte: Character) -> Bool {
      guard bytes.first == byte.asciiValue else { return false }
      bytes = bytes.dropFirst()
      return true
    }
    guard number(4, 0...9999), sign("-"), number(2, 1...12), sign("-"), number(2, 1...31), sign("T"),
      number(2, 0...23), sign(":"), number(2, 0...59), sign(":"), number(2, 0...59)
    else { return false }
    if sign(".") {
      let digits = bytes.prefix { (0x30...0x39).contains($0) }
      if digits.isEmpty { return false }
      bytes = bytes.dropFirst(digits.count)
    }
    if sign("Z") { return bytes.isEmpty }
    return (sign("+") || sign("-")) && number(2, 0...23) && sign(":") && number(2, 0...59) && bytes.isEmpty
  }
}
