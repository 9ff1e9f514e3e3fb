extension Complaint {
  /// The page for a terminal.
  var text: String {
    let paragraphs = ["\(page.code): \(page.title)", page.meaning, "What to do: \(page.cure)"]
    return paragraphs.map { WrappedText.lines(of: $0, width: 80).joined(separator: "\n") + "\n" }.joined(
      separator: "\n")
  }

  /// All pages as the text of `docs/errors.md`.
  static var document: String {
    let groups = [
      "The command line", "The configuration", "Servers and gateways", "Editors", "Secrets and logins", "The machine",
    ]
    var text = """
      # Errors

      Every error has a code in brackets at its end, which does not change: `mcp-junction help CODE` prints its page. The first
      digit says whose matter it is. How a program ends stands in [operations.md](operations.md).

      """
    for (index, group) in groups.enumerated() {
      text += "\n## \(group)\n"
      for complaint in allCases where complaint.code.dropFirst().first == Character(String(index + 1)) {
        let page = complaint.page
        text += "\n### \(page.code): \(page.title)\n\n"
        text += WrappedText.lines(of: page.meaning, width: 120).joined(separator: "\n") + "\n\n"
        text += WrappedText.lines(of: "What to do: \(page.cure)", width: 120).joined(separator: "\n") + "\n"
      }
    }
    return text
  }
}
