import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// The gateway's own configuration as text that commands edit.
@GatewayActor
struct OwnFile {
  let path: String
  /// What was read; nil when there is no file yet.
  let bytes: [UInt8]?
  let file: EditorFile

  var document: Document { file.document }
  var entries: [EditorEntry] { file.entries }

  /// Reads it, or says why it cannot be read.
  static func read(_ context: CommandContext) -> OwnFile? {
    switch open(context.surroundings) {
    case .success(let own): return own
    case .failure(let failure):
      context.complain(.ownFile, "\(failure)")
      return nil
    }
  }

  /// Reads it.
  static func open(_ surroundings: Surroundings) -> Result<OwnFile, EditorFiles.Unreadable> {
    guard let location = surroundings.configuration else {
      return .failure(
        EditorFiles.Unreadable(
          description:
            "there is no place for a configuration: neither XDG_CONFIG_HOME nor HOME is set; give --config PATH"))
    }
    let path = surroundings.absolute(location.path)
    return EditorFiles.open(.own, path: path, format: .json).map {
      OwnFile(path: path, bytes: $0.bytes, file: $0.file)
    }
  }

  /// The arguments by which an editor starts the gateway on this file; none when it is found without them, whatever the
  /// editor passes on of our environment.
  func arguments(in surroundings: Surroundings) -> [String] {
    let usual = surroundings.homeDirectory.map { "\($0)/.config/mcp-junction/servers.json" }
    return path == usual ? [] : ["--config", path]
  }

  /// Writes the file anew. Returns the status to end with.
  func write(_ edited: Document, _ context: CommandContext) -> ExitStatus {
    EditorFiles.write(path, from: bytes, to: edited.bytes, context) ? .good : .unusable
  }
}
