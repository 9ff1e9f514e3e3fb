import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform
import TextEditing

/// `call NAME [ARGUMENT…]`: calls one merged tool and prints what it says.
@GatewayActor
struct CallCommand {
  nonisolated static let row = Command(
    "call", summary: "Call one tool.",
    arguments: [
      .init(
        name: "NAME", complaint: "needs the name of a tool; 'list' shows them",
        effect: "The tool: server__tool, server/tool, or server tool.", offer: .servers),
      .init(
        name: "ARGUMENT", complaint: nil,
        effect:
          "key=value for each, checked against the tool's schema; or all as one object of JSON, @FILE, or '-' for standard input.",
        repeats: true, offer: .files),
    ],
    options: [.json, output],
    examples: [
      .init(line: "call time__now", effect: "Call a tool that needs no arguments."),
      .init(line: "call git log limit=3 path=src", effect: "Call one with arguments, and print what it says."),
      .init(line: "call git__log '{\"limit\": 3}'", effect: "The same as JSON."),
      .init(line: "call shop__photo -o photo.png", effect: "Save the image, sound or other bytes of a result."),
      .init(line: "call --json git/log @arguments.json", effect: "Print the result as it came."),
    ]
  ) { context in
    let words = context.invocation.arguments
    var target = ToolTarget.named(words[0])
    var rest = words.dropFirst()
    func narrowed(_ configuration: Configuration) -> Configuration {
      (target, rest) = ToolTarget.read(words, servers: configuration.servers.map(\.name))
      switch target {
      case .named(let name): return configuration.narrowed(toName: name)
      case .tool(_, let server): return configuration.narrowed(toServers: [server])
      }
    }
    return await Assembly.run(context, level: .error, narrowing: narrowed) { assembly in
      await CallCommand(assembly, context.console, context.invocation, target).run(rest)
    }
  }

  private nonisolated static let output = CommandOption(
    "--output", short: "-o", value: .text(placeholder: "FILE"),
    "Save the bytes of a result in a file; further ones in FILE-2 and so on.")

  let assembly: Assembly
  let console: Console
  private let target: ToolTarget
  private let isForProgram: Bool
  /// Where bytes are saved.
  private let outputPath: String?

  init(_ assembly: Assembly, _ console: Console, _ invocation: Invocation, _ target: ToolTarget) {
    self.assembly = assembly
    self.console = console
    self.target = target
    isForProgram = invocation.has(.json)
    outputPath = invocation.value(of: Self.output)
  }

  /// Makes the call with the arguments that were typed.
  func run(_ words: ArraySlice<String>) async -> ExitStatus {
    guard let arguments = await arguments(words) else {
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

  private func call(_ arguments: ToolArguments) async -> ExitStatus {
    let client = LocalClient(manager: assembly.manager)
    await client.open()
    // What a person types is called only when it is listed: a slip must not reach a server that takes any name.
    let list = await client.request(.toolsList, params: "{}")
    let report = ServerReport(of: assembly.manager)
    let name = name(in: report)
    if report.allReady, !report.servers.flatMap(\.tools).contains(where: { $0.name == name }) {
      return refuseName(report)
    }
    let object: String
    switch arguments {
    case .json(let text): object = text
    case .pairs(let pairs):
      switch ToolArguments.object(pairs, schema: schema(of: name, in: list?.raw("result"))) {
      case .success(let text): object = text
      case .failure(let problem):
        complain("\(problem)")
        return .unusable
      }
    case .none, .standardInput, .file: object = "{}"
    }
    let params = "{\"name\":\(JSONText.quote(name)),\"arguments\":\(object)}"
    guard let answer = await client.request(.toolsCall, params: params) else { return .outcomeUnknown }
    return show(answer, to: name)
  }

  /// Returns the tool's public name.
  private func name(in report: ServerReport) -> String {
    switch target {
    case .named(let name): return name
    case .tool(let original, let server):
      let tools = report.servers.first { $0.name == server }?.tools ?? []
      return tools.first { $0.original == original || $0.name == original }?.name
        ?? "\(assembly.configuration.servers.first { $0.name == server }?.prefix ?? server)__\(original)"
    }
  }

  private func schema(of name: String, in result: UnsafeRawBufferPointer?) -> DocumentNode? {
    guard let result, let list = try? DocumentNode(json: Array(result)),
      case .array(let tools)? = list.member("tools")?.value.content
    else { return nil }
    return tools.first { $0.member("name")?.value.text == name }?.member("inputSchema")?.value
  }

  // MARK: - The answer

  private func show(_ frame: Frame, to name: String) -> ExitStatus {
    let answer = ToolAnswer(frame)
    if isForProgram, let body = frame.raw("result") ?? frame.raw("error") { console.say(json: body) }
    switch answer.outcome {
    case .refused(let code, let message): return refused(code: code, message, name)
    case .notSent, .unknown:
      for text in answer.texts { complain(text) }
      return answer.outcome == .notSent ? .notSent : .outcomeUnknown
    case .good, .toolFailed:
      let isSaved = show(answer.blocks)
      return answer.outcome == .toolFailed || !isSaved ? .failed : .good
    }
  }

  /// Says why there is no result: no tool has the name, the server that may have it is out, or the server refused.
  private func refused(code: String, _ message: String, _ name: String) -> ExitStatus {
    let report = ServerReport(of: assembly.manager)
    let names = report.servers.flatMap(\.tools).map(\.name)
    guard code == "-32602", !names.contains(name) else {
      complain(message)
      return .failed
    }
    guard report.allReady else {
      complain(message)
      return .notSent
    }
    return refuseName(report)
  }

  private func refuseName(_ report: ServerReport) -> ExitStatus {
    let tools = report.servers.flatMap(\.tools)
    let name = target.text
    let cure: String?
    switch target {
    // The tool's own name, or what stands in another prefix's place.
    case .named:
      cure = tools.map(\.name).first { $0.hasSuffix("__\(name)") } ?? NearestName.of(name, among: tools.map(\.name))
    case .tool(let original, let server):
      cure = NearestName.of(original, among: tools.map(\.original)).map { "\(server)/\($0)" }
    }
    complain("no tool is called '\(name)'; \(cure.map { "did you mean '\($0)'?" } ?? "'list' shows them")")
    return .noSuchName
  }

  func complain(_ text: String) { console.complain("\(Program.identity.name): \(text)") }

  /// Prints what the blocks say, and saves what is for a file. Returns false when that was not possible.
  private func show(_ blocks: [ToolAnswer.Block]) -> Bool {
    var isSaved = true
    var files = 0
    for block in blocks {
      switch block {
      case .text(let text): print(text)
      case .link(let uri): print("[resource \(uri)]")
      case .unknown(let type): print("[\(type)]")
      case .bytes(let encoded, let type):
        guard let bytes = Base64.decode(encoded) else {
          complain("the server's \(type) is no Base64")
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
      complain("the result has nothing for a file")
      isSaved = false
    }
    return isSaved
  }

  private func print(_ text: String) {
    if !isForProgram { console.say(shown: text + "\n") }
  }

  private func save(_ bytes: [UInt8], at path: String) -> Bool {
    do throws(PlatformError) {
      try FileSystem.replace(assembly.surroundings.absolute(path), with: bytes)
      return true
    } catch {
      complain("\(error)")
      return false
    }
  }

  private static func size(_ bytes: Int) -> String {
    bytes < 1024 ? "\(bytes) bytes" : bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
  }
}
