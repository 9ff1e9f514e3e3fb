import Testing

@testable import Configuration

@Suite struct EnvironmentFileTests {
  private func parse(_ text: String) -> Result<[EnvironmentVariable], ConfigurationProblem> {
    EnvironmentFile.parse(SourceText(path: "/e", bytes: Array(text.utf8)), server: "s")
  }

  @Test(arguments: [
    ("", []), ("# c\n\n  \t\r\n", []), ("A=1\nB=2", ["A=1", "B=2"]), ("\u{FEFF}A=1\r\nB=2\r\n", ["A=1", "B=2"]),
    ("export A = 1 ", ["A=1"]), ("A=", ["A="]), ("A=x # c", ["A=x"]), ("A=x#y", ["A=x#y"]), ("A=# c", ["A="]),
    ("A='x # \\n'", ["A=x # \\n"]), ("A=\"a\\n\\\"\\$\\\\\\q\" # c", ["A=a\n\"$\\\\q"]), ("A=b=c", ["A=b=c"]),
    ("A=${B}", ["A=${B}"]), ("A=é 😀", ["A=é 😀"]),
  ]) func linesAreRead(_ text: String, _ variables: [String]) throws {
    #expect(try parse(text).get().map { "\($0.name)=\($0.value)" } == variables)
  }

  @Test(arguments: [
    ("A=1\nB", "2:1: expected NAME=value"),
    ("=1", "1:1: before '=' stands no variable's name (letters, digits and '_', no digit first)"),
    ("1A=1", "1:1: before '=' stands no variable's name (letters, digits and '_', no digit first)"),
    ("A='x' y", "1:1: text after the closing quote"), ("\nA=\"x\\\"", "2:1: the quote is not closed on its line"),
    ("A=\0", "1:1: the line is not UTF-8 text"),
  ]) func whatIsNoAssignmentIsRefused(_ text: String, _ problem: String) {
    guard case .failure(let found) = parse(text) else {
      Issue.record("accepted")
      return
    }
    #expect("\(found.line):\(found.column): \(found.message)" == problem)
    #expect(found.description.hasPrefix("/e:\(found.line):\(found.column): error: server 's': "))
  }
}
