import Testing

@testable import Configuration

/// What can still be read of a file that no command would take.
@Suite struct PartialReadingTests {
  private func read(_ text: String, missing: @escaping (ProcessLaunch) -> MissingFile? = { _ in nil })
    -> Configuration
  {
    Configuration.read(
      Array(text.utf8), path: Reading.path, in: Surroundings(environment: ["HOME": "/home/ada"]),
      with: SystemAccess(readFile: { _ in .failure(FileProblem("none")) }, missing: missing))
  }

  @Test func aSyntaxErrorLeavesNothing() {
    let configuration = read(#"{"mcpServers": {"a": {"command": "x"},, }}"#)
    #expect(configuration.servers == [])
    #expect(configuration.settings == GatewaySettings())
    #expect(configuration.problems.map(\.line) == [1])
    #expect(configuration.failure?.problems == configuration.problems)
  }

  @Test func aWrongSettingLeavesTheServersAndTheOtherSettings() {
    let configuration = read(
      #"{"mcpServers": {"a": {"command": "x"}}, "junction": {"logLevel": "warn", "nameLimit": 60}}"#)
    #expect(configuration.servers.map(\.name) == ["a"])
    #expect(configuration.servers[0].problem == nil)
    #expect(configuration.settings.nameLimit == 60)
    #expect(configuration.settings.logLevel == .info)
    #expect(configuration.problems.count == 1)
    #expect(configuration.failure != nil)
  }

  @Test func aKeyThatStandsTwiceLeavesTheServersOfBoth() {
    let configuration = read(#"{"mcpServers": {"a": {"command": "x"}}, "junction": {}, "junction": {}}"#)
    #expect(configuration.servers.map(\.name) == ["a"])
    #expect(configuration.problems.count == 1)
  }

  @Test func aCommandIsMoreThanOneServerThatIsRight() {
    #expect(read(#"{"mcpServers": {"a": {"command": "x"}, "b": 7}}"#).failure == nil)
    #expect(read(#"{"mcpServers": {"b": 7}}"#).failure?.count == 1)
    #expect(read(#"{"mcpServers": {"a": {"command": "x", "disabled": true}, "b": 7}}"#).failure?.count == 1)
    #expect(read(#"{"mcpServers": {}}"#).failure == nil)
  }

  @Test func aCommandLineInCommandIsToldFromAProgram() {
    let stories: [(entry: String, problem: String?)] = [
      (
        #"{"command": "docker run --rm -i example/image"}"#,
        "'command' is one program's name and goes through no shell; put its arguments into 'args': \"command\": \"docker\", "
          + "\"args\": [\"run\", \"--rm\", \"-i\", \"example/image\"]"
      ),
      (
        #"{"command": "uv run", "args": ["x"]}"#,
        "'command' is one program's name and goes through no shell; put its arguments into 'args': \"command\": \"uv\", "
          + "\"args\": [\"run\"]"
      ), (#"{"command": "/opt/My Tools/server"}"#, nil), (#"{"command": "missing"}"#, nil),
    ]
    for story in stories {
      let configuration = read("{\"mcpServers\": {\"a\": \(story.entry)}}") { launch in
        launch.command == "/opt/My Tools/server" ? nil : .program(reason: "none")
      }
      #expect(configuration.servers[0].problem?.message == story.problem, "\(story.entry)")
    }
  }

  @Test func aThoroughCheckFindsWhatIsNotThere() {
    let text = #"{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y", "cwd": "/no"}, "c": {"command": "z"}}}"#
    let access = SystemAccess(readFile: { _ in .failure(FileProblem("none")) }).checkingPrograms { launch in
      switch launch.command {
      case "x": .program(reason: "x was not found in PATH: /bin")
      case "y": .directory(reason: "/no does not exist")
      default: nil
      }
    }
    let servers = Configuration.read(
      Array(text.utf8), path: Reading.path, in: Surroundings(environment: [:]), with: access
    ).servers
    #expect(
      servers.map { $0.problem.map { "\($0.column): \($0.message)" } } == [
        "34: 'command': x was not found in PATH: /bin", "69: 'cwd': /no does not exist", nil,
      ])
  }
}
