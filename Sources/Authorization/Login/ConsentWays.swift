import EventLoop

/// How a login reaches the person: what it shows, and how the answer comes back.
package struct ConsentWays: Sendable {
  /// What a person is shown.
  package enum Invitation: Equatable, Sendable {
    /// An address to open in a browser.
    case browse(String)
    /// A code to type at an address; the second address has the code in it already.
    case type(code: String, at: String, complete: String?)
  }

  /// Where the browser's redirect arrives.
  package struct Redirects: Sendable {
    package let port: Int
    /// Returns the next redirect's query, and what to tell the browser of it; nil when nobody will come any more.
    package let next: @GatewayActor @Sendable () async -> Arrival?
    package let close: @GatewayActor @Sendable () -> Void

    package init(
      port: Int, next: @escaping @GatewayActor @Sendable () async -> Arrival?,
      close: @escaping @GatewayActor @Sendable () -> Void
    ) {
      self.port = port
      self.next = next
      self.close = close
    }
  }

  package struct Arrival: Sendable {
    package let form: FormText
    /// Ends the browser's request with a page. Nil says that all is well, a text what is not.
    package let reply: @GatewayActor @Sendable (_ problem: String?) -> Void

    package init(form: FormText, reply: @escaping @GatewayActor @Sendable (_ problem: String?) -> Void) {
      self.form = form
      self.reply = reply
    }
  }

  /// Listens at a port of this machine, 0 for any.
  package let listen: @GatewayActor @Sendable (_ port: Int) -> Result<Redirects, AuthorizationFailure>
  package let invite: @GatewayActor @Sendable (Invitation) -> Void
  package let sleep: @GatewayActor @Sendable (_ milliseconds: UInt64) async -> Void
  /// Whether the person is asked for a code at an address instead, where the authorization server can do that.
  package let prefersCodes: Bool
  /// Whether the person is asked which account to use.
  package let choosesAccount: Bool
  /// The port of the redirect address; nil for any.
  package let port: Int?

  package init(
    listen: @escaping @GatewayActor @Sendable (_ port: Int) -> Result<Redirects, AuthorizationFailure>,
    invite: @escaping @GatewayActor @Sendable (Invitation) -> Void,
    sleep: @escaping @GatewayActor @Sendable (_ milliseconds: UInt64) async -> Void, prefersCodes: Bool = false,
    choosesAccount: Bool = false, port: Int? = nil
  ) {
    self.listen = listen
    self.invite = invite
    self.sleep = sleep
    self.prefersCodes = prefersCodes
    self.choosesAccount = choosesAccount
    self.port = port
  }
}
