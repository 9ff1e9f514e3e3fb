import EventLoop

/// What a certificate says that is not trusted.
extension HTTPClient {
  /// Milliseconds that may pass for it: the failure is told without it then.
  private static let lookLimit: UInt64 = 5_000

  /// Connects once more, sends nothing, and tells who has issued the certificate that the server shows; nil when that cannot
  /// be found out. A company that looks into its people's connections is known by that name.
  func lookForIssuer(_ request: HTTPRequest, _ found: @escaping @GatewayActor (String?) -> Void) {
    var look = HTTPRequest("GET", request.url, route: request.route, timeout: Self.lookLimit)
    // Who is not trusted is not told who we are.
    look.route.clientCertificate = nil
    look.route.clientKey = nil
    look.isLook = true
    let looking = Looking()
    looking.transfer = start(
      look,
      HTTPTransfer.Events(
        began: { _ in }, received: { _ in }, ended: { _ in found(looking.transfer.take()?.issuer) }))
  }

  /// Holds the transfer until it has ended.
  @GatewayActor
  private final class Looking { var transfer: HTTPTransfer? }
}
