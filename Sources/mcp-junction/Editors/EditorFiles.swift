import Configuration
import Editors
import EventLoop
import Platform
import TextEditing

/// Reads and writes the files of editors.
@GatewayActor
enum EditorFiles {
  /// Bytes of a file beyond which it is not read: Claude Code keeps all its state in one.
  private static let sizeLimit = 64 << 20

  /// A file as it was read.
  struct Opened {
    let file: EditorFile
    /// Nil when there was none.
    let bytes: [UInt8]?
  }

  static var isMac: Bool {
    #if os(macOS)
      true
    #else
      false
    #endif
  }

  /// Returns the files of an editor that are there.
  static func existing(_ editor: Editor, _ surroundings: Surroundings) -> [(path: String, format: DocumentFormat)] {
    editor.files(in: surroundings, isMac: isMac).filter { FileSystem.isRegularFile($0.path) }
  }

  /// Returns the file in which an editor's servers are to stand: the first that is there, else the first of all.
  static func main(_ editor: Editor, _ surroundings: Surroundings) -> (path: String, format: DocumentFormat)? {
    existing(editor, surroundings).first ?? editor.files(in: surroundings, isMac: isMac).first
  }

  /// Reads a file, or says where and why it cannot be read.
  static func read(_ editor: Editor, path: String, format: DocumentFormat, _ context: CommandContext) -> Opened? {
    switch open(editor, path: path, format: format) {
    case .success(let opened): return opened
    case .failure(let failure):
      context.complain(.editorFile, failure.description)
      return nil
    }
  }

  /// Why a file cannot be read.
  struct Unreadable: Error, CustomStringConvertible {
    let description: String
  }

  /// Reads a file.
  static func open(_ editor: Editor, path: String, format: DocumentFormat) -> Result<Opened, Unreadable> {
    var bytes: [UInt8]?
    if FileSystem.exists(path) {
      do throws(PlatformError) { bytes = try FileSystem.read(path, limit: sizeLimit) } catch {
        return .failure(Unreadable(description: "\(error)"))
      }
    }
    do throws(DocumentProblem) {
      return .success(
        Opened(file: try EditorFile(editor, path: path, format: format, bytes: bytes), bytes: bytes))
    } catch {
      return .failure(Unreadable(description: "\(path):\(error)"))
    }
  }

  /// Writes a file that was read before. Returns false after saying why it was not written.
  static func write(_ path: String, from old: [UInt8]?, to bytes: [UInt8], _ context: CommandContext) -> Bool {
    do throws(PlatformError) {
      if try FileSystem.rewrite(path, from: old, to: bytes) { return true }
      context.complain(
        .changedMeanwhile, "\(path) was changed meanwhile by another program; nothing was written, try again")
    } catch {
      context.complain(.system, "\(error)")
    }
    return false
  }
}
