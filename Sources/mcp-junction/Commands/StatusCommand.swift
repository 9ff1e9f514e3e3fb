import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// `status`: asks the running gateways of this user how they are, and prints what they say.
@GatewayActor
struct StatusCommand {
  nonisolated static let row = Command(
    "status", summary: "Show how the servers of a running gateway are.", options: [.json],
    examples: [
      .init(line: "status", effect: "Every gateway of this user."),
      .init(line: "--config PATH status", effect: "Only gateways on that file."),
    ]
  ) { context in
    await StatusCommand(context.console, context.surroundings, isForProgram: context.invocation.has(.json)).run()
  }

  private struct Answer: Sendable {
    let file: ControlFiles.File
    /// Nil when it did not answer, or not as it should.
    let status: ControlProtocol.Answer?
    let problem: String
  }

  private let console: Console
  private let surroundings: Surroundings
  private let isForProgram: Bool

  init(_ console: Console, _ surroundings: Surroundings, isForProgram: Bool) {
    self.console = console
    self.surroundings = surroundings
    self.isForProgram = isForProgram
  }

  /// Only gateways on this configuration count, when the command line names it.
  private var configurationPath: String? { surroundings.configurationFlag }

  func run() async -> ExitStatus {
    let files: [ControlFiles.File]
    do throws(PlatformError) {
      files = ControlFiles.living(in: try RuntimeDirectory.path(below: surroundings.runtimeDirectory))
    } catch {
      console.complain(.system, "\(error)")
      return .unusable
    }
    let questions = files.map { file in Task { @GatewayActor in await ask(file) } }
    var answers: [Answer] = []
    for question in questions { answers.append(await question.value) }
    // One that does not answer may be the one that is meant.
    answers = answers.filter { answer in answer.status.map { isMeant($0.configurationPath) } ?? true }
    let isHealthy = !answers.isEmpty && answers.allSatisfy { $0.status?.isGood == true }
    if isForProgram {
      let gateways = answers.map(json).joined(separator: ",")
      console.say(json: "{\"healthy\":\(isHealthy),\"gateways\":[\(gateways)]}")
    } else if !answers.isEmpty {
      console.say(shown: answers.map(text).joined(separator: "\n"))
    }
    guard !answers.isEmpty else {
      console.complain(
        .noGateway, "no gateway is running" + (configurationPath.map { " on \($0)" } ?? ""))
      return .unusable
    }
    return isHealthy ? .good : .failed
  }

  private func ask(_ file: ControlFiles.File) async -> Answer {
    do throws(PlatformError) {
      let answer = try await ControlClient.ask(ControlProtocol.Question.status.json(), at: file.path)
      let status = ControlProtocol.Answer(answer)
      return Answer(
        file: file, status: status,
        problem: status == nil ? "its answer was not understood: is it another version?" : "")
    } catch {
      return Answer(file: file, status: nil, problem: "\(error)")
    }
  }

  private func isMeant(_ path: String) -> Bool {
    guard let configurationPath else { return true }
    let meant = surroundings.absolute(configurationPath)
    return path == (try? FileSystem.realPath(meant)) ?? meant
  }

  private func json(_ answer: Answer) -> String {
    answer.status?.json
      ?? "{\"pid\":\(answer.file.process),\"healthy\":false,\"error\":\(JSONText.quote(answer.problem))}"
  }

  private func text(_ answer: Answer) -> String {
    answer.status?.text ?? "gateway \(answer.file.process) does not answer: \(answer.problem)\n"
  }
}
