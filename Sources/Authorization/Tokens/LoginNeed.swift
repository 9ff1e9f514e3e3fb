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
  package let place: LoginPlace
  /// What happened, as a clause.
  package let reason: String

  /// The command that helps; nil when none does.
  package var command: String? {
    switch kind {
    case .login, .moreRights: place.loginCommand
    case .forbidden, .unavailable: nil
    }
  }

  /// What happened, as part of a sentence that begins with the server.
  package var clause: String {
    switch kind {
    case .login: "needs a login (\(reason))"
    case .moreRights: "needs more rights than were granted (\(reason))"
    case .forbidden: "forbids it: \(reason)"
    case .unavailable: "cannot be asked, for its token cannot be renewed now (\(reason))"
    }
  }

  package var description: String { "\(place.server) \(clause)" + (command.map { ": run '\($0)'" } ?? "") }
}
