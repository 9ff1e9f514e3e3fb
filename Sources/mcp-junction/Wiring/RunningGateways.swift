import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// The gateways of this user that serve now, as a command finds them: by their sockets.
@GatewayActor
struct RunningGateways {
  /// What one of them said.
  struct Reply {
    enum Said {
      case answer(ControlProtocol.Answer)
      /// Why it does not do what it was asked.
      case refusal(String)
    }

    let file: ControlFiles.File
    let said: Said

    /// The answer; nil when it was none.
    var answer: ControlProtocol.Answer? { if case .answer(let answer) = said { answer } else { nil } }
  }

  private let files: [ControlFiles.File]
  /// The real path of the configuration on which they must be.
  private let configurationPath: String?

  /// - Parameters:
  ///   - configuration: the file on which they must be; nil for any.
  ///   - surroundings: where their sockets are.
  init(on configuration: String?, in surroundings: Surroundings) {
    let directory = try? RuntimeDirectory.path(below: surroundings.runtimeDirectory)
    files = directory.map { ControlFiles.living(in: $0) } ?? []
    configurationPath = configuration.map { (try? FileSystem.realPath($0)) ?? $0 }
  }

  /// Asks all of them at once. Those that are on another file, or do not answer, are left out.
  func ask(_ question: ControlProtocol.Question) async -> [Reply] {
    let line = question.json(to: configurationPath)
    let questions = files.map { file in
      Task { @GatewayActor in
        (try? await ControlClient.ask(line, at: file.path)).flatMap { said(by: $0) }.map { Reply(file: file, said: $0) }
      }
    }
    var replies: [Reply] = []
    for question in questions { if let reply = await question.value { replies.append(reply) } }
    return replies
  }

  private func said(by frame: StoredFrame) -> Reply.Said? {
    if let answer = ControlProtocol.Answer(frame) { return .answer(answer) }
    guard !ControlProtocol.isElsewhere(frame) else { return nil }
    return .refusal(ControlProtocol.refusal(in: frame) ?? "its answer was not understood: is it another version?")
  }

  private init(only file: ControlFiles.File, _ configurationPath: String?) {
    files = [file]
    self.configurationPath = configurationPath
  }

  /// Becomes a guest of the first that takes one; nil when none does.
  ///
  /// - Returns: that gateway alone, and the connection.
  func visit() async -> (gateway: RunningGateways, port: StreamPort)? {
    let line = ControlProtocol.Question.session.json(to: configurationPath)
    for file in files {
      guard let (answer, port) = try? await ControlClient.open(line, at: file.path) else { continue }
      if ControlProtocol.Answer(answer) != nil { return (RunningGateways(only: file, configurationPath), port) }
      port.close()
    }
    return nil
  }

  /// Has them look up again what their configuration refers to, and waits a moment until nothing is wrong with it there.
  func takeUp() async {
    guard !files.isEmpty else { return }
    for _ in 1...Self.looks {
      let replies = await ask(.reload)
      if replies.allSatisfy({ $0.answer?.isGood != false }) { return }
      await LoopClock.loop.sleep(milliseconds: Self.interval)
    }
  }

  /// How often they are asked for a configuration without a mistake, and milliseconds between two times.
  private static let looks = 5
  private static let interval: UInt64 = 200
}
