import EventLoop
import Platform

extension Console {
  /// What a person has answered.
  enum Typed {
    case line(String)
    /// The input has ended.
    case nothing
    /// A signal wants the program to end.
    case interrupted
  }

  /// Whether a person can be asked something: what they type and what they are shown is a terminal.
  var hasPerson: Bool { Terminal.isTerminal(streams.input) && Terminal.isTerminal(2) }

  /// Asks a person and returns what they type up to the end of the line.
  ///
  /// - Parameters:
  ///   - question: shown as it is, in front of what they type.
  ///   - isHidden: whether the terminal shows nothing of it.
  func ask(_ question: String, isHidden: Bool = false) async -> Typed {
    show(question)
    guard isHidden else { return await typedLine() }
    let over = Gate()
    let signals = SignalSource.ending.map { number in SignalSource(number) { over.open() } }
    defer { withExtendedLifetime(signals) {} }
    guard let wasShown = Terminal.setEcho(streams.input, to: false) else { return .nothing }
    let typed = await typedLine(orUntil: over)
    _ = Terminal.setEcho(streams.input, to: wasShown)
    // The return that was typed was not shown either.
    show("\n")
    return over.isOpen ? .interrupted : typed
  }

  /// Returns everything up to the end of standard input; nil when it is more than `limit` bytes.
  func typedText(limit: Int) async -> [UInt8]? {
    var bytes = typedAhead
    typedAhead = []
    await read { piece in
      bytes += piece
      return bytes.count > limit
    }
    return bytes.count > limit ? nil : bytes
  }

  private func typedLine(orUntil stopped: Gate = Gate()) async -> Typed {
    let end = UInt8(ascii: "\n")
    if !typedAhead.contains(end) {
      await read(orUntil: stopped) { [self] piece in
        typedAhead += piece
        return typedAhead.contains(end)
      }
    }
    guard let place = typedAhead.firstIndex(of: end) else { return .nothing }
    let line = String(decoding: typedAhead[..<place], as: UTF8.self)
    typedAhead.removeSubrange(...place)
    return .line(line)
  }

  /// Reads standard input until `take` has enough, it ends, or it is to be stopped. The descriptor stays open.
  private func read(
    orUntil stopped: Gate = Gate(), _ take: @escaping @GatewayActor ([UInt8]) -> Bool
  ) async {
    guard let descriptor = try? Descriptor.duplicate(streams.input),
      let reader = try? DescriptorReader(taking: descriptor)
    else { return }
    let over = Gate()
    reader.onBytes = { if take(Array($0)) { over.open() } }
    reader.onEnd = { over.open() }
    reader.start()
    await Gate.any(over, stopped).wait()
    reader.close()
  }
}
