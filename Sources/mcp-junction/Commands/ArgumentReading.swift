import Configuration
import EventLoop
import Gateway
import JSONRPC
import Platform

/// Reads the arguments that a command line gives for a tool.
@GatewayActor
struct ArgumentReading {
  private let context: CommandContext
  /// The most bytes of them.
  private let limit: Int

  init(_ context: CommandContext, limit: Int) {
    self.context = context
    self.limit = limit
  }

  /// Returns the arguments, those of a file or of standard input as one line of JSON, or nil after saying what is wrong with
  /// them.
  func arguments(_ words: ArraySlice<String>) async -> ToolArguments? {
    let read: ToolArguments
    switch ToolArguments.read(words) {
    case .success(let arguments): read = arguments
    case .failure(let problem):
      context.complain(.arguments, "\(problem)")
      return nil
    }
    do throws(PlatformError) {
      switch read {
      case .none, .pairs: return read
      case .json(let text): return object(Array(text.utf8)).map(ToolArguments.json)
      case .file(let path):
        let bytes = try FileSystem.read(context.surroundings.absolute(path), limit: limit)
        return object(bytes).map(ToolArguments.json)
      case .standardInput:
        guard let bytes = await Self.readAll(try DescriptorReader(taking: context.console.streams.input), limit: limit)
        else {
          context.complain(.arguments, "the arguments are longer than \(limit) bytes (\"maxFrame\")")
          return nil
        }
        return object(bytes).map(ToolArguments.json)
      }
    } catch {
      context.complain(.arguments, "cannot read the arguments: \(error)")
      return nil
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
      context.complain(
        .arguments,
        "the arguments are not JSON: \(error), at byte \(error.offset + 1); write them as an object, "
          + "'{\"name\": \"value\"}'")
      return nil
    case .success(let frame):
      let text = String(decoding: frame.bytes, as: UTF8.self)
      guard text.drop(while: { $0 == " " || $0 == "\t" }).first == "{" else {
        context.complain(.arguments, "the arguments must be a JSON object")
        return nil
      }
      return text
    }
  }
}
