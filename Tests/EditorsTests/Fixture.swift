import TestSupport
import TextEditing

@testable import Editors

/// The files of editors as their documentation shows them, under `Tests/EndToEnd/editors`.
enum Fixture {
  /// Returns an editor's file.
  static func file(_ editor: Editor) throws -> EditorFile {
    let place = editor.places[editor.places.count - 1]
    let ending = editor.places.contains { $0.path.hasSuffix(".jsonc") } ? "jsonc" : place.format.rawValue.lowercased()
    let lines = try RepositoryFile.lines("Tests/EndToEnd/editors/\(editor.name).\(ending)")
    let bytes = Array(lines.joined(separator: "\n").utf8)
    return try EditorFile(editor, path: "/\(editor.name)", format: place.format, bytes: bytes)
  }
}
