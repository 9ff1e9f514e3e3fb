import MCP

/// What the server offers at the moment.
struct Offers {
  private(set) var tools = Tool.builtIn
  private(set) var resources = Resource.builtIn
  private(set) var prompts = Prompt.builtIn
  /// How often the tool `count` was called; the text of ``Resource/counterURI``.
  var counter = 0

  func tool(_ name: String) -> Tool? { tools.first { $0.name == name } }

  func prompt(_ name: String) -> Prompt? { prompts.first { $0.name == name } }

  /// Returns the contents of a resource, one that a template stands for included; nil when there is none.
  func contents(of uri: String) -> JSON? {
    guard let resource = resources.first(where: { $0.uri == uri }) else { return ItemTemplate.contents(of: uri) }
    return resource.uri == Resource.counterURI ? resource.contents(.text(String(counter))) : resource.contents()
  }

  // MARK: - Changes

  /// Adds something that is called `name`. Returns false when there is one of that name.
  mutating func add(_ name: String, to list: ListKind) -> Bool {
    guard !contains(name, in: list) else { return false }
    switch list {
    case .tools: tools.append(.added(name))
    case .resources, .resourceTemplates: resources.append(.added(name))
    case .prompts: prompts.append(.added(name))
    }
    return true
  }

  /// Removes something that was added before. Returns false when there was none.
  mutating func remove(_ name: String, from list: ListKind) -> Bool {
    let before = tools.count + resources.count + prompts.count
    switch list {
    case .tools: tools.removeAll { $0.name == name && !Tool.builtInNames.contains(name) }
    case .resources, .resourceTemplates: resources.removeAll { $0.uri == Resource.addedURI(name) }
    case .prompts: prompts.removeAll { $0.name == name && !Prompt.builtInNames.contains(name) }
    }
    return tools.count + resources.count + prompts.count < before
  }

  private func contains(_ name: String, in list: ListKind) -> Bool {
    switch list {
    case .tools: tool(name) != nil
    case .resources, .resourceTemplates: resources.contains { $0.uri == Resource.addedURI(name) }
    case .prompts: prompt(name) != nil
    }
  }
}
