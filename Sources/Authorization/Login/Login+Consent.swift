import EventLoop

/// The two ways to a person's consent.
extension Login {
  /// Milliseconds that a person has.
  private static let patience: UInt64 = 10 * 60_000

  /// Sends the person to a browser, and waits until it comes back with a code.
  func browsed(
    _ plan: LoginPlan, as client: ClientIdentity, _ redirects: ConsentWays.Redirects
  ) async -> Result<TokenAnswer, AuthorizationFailure> {
    let pending = PendingConsent(
      plan, as: client, redirectURI: redirectURI(of: client.origin, redirects.port), cryptography)
    ways.invite(.browse(pending.address(choosesAccount: ways.choosesAccount)))
    while let arrival = await redirects.next() {
      guard pending.isAnswered(by: arrival.form) else {
        arrival.reply(
          "This is not the login that was begun here. Begin anew, or use the window that was opened for it.")
        continue
      }
      switch pending.code(in: arrival.form) {
      case .failure(let failure):
        arrival.reply(failure.reason)
        return .failure(failure)
      case .success(let code):
        let request = pending.redeeming(code, isPublicOnly: isPublicOnly(plan.issuer.tokenEndpoint))
        let answer = await ask(request).flatMap { TokenAnswer.read($0, from: plan.issuer.issuer) }
        switch answer {
        case .success: arrival.reply(nil)
        case .failure(let failure): arrival.reply(failure.reason)
        }
        return answer
      }
    }
    return .failure(
      AuthorizationFailure(.consent, "nobody has come back from the browser", cure: "run the command again"))
  }

  /// Shows the person a code, and asks until it was typed.
  func typed(
    _ plan: LoginPlan, as client: ClientIdentity, at endpoint: WebAddress
  ) async -> Result<TokenAnswer, AuthorizationFailure> {
    let issuer = plan.issuer.issuer
    let request = DeviceGrant.request(plan, as: client, at: endpoint, isPublicOnly: isPublicOnly(endpoint))
    var device: DeviceGrant
    switch await ask(request).flatMap({ DeviceGrant.read($0, from: issuer) }) {
    case .failure(let failure): return .failure(failure)
    case .success(let begun): device = begun
    }
    ways.invite(.type(code: device.userCode, at: device.address, complete: device.completeAddress))
    let end = now() &+ min(device.lifetime, Self.patience)
    while now() < end {
      await ways.sleep(device.interval)
      let poll = device.poll(plan, as: client, isPublicOnly: isPublicOnly(plan.issuer.tokenEndpoint))
      switch device.polled(await ask(poll).flatMap { TokenAnswer.read($0, from: issuer) }) {
      case .granted(let answer): return .success(answer)
      case .failed(let failure): return .failure(failure)
      case .wait: continue
      }
    }
    return .failure(AuthorizationFailure(.consent, "the code was not typed in time", cure: "run the command again"))
  }
}
