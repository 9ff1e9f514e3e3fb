/// A place besides the environment that a reference takes its value from.
package enum ValueSource: Hashable, Sendable {
  /// The text of a file, without the line ending at its end.
  case file(path: String)
  /// What a program prints, without the line ending at its end.
  case command(CommandReference)
  /// A secret that the person has given to the gateway to keep.
  case secret(name: String)
  /// What the person was asked for; kept as a secret.
  case input(id: String)

  /// What stands before the colon of a reference.
  package enum Kind: String, CaseIterable, Sendable {
    case file
    case command = "cmd"
    case secret, input
  }

  /// The name that what a person typed for an input is kept under.
  package static func secretName(ofInput id: String) -> String { "input:\(id)" }

  /// Whether a secret can be kept under a name: up to 128 letters, digits and `._/@:-`.
  package static func isSecretName(_ name: some StringProtocol) -> Bool {
    !name.isEmpty && name.utf8.count <= 128
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._/@:-".contains($0)) }
  }
}

/// A program that is run for a value.
package struct CommandReference: Hashable, Sendable {
  /// The program and its arguments.
  package let words: [String]
  /// Milliseconds that it may take.
  package let timeout: UInt64
}

/// Why a value is not there, as a phrase for a person, with its cure.
package struct ValueProblem: Error, Equatable, Sendable {
  package let reason: String
  /// Whether it may be there a moment later.
  package let isPending: Bool

  package init(_ reason: String, isPending: Bool = false) {
    self.reason = reason
    self.isPending = isPending
  }
}
