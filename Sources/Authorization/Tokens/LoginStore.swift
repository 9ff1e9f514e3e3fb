import EventLoop

/// Where the logins to one server are kept, for all processes of the person on this machine.
package struct LoginStore: Sendable {
  /// Returns what is kept; nil when there is nothing, or nothing that can be read.
  package let load: @GatewayActor @Sendable () -> LoginRecord?
  /// Replaces what is kept, in one step.
  package let save: @GatewayActor @Sendable (LoginRecord) -> Result<Void, AuthorizationFailure>
  /// Waits until nobody else on this machine holds the lock, and takes it. The closure that it returns releases it; nil when
  /// somebody held it for too long.
  package let lock: @GatewayActor @Sendable () async -> (@GatewayActor @Sendable () -> Void)?

  package init(
    load: @escaping @GatewayActor @Sendable () -> LoginRecord?,
    save: @escaping @GatewayActor @Sendable (LoginRecord) -> Result<Void, AuthorizationFailure>,
    lock: @escaping @GatewayActor @Sendable () async -> (@GatewayActor @Sendable () -> Void)?
  ) {
    self.load = load
    self.save = save
    self.lock = lock
  }

  /// Changes what is kept, while nobody else does. `body` gets what is kept at that moment.
  @GatewayActor
  func update(
    _ body: (LoginRecord?) -> LoginRecord
  ) async -> Result<Void, AuthorizationFailure> {
    guard let release = await lock() else { return .failure(Self.busy) }
    defer { release() }
    return save(body(load()))
  }

  /// Forgets the tokens. Returns what was forgotten.
  @GatewayActor
  func logOut() async -> Result<[Grant], AuthorizationFailure> {
    guard let record = load() else { return .success([]) }
    var forgotten: [Grant] = []
    let result = await update { kept in
      var kept = kept ?? record
      forgotten = kept.grants
      kept.loggedOut()
      return kept
    }
    return result.map { forgotten }
  }

  static let busy = AuthorizationFailure(
    .storage, "another process has held the lock on this server's tokens for too long",
    cure: "end what hangs, or try again")
}
