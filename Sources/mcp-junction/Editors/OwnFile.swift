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

  /// The servers of a configuration may stand where other programs have them, and stay there.
  private static let editor = Editor.own

  /// Reads it, or says why it cannot be read.
  static func read(_ context: CommandContext) -> OwnFile? {
    guard let location = context.surroundings.configuration else {
      context.complain(
        "there is no place for a configuration: neither XDG_CONFIG_HOME nor HOME is set; give --config PATH")
      return nil
    }
    let path = context.surroundings.absolute(location.path)
    guard let file = EditorFiles.read(editor, path: path, format: .json, context) else { return nil }
    return OwnFile(path: path, bytes: file.bytes, file: file.file)
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
