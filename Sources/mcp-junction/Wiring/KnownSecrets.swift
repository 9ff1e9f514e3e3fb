import Authorization
import Configuration
import EventLoop

/// What must not be shown: what the configuration keeps secret, and the tokens that this process has seen.
@GatewayActor
final class KnownSecrets {
  /// Tokens of which so many are remembered: those that were replaced may still stand in what others say.
  private static let limit = 64

  private let configured: Redaction
  private var learned: [String] = []
  private var tokens = Redaction([])

  init(_ configured: Redaction) { self.configured = configured }

  /// Takes up the tokens of one server's logins.
  func learn(_ record: LoginRecord) {
    let new = record.secrets.filter { !learned.contains($0) }
    guard !new.isEmpty else { return }
    learned = (learned + new).suffix(Self.limit)
    tokens = Redaction(learned)
  }

  /// Blots out secrets; `isCut` says that the text goes on somewhere else.
  func redact(_ text: String, isCut: Bool = false) -> String {
    tokens.redact(configured.redact(text, isCut: isCut), isCut: isCut)
  }
}
