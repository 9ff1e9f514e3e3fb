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
        name: "NAME", complaint: "needs the name of a tool; 'list' shows them", effect: "The tool's public name."),
      .init(
        name: "JSON", complaint: nil, effect: "The arguments as a JSON object, or '-' to read them from standard input."
      ),
    ],
    options: [.json, output],
    examples: [
      .init(line: "call time__now", effect: "Call a tool that needs no arguments."),
      .init(line: "call git__log '{\"limit\": 3}'", effect: "Call one with arguments, and print what it says."),
      .init(line: "call shop__photo -o photo.png", effect: "Save the image, sound or other bytes of a result."),
      .init(line: "call --json git__log - <arguments.json", effect: "Print the result as it came."),
    ]
  ) { context in
    let name = context.invocation.arguments[0]
    return await Assembly.run(context, level: .error, narrowing: { $0.narrowed(toName: name) }) { assembly in
      await CallCommand(assembly, context.console, context.invocation).run()
    }
  }

  private nonisolated static let output = CommandOption(
    "--output", short: "-o", value: .text(placeholder: "FILE"),
    "Save the bytes of a result in a file; further ones in FILE-2 and so on.")

  private let assembly: Assembly
  private let console: Console
  private let name: String
  /// The arguments as they were typed; nil when there are none.
  private let argument: String?
  private let isForProgram: Bool
  /// Where bytes are saved.
  private let outputPath: String?

  init(_ assembly: Assembly, _ console: Console, _ invocation: Invocation) {
    self.assembly = assembly
    self.console = console
    name = invocation.arguments[0]
    argument = invocation.arguments.count > 1 ? invocation.arguments[1] : nil
    isForProgram = invocation.has(.json)
    outputPath = invocation.value(of: Self.output)
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
    // What a person types is called only when it is listed: a slip must not reach a server that takes any name.
    _ = await client.request(.toolsList, params: "{}")
    let report = ServerReport(of: assembly.manager)
    if report.allReady, !report.servers.flatMap(\.tools).contains(where: { $0.name == name }) {
      return refuseName(report)
    }
    let params = "{\"name\":\(JSONText.quote(name)),\"arguments\":\(arguments)}"
    guard let answer = await client.request(.toolsCall, params: params) else { return .outcomeUnknown }
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
          complain("the arguments are longer than \(limit) bytes (\"maxFrame\")")
          return nil
        }
        return object(bytes)
      } catch {
        complain("cannot read the arguments: \(error)")
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
      complain(
        "the arguments are not JSON: \(error), at byte \(error.offset + 1); write them as an object, "
          + "'{\"name\": \"value\"}'")
      return nil
    case .success(let frame):
      let text = String(decoding: frame.bytes, as: UTF8.self)
      guard text.drop(while: { $0 == " " || $0 == "\t" }).first == "{" else {
        complain("the arguments must be a JSON object")
        return nil
      }
      return text
    }
  }

  // MARK: - The answer

  private func show(_ frame: Frame) -> ExitStatus {
    let answer = ToolAnswer(frame)
    if isForProgram, let body = frame.raw("result") ?? frame.raw("error") { console.say(json: body) }
    switch answer.outcome {
    case .refused(let code, let message): return refused(code: code, message)
    case .notSent, .unknown:
      for text in answer.texts { complain(text) }
      return answer.outcome == .notSent ? .notSent : .outcomeUnknown
    case .good, .toolFailed:
      let isSaved = show(answer.blocks)
      return answer.outcome == .toolFailed || !isSaved ? .failed : .good
    }
  }

  /// Says why there is no result: no tool has the name, the server that may have it is out, or the server refused.
  private func refused(code: String, _ message: String) -> ExitStatus {
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
    let names = report.servers.flatMap(\.tools).map(\.name)
    // The tool's own name, or what stands in another prefix's place.
    let cure =
      names.first { $0.hasSuffix("__\(name)") } ?? NearestName.of(name, among: names)
    complain("no tool is called '\(name)'; \(cure.map { "did you mean '\($0)'?" } ?? "'list' shows them")")
    return .noSuchName
  }

  private func complain(_ text: String) { console.complain("\(Program.identity.name): \(text)") }

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
