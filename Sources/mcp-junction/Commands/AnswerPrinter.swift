import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// Prints what a server answered, and saves what of it is for a file.
@GatewayActor
struct AnswerPrinter {
  nonisolated static let output = CommandOption(
    "--output", short: "-o", value: .text(placeholder: "FILE"),
    "Save the bytes of a result in a file; further ones in FILE-2 and so on.")

  private let context: CommandContext
  private let isForProgram: Bool
  /// Where bytes are saved.
  private let outputPath: String?

  init(_ context: CommandContext) {
    self.context = context
    outputPath = context.invocation.command.takes(Self.output) ? context.invocation.value(of: Self.output) : nil
    isForProgram = context.invocation.has(.json)
  }

  /// Makes a request, and prints what came where that is for a program; nil after saying why there is no result.
  func answer(to method: Method, params: String, in session: CommandSession) async -> StoredFrame? {
    guard let answer = await session.client.request(method, params: params) else {
      context.complain(.gatewayGone, "the gateway that was asked has ended")
      return nil
    }
    printBody(of: answer)
    guard let message = answer.string("message", in: .error) else { return answer }
    context.complain(.refused, message)
    return nil
  }

  /// Prints the result or the error as it came, where that is for a program.
  func printBody(of frame: Frame) {
    if isForProgram, let body = frame.raw("result") ?? frame.raw("error") { context.console.say(json: body) }
  }

  /// Prints what the blocks say, and saves what is for a file. Returns false when that was not possible.
  func print(_ blocks: [ToolAnswer.Block]) -> Bool {
    var isSaved = true
    var files = 0
    for block in blocks {
      switch block {
      case .text(let text): print(text)
      case .link(let uri): print("[resource \(uri)]")
      case .unknown(let type): print("[\(type)]")
      case .bytes(let encoded, let type):
        guard let bytes = Base64.decode(encoded) else {
          context.complain(.resultUnfit, "the server's \(type) is no Base64")
          isSaved = false
          continue
        }
        files += 1
        if let path = outputPath.map({ files == 1 ? $0 : "\($0)-\(files)" }) {
          if save(bytes, at: path) {
            print("[\(type), \(Self.size(bytes.count)); saved in \(path)]")
          } else {
            isSaved = false
          }
        } else {
          print("[\(type), \(Self.size(bytes.count)); -o FILE saves it]")
        }
      }
    }
    if outputPath != nil, files == 0 {
      context.complain(.resultUnfit, "the result has nothing for a file")
      isSaved = false
    }
    return isSaved
  }

  private func print(_ text: String) {
    if !isForProgram { context.console.say(shown: text + "\n") }
  }

  private func save(_ bytes: [UInt8], at path: String) -> Bool {
    do throws(PlatformError) {
      try FileSystem.replace(context.surroundings.absolute(path), with: bytes)
      return true
    } catch {
      context.complain(.system, "\(error)")
      return false
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1024 ? "\(bytes) bytes" : bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
  }
}
