import JSONRPC
import TextEditing

extension ServerReader {
  /// Reads what is run for the entry, or reached for it.
  mutating func launch(_ fields: EntryFields, at offset: Int) -> Launch? {
    let type = fields["type"].flatMap { string($0.value, key: $0.key) }
    let typeOffset = fields["type"]?.value.offset ?? offset
    let isProcess = type.map { EntryKey.processTypes.contains($0) } ?? false
    if let type, !EntryKey.types.contains(type) {
      let cure = NearestName.of(type, among: EntryKey.types).map { "did you mean \"\($0)\"?" }
      let common = "it is one of \(EntryKey.commonTypes.joined(separator: ", "))"
      report(typeOffset, "unknown type \(JSONText.quote(type)); \(cure ?? common)")
    }
    switch (written(fields["command"], besides: fields["url"]), written(fields["url"], besides: fields["command"])) {
    case (let command?, nil):
      if let type, EntryKey.types.contains(type), !isProcess {
        report(typeOffset, "the type \"\(type)\" goes with a 'url', but the entry has a 'command'")
      }
      return process(command, fields).map(Launch.process)
    case (nil, let url?):
      if let type, isProcess {
        report(typeOffset, "the type \"\(type)\" goes with a 'command', but the entry has a '\(url.key)'")
      }
      let transport = type.flatMap { EntryKey.transports[$0] }
      return remote(url, fields, transport: transport ?? (url.key == "httpUrl" ? .streamableHTTP : nil))
    case (let command?, .some): report(command.keyOffset, "an entry has either 'command' or 'url', not both")
    case (nil, nil): report(offset, "an entry needs 'command', the program to run, or 'url'")
    }
    return nil
  }

  /// Returns a field; nil also for an empty text beside another that says how the server is reached.
  private func written(_ field: DocumentNode.Member?, besides other: DocumentNode.Member?) -> DocumentNode.Member? {
    if case .string("")? = field?.value.content, other != nil { nil } else { field }
  }

  private mutating func process(_ field: DocumentNode.Member, _ fields: EntryFields) -> ProcessLaunch? {
    var words = commandWords(field)
    words += arguments(fields["args"])
    var environment: [EnvironmentVariable] = []
    for variable in variables(inFile: fields["envFile"]) + pairs(fields["env"]) {
      environment.removeAll { $0.name == variable.name }
      environment.append(variable)
      secrets.add(variable.value, of: variable.name)
    }
    secrets.add(arguments: Array(words.dropFirst()))
    let directory = fields["cwd"].flatMap { expanded($0.value, key: $0.key) }.map(context.resolve)
    guard let command = words.first else { return nil }
    guard !command.isEmpty else {
      report(field.value.offset, "'command' is empty; it must name the program to run")
      return nil
    }
    let launch = ProcessLaunch(
      command: command.contains("/") || command.hasPrefix("~") ? context.resolve(command) : command,
      arguments: Array(words.dropFirst()), environment: environment, directory: directory)
    if context.isThisGateway(launch) {
      report(field.value.offset, "it is this gateway on this same file and would start itself without end; remove it")
    }
    if let hint = KnownAddress.hint(for: launch) { warn(field.value.offset, hint) }
    reportMissing(launch, command: field, written: command, fields)
    return launch
  }

  /// Reads `command`: a program, or as OpenCode writes it, a program and its arguments. Returns no words when it is wrong.
  private mutating func commandWords(_ field: DocumentNode.Member) -> [String] {
    guard case .array(let elements) = field.value.content else {
      return expanded(field.value, key: field.key).map { [$0] } ?? []
    }
    guard !elements.isEmpty else { return [""] }
    let words = texts(field)
    return words.count == elements.count ? words : []
  }

  private mutating func reportMissing(
    _ launch: ProcessLaunch, command: DocumentNode.Member, written: String, _ fields: EntryFields
  ) {
    let words = written.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 || context.access.checksPrograms, let missing = context.access.missing(launch) else { return }
    switch missing {
    case .program where words.count > 1:
      let arguments = words.dropFirst().map { JSONText.quote(String($0)) }.joined(separator: ", ")
      report(
        command.value.offset,
        "'command' is one program's name and goes through no shell; put its arguments into 'args': \"command\": "
          + "\(JSONText.quote(String(words[0]))), \"args\": [\(arguments)]")
    case .program(let reason): report(command.value.offset, "'command': \(reason)", .noProgram)
    case .directory(let reason):
      report(fields["cwd"]?.value.offset ?? command.value.offset, "'cwd': \(reason)", .noProgram)
    }
  }

  private mutating func remote(
    _ field: DocumentNode.Member, _ fields: EntryFields, transport: RemoteLaunch.Transport?
  ) -> Launch? {
    let headers = pairs(fields["headers"]).map { HeaderField(name: $0.name, value: $0.value) }
    for header in headers {
      secrets.add(header.value, of: header.name)
      if !Self.isLegal(header) {
        report(
          fields["headers"]?.value.offset ?? field.value.offset,
          "the header field \(JSONText.quote(header.name)) has characters that HTTP keeps out of fields")
      }
    }
    guard let url = expanded(field.value, key: field.key) else { return nil }
    secrets.add(arguments: [url])
    guard let address = RemoteAddress(url) else {
      report(
        field.value.offset,
        "'\(field.key)' must be an http:// or https:// address, such as \"https://example.com/mcp\"")
      return nil
    }
    if let hint = KnownAddress.hint(for: url) { warn(field.value.offset, hint) }
    return .remote(
      RemoteLaunch(url: address.url, socket: address.socket, transport: transport, headers: headers))
  }

  /// Whether name and value can be a field (RFC 9110, section 5): what breaks a line would begin another.
  private static func isLegal(_ field: HeaderField) -> Bool {
    let isName = field.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    return isName && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  // MARK: - Replicas

  /// Reads `junction.replicas`. What a replica does not say is taken from the entry.
  mutating func replicas(_ list: DocumentNode, of fields: EntryFields) -> [ReplicaConfiguration] {
    guard case .array(let elements) = list.content else {
      report(list.offset, "'junction.replicas' must be an array of objects, not \(list.kind)")
      return []
    }
    var replicas: [ReplicaConfiguration] = []
    for (index, element) in elements.enumerated() {
      let path = "junction.replicas[\(index)]"
      guard case .object(let members) = element.content else {
        report(element.offset, "'\(path)' must be an object, not \(element.kind)")
        continue
      }
      for member in members where !ReplicaKey.names.contains(member.key) {
        let cure = NearestName.of(member.key, among: ReplicaKey.names).map { "did you mean '\($0)'?" }
        let all = "the keys are \(ReplicaKey.names.joined(separator: ", "))"
        report(member.keyOffset, "unknown key '\(member.key)' in '\(path)'; \(cure ?? all)")
      }
      let priority = element.member("priority").flatMap { self.priority($0.value, path: path) }
      let own = EntryFields(members.filter { $0.key != "priority" && ReplicaKey.names.contains($0.key) })
      // A replica that is reached in the other way takes nothing of how the entry is.
      let merged =
        own["url"] != nil
        ? fields.without(["command", "type"]).replacing(with: own)
        : own["command"] != nil ? fields.without(["url", "type"]).replacing(with: own) : fields.replacing(with: own)
      guard let launch = launch(merged, at: element.offset) else { continue }
      replicas.append(ReplicaConfiguration(launch: launch, priority: priority ?? 0))
    }
    return replicas
  }

  private mutating func priority(_ node: DocumentNode, path: String) -> Int? {
    if case .number(let text) = node.content, let value = Int(text), ReplicaKey.priorities.contains(value) {
      return value
    }
    report(
      node.offset,
      "'\(path).priority' must be a whole number from \(ReplicaKey.priorities.lowerBound) to \(ReplicaKey.priorities.upperBound)"
    )
    return nil
  }
}
