import Configuration

/// What can be wrong, by kinds: each has a code that does not change, and a page that tells more.
///
/// A code is a letter and three digits. It is the same in every release and language, is found by a search where words are
/// not, and its first digit says whose matter it is.
enum Complaint: CaseIterable, Sendable {
  // 1: the command line.
  case usage, arguments, nobodyToAsk, outputUnusable
  // 2: the configuration.
  case noConfiguration, mistake, oddity, ownFile, nameTaken, nested, unset, noValue, noProgram
  // 3: servers and gateways.
  case noSuchServer, noSuchTool, notSent, outcomeUnknown, refused, resultUnfit, noGateway, gatewayGone, gatewayRefuses
  // 4: editors.
  case noSuchEditor, noEditorFile, editorFile, changedMeanwhile, notRegistered, otherProgram, variablesLost,
    startedTwice,
    namesTooLong
  // 5: secrets and logins.
  case noSecret, secretNotKept, noSuchSecret, openToOthers, loginImpossible, loginFailed, logoutFailed
  // 6: the machine.
  case system, leftBehind, brokenCache, terminalOnly

  /// The page of a kind.
  struct Page: Sendable {
    let code: String
    /// What is wrong, in a few words.
    let title: String
    /// What it means.
    let meaning: String
    /// What to do.
    let cure: String
  }

  /// What stands behind each message.
  var code: String { page.code }

  /// Returns the kind of a code as it is typed; nil when it is none.
  static func of(_ code: String) -> Complaint? { allCases.first { $0.code == code.uppercased() } }

  /// Tells the kind of a problem in a configuration.
  init(_ problem: ConfigurationProblem) {
    self =
      switch problem.kind {
      case .other: problem.severity == .warning ? .oddity : .mistake
      case .unset: .unset
      case .noValue: .noValue
      case .noProgram: .noProgram
      }
  }
}
