/// Gathers the texts that must never be shown.
struct SecretCollection {
  /// Shorter texts are too common to blot out, where nothing says that they are secrets.
  static let minimum = 8
  /// What is a secret for certain counts from this length on, and where it stands by itself: less is found everywhere.
  static let certainMinimum = 4
  private(set) var texts: [String] = []
  /// Values that are no secret under any name: paths and errors would become unreadable without them.
  private let exempt: Set<String>

  /// - Parameter exempt: what ``exemptValues(in:)`` returned.
  init(exempt: Set<String>) { self.exempt = exempt }

  static func exemptValues(in environment: [String: String]) -> Set<String> {
    Set(environment.filter { isExempt($0.key) }.values)
  }

  /// Adds the value of a variable or header. Each line of a longer text counts by itself as well, since logs come line
  /// by line, and so does what follows an authentication scheme (`Bearer …`), the password of an address, and every part
  /// that looks like a key.
  mutating func add(_ value: String, of name: String) {
    guard !Self.isExempt(name), !exempt.contains(value) else { return }
    append(value, isCertain: SecretSigns.isTelling(name[...]))
    let lines = value.split(whereSeparator: \.isNewline)
    if lines.count > 1 { for line in lines { append(String(line)) } }
    if let space = value.firstIndex(of: " ") { append(String(value[space...].drop { $0 == " " })) }
    if let password = SecretSigns.password(in: value) { append(String(password)) }
    for part in SecretSigns.parts(of: value) where SecretSigns.looksRandom(part) { append(String(part)) }
  }

  /// Adds what is a secret by where it comes from.
  mutating func add(certain value: String) {
    guard !exempt.contains(value) else { return }
    append(value, isCertain: true)
    add(value, of: "")
  }

  /// Adds what is secret of a program's arguments: what stands behind an option or a name that says so, as in
  /// `--api-key KEY`, `--token=TOKEN`, `-e PASSWORD=…` and `--header "Authorization: …"`.
  mutating func add(arguments: [String]) {
    var name: Substring?
    for argument in arguments {
      if let name, !argument.hasPrefix("-") { add(argument, of: String(name)) }
      name = nil
      if let separator = argument.firstIndex(where: { $0 == "=" || $0 == ":" }),
        SecretSigns.isTelling(argument[..<separator])
      {
        add(
          String(argument[argument.index(after: separator)...].drop { $0 == " " }), of: String(argument[..<separator]))
      } else if argument.hasPrefix("-"), SecretSigns.isTelling(argument[...]) {
        name = argument[...]
      } else if let password = SecretSigns.password(in: argument) {
        append(String(password))
      }
    }
  }

  /// Adds a default that the file gives for a variable, when the variable or the text itself looks like a secret.
  mutating func add(default text: String, of variable: String) {
    if SecretSigns.isTelling(variable[...]) || SecretSigns.looksRandom(text[...]) { add(text, of: variable) }
  }

  private mutating func append(_ text: String, isCertain: Bool = false) {
    if text.count >= (isCertain ? Self.certainMinimum : Self.minimum), !texts.contains(text) { texts.append(text) }
  }

  private static func isExempt(_ name: String) -> Bool {
    ["PATH", "HOME", "LANG", "LANGUAGE"].contains(name) || name.hasPrefix("LC_")
  }
}
