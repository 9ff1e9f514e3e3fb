/// How the program ends, for whoever started it. The numbers are documented and do not change.
enum ExitStatus: Int32, CaseIterable, Sendable {
  case good = 0
  /// A server failed, or a tool said that it did.
  case failed = 1
  /// The command line or the configuration cannot be used, or there is nobody to ask.
  case unusable = 2
  /// A call did not reach its server: it can be made again.
  case notSent = 4
  /// A call was sent, and its answer was lost.
  case outcomeUnknown = 5
  /// No tool has the name.
  case noSuchName = 6
  /// Stopped by a signal, as shells number SIGINT.
  case interrupted = 130

  /// What it says, for the help and the documentation.
  var meaning: String {
    switch self {
    case .good: "All went well."
    case .failed: "A server failed, or the tool says that it did."
    case .unusable: "The command line or the configuration cannot be used, or no gateway is running."
    case .notSent: "The call did not reach its server; it is safe to try again."
    case .outcomeUnknown: "The call was sent and its answer lost; it may have been carried out."
    case .noSuchName: "No tool has this name."
    case .interrupted: "Interrupted."
    }
  }
}
