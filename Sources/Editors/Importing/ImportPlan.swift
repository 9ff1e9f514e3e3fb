import JSONRPC
package import TextEditing

/// What is taken over from editors' files, and what is not.
package struct ImportPlan {
  package enum Decision: Equatable, Sendable {
    /// Put into our file under a name.
    case take(name: String)
    /// Our file has the same server already.
    case have(name: String)
    case skip(reason: String)
  }

  /// One server of an editor.
  package struct Finding: Sendable {
    /// Where it stands.
    package let file: String
    package let entry: EditorEntry
    package let decision: Decision
    /// What a person has to see to.
    package let notes: [String]
    /// The variables without which it does not start.
    package let variables: [String]
  }

  package private(set) var findings: [Finding] = []
  /// Our file with all that is taken in it.
  package private(set) var own: EditorFile
  /// The secrets that stood in editors' files in plain text. Our file has references to them.
  package private(set) var extraction: SecretExtraction
  private let isGateway: (EditorEntry) -> Bool
  private let unwraps: Bool

  /// Gateways of others: what is behind them would be named twice.
  private static let gateways: Set<String> = [
    "toolport", "mcpproxy", "mcpproxy-go", "gridctl", "1mcp", "mcpm", "mcp-hub", "metamcp", "mcpjungle", "agentgateway",
  ]

  /// Begins with our file as it is.
  ///
  /// - Parameters:
  ///   - own: our file.
  ///   - unwraps: whether the remote server itself is taken in a bridge's place.
  ///   - takenSecrets: names that secrets are kept under already.
  ///   - isGateway: whether an entry starts this gateway.
  package init(
    into own: EditorFile, unwraps: Bool, takenSecrets: Set<String> = [],
    isGateway: @escaping (EditorEntry) -> Bool
  ) {
    self.own = own
    extraction = SecretExtraction(taken: takenSecrets)
    self.unwraps = unwraps
    self.isGateway = isGateway
  }

  /// Takes over what a file has.
  package mutating func add(_ file: EditorFile) throws(DocumentProblem) {
    // What stands twice cannot be told apart.
    let servers = file.dialect.steps
    for entry in file.entries {
      _ = try file.document.node(at: servers + [file.dialect.isList ? .element(named: entry.key) : .key(entry.key)])
      try add(entry, of: file)
    }
  }

  private mutating func add(_ entry: EditorEntry, of file: EditorFile) throws(DocumentProblem) {
    if let reason = reasonToSkip(entry) { return note(entry, file, .skip(reason: reason)) }
    var conversion = try EntryConversion(entry, in: file)
    var json = try conversion.convert()
    var notes = conversion.notes
    let converted = try Document(Array(json.utf8), format: .json).root
    let meant = EditorEntry(key: entry.key, offset: 0, node: converted, dialect: own.dialect)
    let bridge = Bridge(meant.words)
    let same = own.entries.first { one in
      ServerTwins.isSame(one, meant) || bridge.map { $0.address == one.address } ?? false
    }
    if let same { return note(entry, file, .have(name: same.key)) }
    if let bridge, unwraps {
      json = Document.text(of: bridge.entry)
      notes.append("is reached at \(bridge.address) directly, without the bridge")
    } else if let bridge {
      notes.append("is a bridge to \(bridge.address); --unwrap takes the address itself")
    }
    let isTaken = own.entries.contains { $0.key == entry.key }
    let name = isTaken ? "\(entry.key)-\(file.editor.name)" : entry.key
    if own.entries.contains(where: { $0.key == name }) {
      return note(entry, file, .skip(reason: "another server is called '\(name)' already"))
    }
    let extracted = try extraction.convert(try Document(Array(json.utf8), format: .json), server: name)
    json = String(decoding: extracted.piece.bytes, as: UTF8.self)
    if !extracted.labels.isEmpty {
      notes.append("\(extracted.labels.joined(separator: ", ")): in plain text there; ours refers to a secret instead")
    }
    if isTaken { notes.append("is named '\(name)': another server is called '\(entry.key)' already") }
    let comments = file.document.comments(above: entry.offset)
    own = own.with(
      try own.document.adding(json: json, key: name, comments: comments, to: own.dialect.steps))
    try takeInputs(of: extracted.piece.root, from: file)
    findings.append(
      Finding(
        file: file.path, entry: entry, decision: .take(name: name), notes: notes,
        variables: VariableReferences.names(in: converted, needed: true)))
  }

  /// Takes over what an editor says of the inputs that an entry refers to, where our file says nothing of any.
  private mutating func takeInputs(of entry: DocumentNode, from file: EditorFile) throws(DocumentProblem) {
    let ids = VariableReferences.secrets(in: entry).filter { $0.hasPrefix("input:") }.map { $0.dropFirst(6) }
    guard !ids.isEmpty, own.document.root.member("inputs") == nil,
      case .array(let inputs)? = file.document.root.member("inputs")?.value.content
    else { return }
    let used = inputs.filter { input in ids.contains { input.member("id")?.value.text == String($0) } }
    guard !used.isEmpty else { return }
    own = own.with(try own.document.setting(.array(used.map(\.value)), at: [.key("inputs")]))
  }

  private mutating func note(_ entry: EditorEntry, _ file: EditorFile, _ decision: Decision) {
    findings.append(Finding(file: file.path, entry: entry, decision: decision, notes: [], variables: []))
  }

  private func reasonToSkip(_ entry: EditorEntry) -> String? {
    if isGateway(entry) { return "it is this gateway" }
    if let gateway = entry.words.prefix(3).compactMap({ $0.split(separator: "/").last.map(String.init) }).first(
      where: Self.gateways.contains)
    {
      return "\(gateway) is a gateway itself; import from the editors behind it"
    }
    if entry.words.isEmpty, entry.address == nil {
      let isOurs =
        entry.node.member("type")?.value.text.map { ["builtin", "platform", "frontend"].contains($0) } ?? false
      return isOurs ? "it is a part of the editor" : "it has neither a command nor an address"
    }
    return nil
  }
}

extension Document {
  /// Returns a value as a text of JSON of its own.
  static func text(of value: DocumentValue) -> String {
    (try? Document([], format: .json).setting(value, at: [.key("x")])).map { document in
      document.root.member("x").map { document.json(of: $0.value) } ?? ""
    } ?? ""
  }
}
