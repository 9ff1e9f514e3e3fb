import Testing

@testable import Configuration

/// What makes a whole file unusable, and what it is told about it.
@Suite struct BadFileTests {
  struct Story: CustomTestStringConvertible, Sendable {
    let text: String
    let problems: [String]
    var testDescription: String { text }

    init(_ text: String, _ problems: String...) {
      self.text = text
      self.problems = problems
    }
  }

  static let stories = [
    Story("", "1:1: the text ends where a value was expected"),
    Story("{", "1:2: the text ends where a key in quotes or '}' was expected"),
    Story("{\"mcpServers\": {\n  \"é😀\" \"x\"}}", "2:8: '\"' where ':' was expected"),
    Story("{\"a\": 'x'}", "1:7: ''' where a value was expected"),
    Story("{} {}", "1:4: more text after the end of the value"),
    Story("{\"a\": \"\u{1}\"}", "1:8: an unescaped control character in a string"),
    Story("\u{FEFF}[]", "1:1: the file must hold an object with 'mcpServers', not an array"),
    Story("{\"others\": {}}", "1:1: the file has no 'mcpServers', the object that holds the servers by name"),
    Story("{\"mcpServers\": 1}", "1:16: 'mcpServers' must be an object of servers by name, not a number"),
    Story(
      "{\"mcpServer\": {}}",
      "1:2: the file has no 'mcpServers', the object that holds the servers by name; did you mean it by 'mcpServer'?"),
    Story(
      "{\"time\": {\"command\": \"uvx\"}}",
      "1:1: the file has no 'mcpServers', the object that holds the servers by name; put them into one: "
        + "{\"mcpServers\": {\"time\": …}}"),
    Story("{\"mcpServers\": null}", "1:1: the file has no 'mcpServers', the object that holds the servers by name"),
    Story(
      "{\"mcpServers\": {},\n \"mcpServers\": {}}",
      "2:2: the key 'mcpServers' stands twice in the same object, first in line 1; remove one"),
    Story(
      "{\"mcpServers\": {}, \"inputs\": [{\"id\": 1, \"id\": 2}]}",
      "1:41: the key 'id' stands twice in the same object, first in line 1; remove one"),
    Story(
      "{\"mcpServers\": {\"a\": 1, \"b\": {}}}", "1:22: the entry of a server must be an object, not a number",
      "1:30: an entry needs 'command', the program to run, or 'url'"),
    Story("{\"mcpServers\": {}, \"junction\": 1}", "1:32: 'junction' must be an object, not a number"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"listWait\": \"1s\"}}",
      "1:33: unknown key 'listWait' in 'junction'; did you mean 'listsWait'?"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"reconnect\": {\"xyzzy\": 1}}}",
      "1:47: unknown key 'xyzzy' in 'junction.reconnect'; the keys are policy, first, base, cap, jitter, maxAttempts, "
        + "resetAfter"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"prefix\": \"x\"}}",
      "1:33: 'junction.prefix' is for a single server; set it in the 'junction' of its entry"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"listsWait\": 4}}",
      "1:46: 'junction.listsWait' needs a unit: \"4s\" or \"4ms\""),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"listsWait\": \"4 minutes\"}}",
      "1:46: 'junction.listsWait' must be a number with a unit (ms, s, min, h) such as \"30s\", not \"4 minutes\""),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"listsWait\": \"99h\"}}",
      "1:46: 'junction.listsWait' must be from \"0ms\" to \"10min\""),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"listsWait\": null}}",
      "1:46: 'junction.listsWait' must be a string with a unit of time such as \"30s\", not null"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"maxFrame\": 1}}",
      "1:45: 'junction.maxFrame' needs a unit: \"1B\" or \"1KiB\""),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"nameLimit\": 1.5, \"labels\": \"no\"}}",
      "1:46: 'junction.nameLimit' must be a whole number from 24 to 128",
      "1:61: 'junction.labels' must be true or false, not a string"),
    Story(
      "{\"mcpServers\": {}, \"junction\": {\"uriPolicy\": \"prefx\", \"reconnect\": {\"jitter\": 2}}}",
      "1:46: 'junction.uriPolicy' must be one of \"keep\", \"prefix\"; did you mean \"prefix\"?",
      "1:79: 'junction.reconnect.jitter' must be a number from 0.0 to 1.0"),
  ]

  @Test(arguments: stories) func aBadFileIsRefusedWithPlaceAndCure(_ story: Story) {
    guard case .failure(let failure) = Reading.read(story.text) else {
      Issue.record("accepted")
      return
    }
    #expect(failure.map(\.message) == story.problems.map { String($0.split(separator: ": ", maxSplits: 1)[1]) })
    #expect(
      failure.map { "\($0.line):\($0.column)" } == story.problems.map { String($0.prefix { $0 != " " }.dropLast()) })
    #expect(failure.allSatisfy { $0.severity == .error })
  }

  @Test func nestingWithoutEndIsRefused() {
    let text = "{\"mcpServers\": {}, \"inputs\": " + String(repeating: "[", count: 5000)
    guard case .failure(let failure) = Reading.read(text) else {
      Issue.record("accepted")
      return
    }
    #expect(failure.map(\.message) == ["nesting deeper than 100 levels"])
  }
}
