import JSONRPC

/// What is known on this machine of the login to one server.
package struct LoginStatus: Equatable, Sendable {
  package enum State: String, Sendable {
    /// The configuration has a header of its own.
    case header
    /// There is a token that can be used, or renewed.
    case loggedIn
    /// Nobody has logged in, and nothing says that somebody must.
    case none
    case needsLogin
  }

  package let place: LoginPlace
  package let state: State
  /// Why a login is needed; nil when none is.
  package let reason: String?
  private let record: LoginRecord?
  private let now: UInt64

  /// - Parameters:
  ///   - place: what is logged in to.
  ///   - record: what is kept of it.
  ///   - hasOwnHeader: whether the configuration says who we are.
  ///   - need: what the server was last found to need; nil where it was not asked.
  ///   - now: milliseconds since 1970.
  package init(_ place: LoginPlace, record: LoginRecord?, hasOwnHeader: Bool, need: LoginNeed? = nil, now: UInt64) {
    self.place = place
    self.record = record
    self.now = now
    var tokens = TokenState()
    tokens.read(record?.grant)
    switch (hasOwnHeader, record?.grant, tokens.order(at: now)) {
    case (true, _, _): (state, reason) = (.header, nil)
    case _ where need?.command != nil: (state, reason) = (.needsLogin, need?.reason)
    case (_, nil, _): (state, reason) = (.none, nil)
    // Its token may still live by the clock; that it is not renewed is all that is known here of whether it is taken.
    case (_, let grant?, _) where grant.refusal != nil: (state, reason) = (.needsLogin, grant.refusal?.reason)
    case (_, _, .needsLogin(let why)): (state, reason) = (.needsLogin, why)
    case (_, _, .use), (_, _, .renew), (_, _, .unavailable):
      let wanted = record?.wanted ?? ScopeList()
      (state, reason) = wanted.isEmpty ? (.loggedIn, nil) : (.needsLogin, "it asks for more rights: \(wanted)")
    }
  }

  package var isWell: Bool { state != .needsLogin }

  /// One line, and a line feed.
  package var text: String {
    let grant = record?.grant
    let words: String
    switch state {
    case .header: words = "has a header of its own"
    case .none: words = "nobody has logged in"
    case .needsLogin: words = "needs a login (\(reason ?? "")): \(place.loginCommand)"
    case .loggedIn:
      let rights = grant.map { $0.scopes.isEmpty ? "" : ", for \($0.scopes)" } ?? ""
      words = "logged in at \(grant?.issuer ?? "")\(rights)\(grant.map(lifetime) ?? "")"
    }
    return "\(place.server)\(place.isOther ? " at \(place.url)" : ""): \(words)\n"
  }

  private func lifetime(of grant: Grant) -> String {
    let minutes = grant.expiresAt > now ? (grant.expiresAt - now) / 60_000 : 0
    return grant.refreshToken == nil ? ", for \(minutes) more minutes" : ", renewed by itself"
  }

  /// One object. It has no token in it. Times are milliseconds since 1970.
  package var json: String {
    var object = JSONObjectText()
    object.add("server", place.server)
    object.add("address", place.url.origin + place.url.path)
    object.add("state", state.rawValue)
    object.add("reason", reason)
    object.add("issuer", record?.grant?.issuer)
    object.add("resource", record?.grant?.resource)
    object.add("clientId", record?.grant?.client.id)
    object.add("clientOrigin", record?.grant?.client.origin.rawValue)
    if let grant = record?.grant {
      object.add("scopes", grant.scopes.names)
      object.add("expiresAt", grant.expiresAt)
      object.add("isRenewable", grant.refreshToken != nil && grant.refusal == nil)
    }
    return object.text
  }
}
