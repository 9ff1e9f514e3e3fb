import Configuration
import MCP

/// Where and how a server is reached that is no process of ours, for people and programs that ask.
package struct ServerPlace: Equatable, Sendable {
  package enum Spoken: String, Sendable {
    case streamableHTTP = "Streamable HTTP"
    /// The one of 2024-11-05.
    case sse = "HTTP with SSE"
  }

  /// By what right requests are made.
  package enum Login: String, Sendable {
    /// The configuration says who we are.
    case header
    case loggedIn
    /// Nobody has logged in, and nothing says that somebody must.
    case none
    case needsLogin
  }

  /// Nil as long as it is not known.
  package let transport: Spoken?
  /// Without its query, which may be a secret.
  package let address: String
  /// Nil for an address that nobody can log in to.
  package let login: Login?

  package init(transport: Spoken?, address: String, login: Login?) {
    self.transport = transport
    self.address = address
    self.login = login
  }

  /// Part of a line, such as `https://example.com/mcp by Streamable HTTP, logged in`.
  var text: String {
    let way = transport.map { " by \($0.rawValue)" } ?? ""
    let right: String
    switch login {
    case .header: right = ", with a header of its own"
    case .loggedIn: right = ", logged in"
    case .needsLogin: right = ", needs a login"
    case .some(.none), nil: right = ""
    }
    return address + way + right
  }

  /// Returns the same with secrets blotted out.
  func redacted(by redact: (String) -> String) -> ServerPlace {
    ServerPlace(transport: transport, address: redact(address), login: login)
  }
}

extension Lane {
  /// Where and how the server is reached, or was last; nil for a process.
  var place: ServerPlace? {
    opening.carrier?.place()
      ?? endpoint.launch.address.map { ServerPlace(transport: nil, address: $0, login: nil) }
  }
}
