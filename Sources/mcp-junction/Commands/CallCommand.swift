import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// `call NAME [JSON]`: calls one merged tool and prints what it says.
@GatewayActor
struct CallCommand {
  nonisolated static let row = Command(
    "call", summary: "Call one tool by its public name.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a tool; --list shows them", effect: "The tool's public name."),
      .init(
        name: "JSON", complaint: nil, effect: "The arguments as a JSON object, or '-' to read them from standard input."
      ),
    ],
    options: [.json],
    examples: [
      .init(line: "call time__now", effect: "Call a tool that needs no arguments."),
      .init(line: "call git__log '{\"limit\": 3}'", effect: "Call one with arguments, and print what it says."),
      .init(line: "call --json git__log - <arguments.json", effect: "Print the result as it came."),
    ]
  ) { context in
    await Assembly.run(context, level: .error) { assembly in
      await CallCommand(assembly, context.console, context.invocation).run()
    }
  }

  private let assembly: Assembly
  private let console: Console
  private let name: String
  /// The arguments as they were typed; nil when there are none.
  private let argument: String?
  private let isForProgram: Bool

  init(_ assembly: Assembly, _ console: Console, _ invocation: Invocation) {
    self.assembly = assembly
    self.console = console
    name = invocation.arguments[0]
    argument = invocation.arguments.count > 1 ? invocation.arguments[1] : nil
    isForProgram = invocation.has(.json)
  }

  func run() async -> ExitStatus {
    guard let arguments = await readArguments() else {
      await assembly.endSupervisor(urgent: true)
      return .unusable
    }
    let manager = assembly.manager
    let servers = Task { @GatewayActor in await manager.run() }
    let answered = Task { @GatewayActor in await call(arguments) }
    let over = Gate()
    let watch = Task { @GatewayActor in
      _ = await answered.value
      over.open()
    }
    await Gate.any(over, assembly.stopped).wait()
    let status = over.isOpen ? await answered.value : .interrupted
    watch.cancel()
    await assembly.end(urgent: !over.isOpen)
    await servers.value
    return status
  }

  private func call(_ arguments: String) async -> ExitStatus {
    let client = LocalClient(manager: assembly.manager)
    await client.open()
    let params = "{\"name\":\(JSONText.quote(name)),\"arguments\":\(arguments)}"
    guard let answer = await client.request(.toolsCall, params: params) else { return .unusable }
    return show(answer)
  }

  // MARK: - Arguments

  /// Returns the arguments as one line of JSON, or nil after saying what is wrong with them.
  private func readArguments() async -> String? {
    switch argument {
    case nil: return "{}"
    case let text? where text != "-": return object(Array(text.utf8))
    default:
      do throws(PlatformError) {
        let limit = assembly.configuration.settings.maxFrame
        guard let bytes = await Self.readAll(try DescriptorReader(taking: console.streams.input), limit: limit) else {
          console.complain("\(Program.identity.name): the arguments are longer than \(limit) bytes (\"maxFrame\")")
          return nil
        }
        return object(bytes)
      } catch {
        console.complain("\(Program.identity.name): cannot read the arguments: \(error)")
        return nil
      }
    }
  }

  /// Returns everything up to the end of input; nil when it is more than the limit.
  private static func readAll(_ reader: DescriptorReader, limit: Int) async -> [UInt8]? {
    let buffer = ByteBuffer(capacity: 4096)
    let over = Gate()
    reader.onBytes = { bytes in
      buffer.append(bytes)
      if buffer.count > limit { over.open() }
    }
    reader.onEnd = { over.open() }
    reader.start()
    await over.wait()
    reader.close()
    return buffer.count > limit ? nil : Array(buffer.bytes)
  }

  private func object(_ bytes: [UInt8]) -> String? {
    // A message is one line: line feeds between tokens become spaces, and inside strings there are none.
    let line = bytes.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
    let parsed = line.withUnsafeBytes { Frame.parse($0) }
    switch parsed {
    case .failure(let error):
      console.complain(
        "\(Program.identity.name): the arguments are not JSON: \(error), at byte \(error.offset + 1)")
      return nil
    case .success(let frame):
      let text = String(decoding: frame.bytes, as: UTF8.self)
      guard text.drop(while: { $0 == " " || $0 == "\t" }).first == "{" else {
        console.complain("\(Program.identity.name): the arguments must be a JSON object")
        return nil
      }
      return text
    }
  }

  // MARK: - The answer

  private func show(_ answer: Frame) -> ExitStatus {
    if let error = answer.range("error") {
      if isForProgram {
        console.say(answer[error])
        console.say("\n")
      }
      console.complain("\(Program.identity.name): \(answer.string("message", in: .error) ?? "error")")
      return .unusable
    }
    let isError = answer.raw("isError", in: .result)?.first == UInt8(ascii: "t")
    let isOurFailure = answer.range("mcp-junction/failure", in: .resultMeta) != nil
    if isForProgram, let result = answer.raw("result") {
      console.say(result)
      console.say("\n")
    }
    if isOurFailure {
      for text in texts(of: answer) { console.complain("\(Program.identity.name): \(text)") }
      return .unusable
    }
    if !isForProgram { for text in texts(of: answer) { console.say(text + "\n") } }
    return isError ? .failed : .good
  }

  /// The blocks of the answer as a person reads them.
  private func texts(of answer: Frame) -> [String] {
    guard let content = answer.range("content", in: .result) else { return [] }
    var texts: [String] = []
    JSONWalk.elements(of: answer.bytes, in: content) { block in
      let member = { (name: StaticString) in
        JSONWalk.member(name, of: answer.bytes, in: block).flatMap { JSONText.string(answer[$0]) }
      }
      switch member("type") {
      case "text": texts.append(member("text") ?? "")
      case "resource_link": texts.append("[resource \(member("uri") ?? "")]")
      case let type?: texts.append("[\(type) \(member("mimeType") ?? "")]")
      case nil: break
      }
      return true
    }
    return texts
  }
}
