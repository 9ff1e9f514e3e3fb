package import TextEditing

/// The gateway's entry in an editor's file.
package struct Registration: Sendable {
  /// The key that it stands under. It has neither `_` nor `-`: Gemini CLI splits names at the first `_`, Codex replaces `-`.
  package static let key = "junction"

  /// The program: an absolute path that stays the same when the gateway is updated.
  package let command: String
  package let arguments: [String]
  /// The variables that the gateway's file needs.
  package let variables: [String]

  package init(command: String, arguments: [String], variables: [String]) {
    self.command = command
    self.arguments = arguments
    self.variables = variables
  }

  /// Returns the variables that the editor does not pass on by itself.
  package func missing(in editor: Editor) -> [String] { variables.filter { !editor.environment.passes($0) } }

  /// Returns the entry as the file's editor writes it.
  ///
  /// - Parameters:
  ///   - key: what it stands under.
  ///   - file: where it goes.
  package func entry(_ key: String, in file: EditorFile) -> DocumentValue {
    file.dialect.entry(key, command: command, arguments: arguments, variables: missing(in: file.editor))
  }

  /// Returns the file with the entry in it.
  ///
  /// - Parameters:
  ///   - file: as it is.
  ///   - key: what the entry stands under; where there is one, it is replaced.
  ///   - originals: servers that the gateway starts as well, and that the editor shall no longer start: switched off where
  ///     it has a switch, else taken out.
  package func apply(
    to file: EditorFile, key: String, replacing originals: [EditorEntry] = []
  ) throws(DocumentProblem) -> EditorFile {
    let dialect = file.dialect
    var document = try file.document.setting(entry(key, in: file), at: dialect.steps(to: key))
    for original in originals {
      let steps = dialect.steps(to: original.key)
      if let off = dialect.off {
        document = try document.setting(.boolean(off.off), at: steps + [.key(off.key)])
      } else {
        document = try document.removing(at: steps)
      }
    }
    return file.with(document)
  }

  /// Returns the file without the entry.
  ///
  /// - Parameters:
  ///   - file: as it is.
  ///   - key: what the entry stands under.
  ///   - kept: how many keys on the way to it stay even when nothing else is in them.
  package static func removed(
    from file: EditorFile, key: String, keeping kept: Int
  ) throws(DocumentProblem) -> EditorFile {
    file.with(try file.document.removing(at: file.dialect.steps(to: key), keeping: kept))
  }

  /// Returns how many keys on the way to the servers were there before the entry.
  package static func depth(of file: EditorFile) -> Int {
    let steps = file.dialect.steps
    return steps.indices.prefix { (try? file.document.node(at: Array(steps[...$0]))) != nil }.count
  }
}

extension Registration {
  /// The entry as most editors write it.
  package var generic: DocumentValue {
    EditorDialect("mcpServers").entry(Self.key, command: command, arguments: arguments, variables: [])
  }
}
