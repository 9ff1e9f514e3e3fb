import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// `status`: asks the running gateways of this user how they are, and prints what they say.
@GatewayActor
struct StatusCommand {
  private struct Answer: Sendable {
    let file: ControlFiles.File
    /// Nil when it did not answer, or not as it should.
    let status: ControlProtocol.Status?
    let problem: String
  }

  private let console: Console
  private let isForProgram: Bool
  /// Only gateways on this configuration count, when it is given.
  private let configurationPath: String?

  init(_ console: Console, configurationPath: String?, isForProgram: Bool) {
    self.console = console
    self.configurationPath = configurationPath
    self.isForProgram = isForProgram
  }

  func run() async -> Int32 {
    let files: [ControlFiles.File]
    do throws(PlatformError) {
      files = ControlFiles.living(in: try RuntimeDirectory.path())
    } catch {
      console.complain("\(Program.identity.name): \(error)")
      return Status.unusable
    }
    let questions = files.map { file in Task { @GatewayActor in await ask(file) } }
    var answers: [Answer] = []
    for question in questions { answers.append(await question.value) }
    // One that does not answer may be the one that is meant.
    answers = answers.filter { answer in answer.status.map { isMeant($0.configurationPath) } ?? true }
    let isHealthy = !answers.isEmpty && answers.allSatisfy { $0.status?.isHealthy == true }
    if isForProgram {
      let gateways = answers.map(json).joined(separator: ",")
      console.say("{\"healthy\":\(isHealthy),\"gateways\":[\(gateways)]}\n")
    } else if !answers.isEmpty {
      console.say(answers.map(text).joined(separator: "\n"))
    }
    guard !answers.isEmpty else {
      console.complain(
        "\(Program.identity.name): no gateway is running" + (configurationPath.map { " on \($0)" } ?? ""))
      return Status.unusable
    }
    return isHealthy ? Status.good : Status.failed
  }

  private func ask(_ file: ControlFiles.File) async -> Answer {
    do throws(PlatformError) {
      let answer = try await ControlClient.ask(ControlProtocol.statusQuestion, at: file.path)
      let status = ControlProtocol.Status(answer)
      return Answer(
        file: file, status: status,
        problem: status == nil ? "its answer was not understood: is it another version?" : "")
    } catch {
      return Answer(file: file, status: nil, problem: "\(error)")
    }
  }

  private func isMeant(_ path: String) -> Bool {
    guard let configurationPath else { return true }
    return path == (try? FileSystem.realPath(configurationPath)) ?? configurationPath
  }

  private func json(_ answer: Answer) -> String {
    answer.status?.json
      ?? "{\"pid\":\(answer.file.process),\"healthy\":false,\"error\":\(JSONText.quote(answer.problem))}"
  }

  private func text(_ answer: Answer) -> String {
    answer.status?.text ?? "gateway \(answer.file.process) does not answer: \(answer.problem)\n"
  }
}
