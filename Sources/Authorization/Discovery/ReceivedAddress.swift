/// Judges addresses that a server has named, as opposed to those that the person has configured (MCP, "Server-Side Request
/// Forgery").
package struct ReceivedAddress: Sendable {
  /// How an address may be asked.
  package enum Verdict: Equatable, Sendable {
    /// Wherever it leads.
    case anywhere
    /// As long as it leads into the public internet.
    case publicInternet
    case never
  }

  /// What the person has configured.
  private let configured: [WebAddress]

  package init(configured: [WebAddress]) { self.configured = configured }

  /// Returns how an address may be asked. Without TLS only this machine is, and only for a server that is on it.
  package func verdict(on address: WebAddress) -> Verdict {
    if configured.contains(where: { $0.origin == address.origin }) { return .anywhere }
    if configured[0].isLoopback { return address.scheme == "https" || address.isLoopback ? .anywhere : .never }
    guard address.scheme == "https", !address.isLoopback else { return .never }
    return configured.contains { $0.host == address.host } ? .anywhere : .publicInternet
  }
}
