import JSONRPC

/// All that is kept of logins to one server, under its name and address: two names with one address are two accounts.
///
/// A grant is never deleted because it failed: another process may have put a better one in its place, and whoever comes
/// back to an earlier authorization server finds what it had there.
package struct LoginRecord: Equatable, Sendable {
  /// Whom an authorization server knows us as.
  package struct Acquaintance: Equatable, Sendable {
    package let issuer: String
    /// What we registered as; nil when we have not.
    package var registration: ClientIdentity?
    /// Ids that it did not take.
    package var refused: [String] = []
  }

  /// The server's name in the configuration.
  package let server: String
  package let url: String
  package private(set) var acquaintances: [Acquaintance] = []
  /// The one that is in use comes first.
  package private(set) var grants: [Grant] = []
  /// Scopes that the server has demanded since, for the next login.
  package private(set) var wanted = ScopeList()
  /// How often a login has added demanded scopes.
  package private(set) var stepUps = 0

  package init(server: String, url: String) {
    self.server = server
    self.url = url
  }

  package var grant: Grant? { grants.first }

  /// Texts that must not be shown to anybody: tokens, and the secrets by which we are known.
  package var secrets: [String] {
    let tokens = grants.flatMap { [$0.accessToken, $0.refreshToken, $0.client.secret] }
    // Less is found where it is not.
    return (tokens + acquaintances.map { $0.registration?.secret }).compactMap(\.self).filter { $0.utf8.count >= 8 }
  }

  func acquaintance(with issuer: String) -> Acquaintance {
    acquaintances.first { $0.issuer == issuer } ?? Acquaintance(issuer: issuer)
  }

  mutating func remember(_ acquaintance: Acquaintance) {
    acquaintances.removeAll { $0.issuer == acquaintance.issuer }
    acquaintances.append(acquaintance)
  }

  /// Puts what a login has brought in the place of what there was from there.
  package mutating func loggedIn(_ grant: Grant) {
    if !wanted.isEmpty { stepUps += 1 }
    wanted = ScopeList()
    renewed(grant)
  }

  /// Puts a grant in the place of the one of the same authorization server and resource, and in front.
  mutating func renewed(_ grant: Grant) {
    grants.removeAll { $0.isOfSamePlace(as: grant) }
    grants.insert(grant, at: 0)
  }

  mutating func demand(_ scopes: ScopeList) { wanted = wanted.union(scopes) }

  /// Forgets all tokens. Whom we are known as stays: the next login need not register again.
  package mutating func loggedOut() {
    grants = []
    wanted = ScopeList()
    stepUps = 0
  }

  // MARK: - On disk

  /// Reads what ``json`` wrote; nil when it is anything else.
  package init?(_ bytes: [UInt8]) {
    guard let fields = JSONFields(bytes), let server = fields.string("server"), let url = fields.string("url") else {
      return nil
    }
    self.server = server
    self.url = url
    acquaintances = fields.objects("acquaintances").compactMap { entry in
      entry.string("issuer").map {
        Acquaintance(
          issuer: $0, registration: entry.object("registration").flatMap(ClientIdentity.init),
          refused: entry.strings("refused") ?? [])
      }
    }
    grants = fields.objects("grants").compactMap(Grant.init)
    wanted = ScopeList(fields.strings("wanted") ?? [])
    stepUps = Int(clamping: fields.integer("stepUps") ?? 0)
  }

  package var json: String {
    var object = JSONObjectText()
    object.add("server", server)
    object.add("url", url)
    object.add(
      "acquaintances",
      raw: acquaintances.map { one in
        var entry = JSONObjectText()
        entry.add("issuer", one.issuer)
        entry.add("registration", raw: one.registration?.json)
        entry.add("refused", one.refused)
        return entry.text
      })
    object.add("grants", raw: grants.map(\.json))
    object.add("wanted", wanted.names)
    object.add("stepUps", stepUps)
    return object.text + "\n"
  }
}
