import JSONRPC

/// Why a request to a server cannot be made with the tokens that there are, in words for whoever made it.
package struct LoginNeed: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    /// A person has to log in.
    case login
    /// A person has to log in again, to allow more.
    case moreRights
    /// What was demanded was granted, and is refused all the same: logging in does not help.
    case forbidden
    /// The authorization server cannot be asked now.
    case unavailable
  }

  package let kind: Kind
  package let server: String
  /// What happened, as a clause.
  package let reason: String

  /// The command that helps; nil when none does.
  package var command: String? {
    switch kind {
    case .login, .moreRights: "mcp-junction login \(Self.word(server))"
    case .forbidden, .unavailable: nil
    }
  }

  package var description: String {
    switch kind {
    case .login: "\(server) needs a login (\(reason)): run '\(command ?? "")'"
    case .moreRights: "\(server) needs more rights (\(reason)): run '\(command ?? "")'"
    case .forbidden: "\(server) forbids it: \(reason)"
    case .unavailable: "\(server) cannot be asked: \(reason)"
    }
  }

  /// A name as a shell takes it for one word.
  private static func word(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "-_./:@".utf8.contains($0) }
    return isPlain && !name.isEmpty && !name.hasPrefix("-") ? name : "\"\(name)\""
  }
}
