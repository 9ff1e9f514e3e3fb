import EventLoop
import Platform

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
    guard Terminal.isTerminal(context.console.streams.input), Terminal.isTerminal(2) else { return .nobody }
    context.console.show("\(question) [y/N] ")
    guard let line = await readLine(context.console) else { return .no }
    return ["y", "yes"].contains(line.lowercased()) ? .yes : .no
  }

  /// Returns the status to end with when nothing was written, after saying so.
  static func refused(_ answer: Answer, _ context: CommandContext) -> ExitStatus {
    context.complain(
      answer == .nobody ? "nothing was written: there is no terminal to ask on; --yes writes it" : "nothing was written"
    )
    return answer == .nobody ? .unusable : .good
  }

  /// Returns what a person types until the end of the line; nil at the end of input.
  private static func readLine(_ console: Console) async -> String? {
    guard let reader = try? DescriptorReader(taking: console.streams.input) else { return nil }
    var typed: [UInt8] = []
    let over = Gate()
    reader.onBytes = { bytes in
      typed += bytes
      if bytes.contains(UInt8(ascii: "\n")) { over.open() }
    }
    reader.onEnd = { over.open() }
    reader.start()
    await over.wait()
    reader.close()
    guard let end = typed.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    return String(decoding: typed[..<end], as: UTF8.self)
  }
}
