/// How the program ends, for whoever started it. The numbers are documented and do not change.
enum ExitStatus: Int32, CaseIterable, Sendable {
  case good = 0
  /// A server failed, or a tool said that it did.
  case failed = 1
  /// Our own error: the command line, the configuration, or the call could not be made.
  case unusable = 2
  /// Stopped by a signal, as shells number SIGINT.
  case interrupted = 130

  /// What it says, for the help.
  var meaning: String {
    switch self {
    case .good: "All went well."
    case .failed: "A server failed, or the tool says that it did."
    case .unusable: "The command line or the configuration cannot be used, or the call could not be made."
    case .interrupted: "Interrupted."
    }
  }
}
