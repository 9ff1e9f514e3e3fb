import Authorization
import Configuration
import EventLoop

/// What must not be shown: what every configuration that the process has had keeps secret, and the tokens that it has seen.
/// Of a configuration that was replaced, processes may still be running, and may tell.
@GatewayActor
final class KnownSecrets {
  /// Replaced tokens of which so many are remembered: they may still stand in what others say.
  private static let limit = 64

  private var configured: Set<String> = []
  /// Those in use, by the server's name and address.
  private var tokens: [String: [String]] = [:]
  private var replaced: [String] = []
  private var redaction = Redaction([])

  init(_ configuration: Configuration) { add(configuration) }

  /// Takes up the secrets of a configuration, those of servers that are disabled included.
  func add(_ configuration: Configuration) {
    let new = configuration.servers.flatMap(\.secrets)
    guard !configured.isSuperset(of: new) else { return }
    configured.formUnion(new)
    refresh()
  }

  /// Takes up the tokens of one server's logins.
  func learn(_ record: LoginRecord) {
    let key = "\(record.server)\u{0}\(record.url)"
    let former = tokens[key] ?? []
    guard former != record.secrets else { return }
    tokens[key] = record.secrets
    replaced = (replaced + former.filter { !record.secrets.contains($0) }).suffix(Self.limit)
    refresh()
  }

  private func refresh() { redaction = Redaction(configured.union(tokens.values.joined()).union(replaced)) }

  /// Blots out secrets; `isCut` says that the text goes on somewhere else.
  func redact(_ text: String, isCut: Bool = false) -> String { redaction.redact(text, isCut: isCut) }
}
