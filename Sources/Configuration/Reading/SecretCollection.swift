/// Gathers the texts that must never be shown.
struct SecretCollection {
  /// Shorter texts are too common to blot out, and too weak to be worth it.
  static let minimum = 8

  private(set) var texts: [String] = []
  /// Values that are no secret under any name: paths and errors would become unreadable without them.
  private let exempt: Set<String>

  /// - Parameter exempt: what ``exemptValues(in:)`` returned.
  init(exempt: Set<String>) { self.exempt = exempt }

  static func exemptValues(in environment: [String: String]) -> Set<String> {
    Set(environment.filter { isExempt($0.key) }.values)
  }

  /// Adds the value of a variable or header. Each line of a longer text counts by itself as well, since logs come line
  /// by line, and so does what follows an authentication scheme (`Bearer …`).
  mutating func add(_ value: String, of name: String) {
    guard !Self.isExempt(name), !exempt.contains(value) else { return }
    append(value)
    let lines = value.split(whereSeparator: \.isNewline)
    if lines.count > 1 { for line in lines { append(String(line)) } }
    if let space = value.firstIndex(of: " ") { append(String(value[space...].drop { $0 == " " })) }
  }

  private mutating func append(_ text: String) {
    if text.count >= Self.minimum, !texts.contains(text) { texts.append(text) }
  }

  private static func isExempt(_ name: String) -> Bool {
    ["PATH", "HOME", "LANG", "LANGUAGE"].contains(name) || name.hasPrefix("LC_")
  }
}
