package import Configuration
import EventLoop
package import Gateway

/// Who knows by what right requests are made of one remote server.
package struct Authorization: Sendable {
  package enum Permission: Equatable, Sendable {
    /// Go out with this token as `Authorization: Bearer`; nil for none.
    case go(token: String?)
    /// It would be refused: why, as part of a sentence that begins with the server, and what to do.
    case stop(reason: String, cure: String?)
  }

  /// Says what the next request carries, where that is known at once.
  package var immediate: @GatewayActor @Sendable () -> Permission?
  /// Says what the next request carries.
  package var permission: @GatewayActor @Sendable () async -> Permission
  /// Says what follows from an answer of 401 or 403 with these values of `WWW-Authenticate` to a request with that token;
  /// nil when the answer says nothing about tokens.
  package var refused:
    @GatewayActor @Sendable (_ status: Int, _ challenges: [String], _ token: String?) async -> Permission?

  /// Says what is known of it on this machine.
  package var login: @GatewayActor @Sendable () -> ServerPlace.Login

  package init(
    login: @escaping @GatewayActor @Sendable () -> ServerPlace.Login,
    immediate: @escaping @GatewayActor @Sendable () -> Permission?,
    permission: @escaping @GatewayActor @Sendable () async -> Permission,
    refused: @escaping @GatewayActor @Sendable (Int, [String], String?) async -> Permission?
  ) {
    self.login = login
    self.immediate = immediate
    self.permission = permission
    self.refused = refused
  }

  /// Finds who knows it for a server; nil for one that is told all in `headers`.
  package typealias Source = @GatewayActor @Sendable (ServerConfiguration, RemoteLaunch) -> Authorization?
}
