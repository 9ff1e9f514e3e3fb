package import TextEditing

/// An editor's file, as far as it holds servers.
package struct EditorFile: Sendable {
  package let editor: Editor
  package let path: String
  package let document: Document

  /// Reads a file's bytes.
  ///
  /// - Parameters:
  ///   - editor: whose it is.
  ///   - path: where it is.
  ///   - format: how it is written.
  ///   - bytes: what is in it; nil when there is none yet, which then begins as the editor wants it.
  package init(
    _ editor: Editor, path: String, format: DocumentFormat, bytes: [UInt8]?
  ) throws(DocumentProblem) {
    self.editor = editor
    self.path = path
    document = try Document(bytes ?? Array(editor.seed.utf8), format: format)
  }

  private init(_ editor: Editor, path: String, document: Document) {
    self.editor = editor
    self.path = path
    self.document = document
  }

  func with(_ document: Document) -> EditorFile { EditorFile(editor, path: path, document: document) }

  /// How the file's servers are written: the way of those that are there, else the way of today.
  package var dialect: EditorDialect { editor.dialects.first(where: isUsed) ?? editor.dialects[0] }

  private func isUsed(_ dialect: EditorDialect) -> Bool {
    guard let servers = try? document.node(at: dialect.steps) else { return false }
    guard editor.dialects.count > 1, case .object(let members) = servers.content else { return true }
    // Where one way's servers lie inside the other's, what looks like servers decides.
    return members.contains { member in ["command", "url", "type"].contains { member.value.member($0) != nil } }
  }

  /// The servers that stand in it, in their order.
  package var entries: [EditorEntry] {
    let dialect = dialect
    guard let servers = try? document.node(at: dialect.steps) else { return [] }
    switch servers.content {
    case .object(let members):
      return members.map { EditorEntry(key: $0.key, offset: $0.keyOffset, node: $0.value, dialect: dialect) }
    case .array(let elements):
      return elements.compactMap { element in
        element.member("name")?.value.text.map {
          EditorEntry(key: $0, offset: element.offset, node: element, dialect: dialect)
        }
      }
    default: return []
    }
  }

  /// How many projects have servers of their own in the same file, as Claude Code keeps them; nil where none are kept.
  package var projectCount: Int? {
    guard case .object(let projects)? = document.root.member("projects")?.value.content else { return nil }
    return projects.count { project in
      if case .object(let servers)? = project.value.member("mcpServers")?.value.content {
        !servers.isEmpty
      } else {
        false
      }
    }
  }
}
