import EventLoop

/// Whether something may be written.
@GatewayActor
enum Consent {
  enum Answer {
    case yes, no
    /// There is nobody to ask.
    case nobody
  }

  /// Decides by the options, or asks on the terminal.
  static func ask(_ question: String, _ context: CommandContext) async -> Answer {
    if context.invocation.has(.yes) { return .yes }
    guard context.console.hasPerson else { return .nobody }
    guard case .line(let line) = await context.console.ask("\(question) [y/N] ") else { return .no }
    return ["y", "yes"].contains(line.lowercased()) ? .yes : .no
  }

  /// Returns the status to end with when nothing was written, after saying so.
  static func refused(_ answer: Answer, _ context: CommandContext) -> ExitStatus {
    if answer == .nobody {
      context.complain(.nobodyToAsk, "nothing was written: there is no terminal to ask on; --yes writes it")
    } else {
      context.note("nothing was written")
    }
    return answer == .nobody ? .unusable : .good
  }
}
