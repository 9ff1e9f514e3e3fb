import TestSupport
import Testing

@testable import Editors

@Suite struct TableTests {
  @Test func namesAreUniqueAndFoundHoweverTheyAreWritten() {
    #expect(Set(EditorTable.all.map(\.name)).count == EditorTable.all.count)
    for (written, name) in [
      ("Claude Code", "claude-code"), ("claude", "claude-code"), ("VS Code", "vscode"), ("vs_code", "vscode"),
      ("COPILOT-CLI", "copilot"), ("LM Studio", "lmstudio"), ("Devin Desktop", "windsurf"),
    ] {
      #expect(EditorTable.editor(named: written)?.name == name)
    }
    #expect(EditorTable.editor(named: "emacs") == nil)
    #expect(EditorTable.nearest(to: "cursr") == "cursor")
  }

  @Test func theTableIsDocumented() throws {
    let documented = try RepositoryFile.lines("docs/editors.md").drop { $0 != "## The editors" }.filter {
      $0.hasPrefix("| `")
    }
    #expect(documented == EditorTable.all.map(row))
  }

  private func row(_ editor: Editor) -> String {
    let files = editor.places.map { "`\(path($0))`" }.joined(separator: ", ")
    return "| `\(editor.name)` | \(editor.title) | \(files) | \(variables(editor.environment)) | \(handover(editor)) |"
  }

  private func path(_ place: EditorPlace) -> String {
    switch place.root {
    case .home: "~/\(place.path)"
    case .configuration: "$XDG_CONFIG_HOME/\(place.path)"
    case .application: "<settings>/\(place.path)"
    case .variable(let name): "$\(name)/\(place.path)"
    case .file(let name): "$\(name)"
    }
  }

  private func variables(_ passing: EnvironmentPassing) -> String {
    switch passing {
    case .all: "all"
    case .only(let names): names.count == 1 ? "`\(names[0])`" : "\(names.count)"
    case .withoutSecrets: "all but secrets"
    }
  }

  private func handover(_ editor: Editor) -> String {
    switch editor.dialects[0].handover {
    case .names(let key): "`\(key)`"
    case .references(let before, let after): "`\(before)VAR\(after)`"
    case .none: "–"
    }
  }
}
