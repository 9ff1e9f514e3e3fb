import TestSupport
import Testing

@testable import Configuration

/// What a changed file asks of a gateway that runs.
@Suite struct DifferenceTests {
  struct Story: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let old: String
    let new: String
    /// The stops as `-name`, then the steps in the new order: `=name`, `~name`, `!name`, `+name`, `.name`.
    let steps: String
    var isReordered = false
    var settings: [String] = []
  }

  private static let a = #""a": {"command": "a", "args": ["1"], "env": {"K": "v"}}"#
  private static let b = #""b": {"command": "b"}"#
  private static let c = #""c": {"command": "c"}"#

  private static func junction(_ text: String) -> String {
    #"{"mcpServers": {\#(a), "b": {"command": "b", "junction": \#(text)}}}"#
  }

  private static func file(_ entries: String...) -> String { "{\"mcpServers\": {\(entries.joined(separator: ",\n"))}}" }

  static let stories = [
    Story(testDescription: "nothing", old: file(a, b), new: file(a, b), steps: "=a =b"),
    Story(testDescription: "insert on top", old: file(a, b), new: file(c, a, b), steps: "+c =a =b"),
    Story(testDescription: "reorder", old: file(a, b, c), new: file(c, a, b), steps: "=c =a =b", isReordered: true),
    Story(
      testDescription: "rename", old: file(a, b), new: file(#""z": {"command": "a"}"#, b), steps: "-a +z =b"),
    Story(testDescription: "remove", old: file(a, b, c), new: file(a, c), steps: "-b =a =c"),
    Story(
      testDescription: "another environment", old: file(a, b), new: file(a.replacing("\"v\"", with: "\"w\""), b),
      steps: "!a =b"),
    Story(testDescription: "other arguments", old: file(a), new: file(a.replacing("1", with: "2")), steps: "!a"),
    Story(testDescription: "another program", old: file(b), new: file(#""b": {"command": "c"}"#), steps: "!b"),
    Story(
      testDescription: "another directory", old: file(b), new: file(#""b": {"command": "b", "cwd": "/"}"#), steps: "!b"),
    Story(
      testDescription: "another timeout", old: junction("{}"), new: junction(#"{"callTimeout": "1s"}"#), steps: "=a ~b"),
    Story(
      testDescription: "other limits", old: junction(#"{"queue": 1}"#),
      new: junction(#"{"queue": 2, "callsInFlight": 3}"#),
      steps: "=a ~b"),
    Story(testDescription: "a retry", old: junction("{}"), new: junction(#"{"retry": "readOnly"}"#), steps: "=a ~b"),
    Story(testDescription: "a prefix", old: junction("{}"), new: junction(#"{"prefix": "q"}"#), steps: "=a ~b"),
    Story(testDescription: "instances", old: junction("{}"), new: junction(#"{"instances": 2}"#), steps: "=a !b"),
    Story(
      testDescription: "a replica", old: junction("{}"), new: junction(#"{"replicas": [{"args": ["2"]}]}"#),
      steps: "=a !b"
    ),
    Story(testDescription: "daemons", old: junction("{}"), new: junction(#"{"daemons": "leave"}"#), steps: "=a !b"),
    Story(
      testDescription: "disabled", old: file(a, b), new: file(a, #""b": {"command": "b", "disabled": true}"#),
      steps: "-b =a .b"),
    Story(
      testDescription: "enabled", old: file(a, #""b": {"command": "b", "disabled": true}"#), new: file(a, b),
      steps: "=a +b"),
    Story(
      testDescription: "a broken entry", old: file(a, b), new: file(a, #""b": {"command": 7}"#), steps: "=a !b"),
    Story(
      testDescription: "a mended entry", old: file(a, #""b": {"command": "b", "args": [{}]}"#), new: file(a, b),
      steps: "=a !b"),
    Story(
      testDescription: "a broken entry in another line", old: file(a, #""b": 7"#), new: file(c, a, #""b": 7"#),
      steps: "+c =a ~b"),
    Story(
      testDescription: "a prefix that clashes now", old: file(a, #""b x": {"command": "b"}"#),
      new: file(a, #""b x": {"command": "b"}"#, #""b.x": {"command": "c"}"#), steps: "=a ~b x +b.x"),
    Story(
      testDescription: "the gateway's own settings", old: "{\(file(a).dropFirst().dropLast())}",
      new: #"{"mcpServers": {\#(a)}, "junction": {"nameLimit": 60, "labels": false}}"#, steps: "=a",
      settings: ["nameLimit", "labels"]),
    Story(
      testDescription: "a default for servers", old: file(a, b),
      new: #"{"mcpServers": {\#(a), \#(b)}, "junction": {"callTimeout": "1s"}}"#, steps: "~a ~b"),
  ]

  @Test(arguments: stories) func onlyWhatAChangeTouchesIsTouched(_ story: Story) throws {
    let (old, new) = (try Reading.read(story.old).get(), try Reading.read(story.new).get())
    let difference = Configuration.Difference(from: old, to: new)
    #expect(Self.text(difference) == story.steps)
    #expect(difference.isReordered == story.isReordered)
    #expect(difference.changedSettings == story.settings)
    #expect(difference.isEmpty == (story.old == story.new))
    #expect(difference.applied(to: old) == new)
  }

  private static func text(_ difference: Configuration.Difference) -> String {
    let steps = difference.steps.map { step in
      switch step {
      case .keep(let name): "=\(name)"
      case .change(let server): "~\(server.name)"
      case .restart(let server): "!\(server.name)"
      case .start(let server): "+\(server.name)"
      case .rest(let server): ".\(server.name)"
      }
    }
    return (difference.stops.map { "-\($0)" } + steps).joined(separator: " ")
  }

  @Test func onARandomWalkTheDifferenceLeadsToTheNewConfiguration() throws {
    for seed in UInt64(1)...200 {
      var random = SplitMix(seed)
      var walk = Walk(random: &random)
      var old = try Reading.read(walk.text).get()
      for step in 1...8 {
        for _ in 0...Int.random(in: 0...2, using: &random) { walk.change(&random) }
        let new = try Reading.read(walk.text).get()
        let difference = Configuration.Difference(from: old, to: new)
        let story = "seed \(seed), step \(step): \(Self.text(difference))\n\(walk.text)"
        #expect(difference.applied(to: old) == new, "\(story)")
        #expect(
          Self.running(old, after: difference) == Set(new.servers.filter { !$0.isDisabled }.map(\.name)), "\(story)")
        old = new
      }
    }
  }

  /// Returns which servers run when a gateway follows the steps, and records what no step may ask for.
  private static func running(_ old: Configuration, after difference: Configuration.Difference) -> Set<String> {
    let before = Dictionary(uniqueKeysWithValues: old.servers.map { ($0.name, $0) })
    var running = Set(old.servers.filter { !$0.isDisabled }.map(\.name))
    for name in difference.stops { #expect(running.remove(name) != nil, "\(name) is stopped and did not run") }
    for step in difference.steps {
      switch step {
      case .keep(let name): #expect(before[name] != nil, "\(name) is kept and was not there")
      case .change(let server):
        #expect(running.contains(server.name), "\(server.name) is changed and does not run")
        #expect(before[server.name]?.endpoints == server.endpoints, "\(server.name) runs something else, unstarted")
      case .restart(let server): #expect(running.contains(server.name), "\(server.name) is restarted and does not run")
      case .start(let server): #expect(running.insert(server.name).inserted, "\(server.name) is started twice")
      case .rest(let server): #expect(!running.contains(server.name), "\(server.name) is to rest and runs")
      }
    }
    return running
  }

  /// A file that somebody edits.
  private struct Walk {
    private var entries: [(name: String, keys: [String: String])] = []
    private var top: [String: String] = [:]

    init(random: inout SplitMix) { for _ in 0..<3 { insert(&random) } }

    var text: String {
      let servers = entries.map { "\"\($0.name)\": \(Self.object($0.keys))" }.joined(separator: ",\n")
      return "{\"mcpServers\": {\"fixed\": {\"command\": \"true\"},\n\(servers)}, \"junction\": \(Self.object(top))}"
    }

    private static func object(_ keys: [String: String]) -> String {
      "{\(keys.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
    }

    mutating func change(_ random: inout SplitMix) {
      guard let index = entries.indices.randomElement(using: &random) else { return insert(&random) }
      switch Int.random(in: 0...8, using: &random) {
      case 0: insert(&random)
      case 1: entries.remove(at: index)
      case 2: entries.shuffle(using: &random)
      case 3: entries[index].name = freshName(&random) ?? entries[index].name
      case 4: entries[index].keys["command"] = ["\"a\"", "\"b\"", "7"].randomElement(using: &random)
      case 5: entries[index].keys["env"] = ["{\"K\": \"1\"}", "{\"K\": \"2\"}", "{}"].randomElement(using: &random)
      case 6: entries[index].keys["disabled"] = ["true", "false"].randomElement(using: &random)
      case 7:
        entries[index].keys["junction"] =
          ["{}", "{\"queue\": 5}", "{\"instances\": 2}", "{\"prefix\": \"p\"}"].randomElement(using: &random)
      default: top["nameLimit"] = ["40", "50"].randomElement(using: &random)
      }
    }

    private mutating func insert(_ random: inout SplitMix) {
      guard let name = freshName(&random) else { return }
      entries.insert((name, ["command": "\"a\""]), at: Int.random(in: 0...entries.count, using: &random))
    }

    /// Names of which some give the same prefix.
    private func freshName(_ random: inout SplitMix) -> String? {
      ["x", "y z", "y.z", "y_z", "w", "v"].filter { name in !entries.contains { $0.name == name } }
        .randomElement(using: &random)
    }
  }
}
