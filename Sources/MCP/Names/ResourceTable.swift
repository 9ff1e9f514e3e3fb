import JSONRPC

/// Whose a resource URI is, and under which public form it is listed.
///
/// URIs stay as they are; where two servers list the same one, the earlier in the configuration keeps it and the later is
/// listed as `<prefix>+<uri>`. With `prefixesAll` every URI gets its server's prefix. Hosts recognise apps by the scheme
/// `ui://`: such URIs keep it, and get a prefix behind it only where two clash.
package struct ResourceTable: Sendable {
  package struct Target: Equatable, Sendable {
    package let server: ServerID
    /// The URI as the server knows it.
    package let original: String
  }

  private struct Template: Sendable {
    let server: ServerID
    let template: URITemplate
  }

  private let prefixesAll: Bool
  /// Each server's part of the forms, in configuration order.
  private let prefixes: [(server: ServerID, prefix: String)]
  private var listed = ByteTable<Target>()
  private var normalized = ByteTable<Target>()
  private var templates: [Template] = []
  private var templateCounts: [ServerID: Int] = [:]
  /// Templates of one server beyond which they are listed and route nothing: each is compared with every URI that no list
  /// holds.
  private static let mostTemplates = 500
  private var templateForms = ByteTable<Target>()
  /// Per server, the public forms that differ from the original ones.
  private var renamed: [ServerID: ByteTable<String>] = [:]

  /// - Parameters:
  ///   - prefixes: each server's part of public names, in configuration order.
  ///   - prefixesAll: whether every URI is listed with its server's prefix.
  package init(prefixes: [(server: ServerID, prefix: String)], prefixesAll: Bool) {
    self.prefixesAll = prefixesAll
    self.prefixes = prefixes.map { ($0.server, ResourceURI.prefix(for: $0.prefix)) }
  }

  /// Whether any URI of this server is listed under another form.
  package func renames(of server: ServerID) -> Bool { renamed[server] != nil || prefixesAll }

  /// Enters a listed resource and returns its public URI; nil when the server has listed it before. Call it in the order
  /// of the configuration.
  package mutating func add(resource uri: String, of server: ServerID) -> String? {
    if let owner = listed[uri], owner.server == server, owner.original == uri { return nil }
    if renamed[server]?[uri] != nil { return nil }
    let isTaken = listed[uri] != nil || normalized[ResourceURI.normalized(uri)].map { $0.server != server } ?? false
    let isPrefixed = isTaken || (prefixesAll && !uri.hasPrefix("ui://"))
    let form = isPrefixed ? prefixed(uri, server) : uri
    let target = Target(server: server, original: uri)
    listed[form] = target
    if form == uri {
      normalized[ResourceURI.normalized(uri)] = target
    } else {
      renamed[server, default: ByteTable()][uri] = form
    }
    return form
  }

  /// Enters a template and returns its public form.
  package mutating func add(template: String, of server: ServerID, isTaken: Bool) -> String {
    let count = templateCounts[server, default: 0]
    if count < Self.mostTemplates { templates.append(Template(server: server, template: URITemplate(template))) }
    templateCounts[server] = count + 1
    let isPrefixed = isTaken || (prefixesAll && !template.hasPrefix("ui://"))
    let form = isPrefixed ? prefixed(template, server) : template
    templateForms[form] = Target(server: server, original: template)
    return form
  }

  /// Returns whose a template is, given as it is listed.
  package func owner(ofTemplate form: String) -> Target? { templateForms[form] }

  /// Returns the public form of a URI that a server mentions; nil when it is the same.
  package func publicForm(of uri: String, server: ServerID) -> String? {
    if let form = renamed[server]?[uri] { return form }
    guard prefixesAll, !uri.hasPrefix("ui://"), listed[uri]?.server != server else { return nil }
    return prefixed(uri, server)
  }

  /// Returns the listed owner of a URI: by exact match, then by equivalent spelling.
  package func owner(of uri: String) -> Target? {
    if let target = listed[uri] { return target }
    guard let target = normalized[ResourceURI.normalized(uri)] else { return nil }
    // The server gets the spelling that it listed, since it may compare to the letter.
    return target
  }

  /// Returns the server whose prefix a URI carries, and the URI without it.
  package func prefixedOwner(of uri: String) -> Target? {
    for (server, prefix) in prefixes {
      if uri.hasPrefix(prefix + "+") {
        return Target(server: server, original: String(uri.dropFirst(prefix.count + 1)))
      }
      if uri.hasPrefix(Self.apps + prefix + "+") {
        return Target(server: server, original: Self.apps + uri.dropFirst(Self.apps.count + prefix.count + 1))
      }
    }
    return nil
  }

  /// Returns the server with the most specific template that fits; of equals the first.
  package func templateOwner(of uri: String) -> ServerID? {
    var best: (server: ServerID, length: Int)?
    let text = Array(uri.utf8)
    for entry in templates where entry.template.matches(text) {
      if best.map({ entry.template.literalLength > $0.length }) ?? true {
        best = (entry.server, entry.template.literalLength)
      }
    }
    return best?.server
  }

  private func prefixed(_ uri: String, _ server: ServerID) -> String {
    let prefix = prefixes.first { $0.server == server }?.prefix ?? ""
    guard uri.hasPrefix(Self.apps) else { return prefix + "+" + uri }
    return Self.apps + prefix + "+" + uri.dropFirst(Self.apps.count)
  }

  /// The scheme of MCP Apps.
  private static let apps = "ui://"
}
