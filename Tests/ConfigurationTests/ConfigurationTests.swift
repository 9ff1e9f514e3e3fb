import Testing

@testable import Configuration

@Suite struct ConfigurationTests {
  @Test func aFileAsEditorsWriteItIsRead() throws {
    let configuration = try Reading.read(
      """
      {
        // what the editor has
        "mcpServers": {
          "time": {"command": "uvx", "args": ["mcp-server-time", "--local-timezone=${TZ:-UTC}"]},
          "git hub": {
            "command": "./bin/server", "cwd": "work", "env": {"TOKEN": "${env:SECRET}"}, "timeout": 60000,
            "junction": {"handshakeTimeout": "1.5s", "reconnect": {"policy": "constant"}, "prefix": "gh"},
          },
        },
        "junction": {"nameLimit": 60, "probeInterval": "10s"},
      }
      """, environment: ["SECRET": "correct horse"]
    ).get()
    #expect(configuration.warnings == [])
    #expect(configuration.settings.nameLimit == 60)
    let time = configuration.servers[0]
    #expect(time.problem == nil)
    #expect(time.prefix == "time")
    #expect(
      time.launch == .process(ProcessLaunch(command: "uvx", arguments: ["mcp-server-time", "--local-timezone=UTC"])))
    #expect(time.handshakeTimeout == 120_000)
    #expect(time.callTimeout == 43_200_000)
    #expect(time.settings.probeInterval == 10_000)
    let second = configuration.servers[1]
    #expect(second.problem == nil)
    #expect(second.name == "git hub")
    #expect(second.prefix == "gh")
    #expect(
      second.launch
        == .process(
          ProcessLaunch(
            command: "/home/ada/mcp/bin/server",
            environment: [EnvironmentVariable(name: "TOKEN", value: "correct horse")],
            directory: "/home/ada/mcp/work")))
    #expect(second.handshakeTimeout == 1500)
    #expect(second.callTimeout == 60_000)
    #expect(second.settings.reconnect.policy == .constant)
    #expect(second.settings.reconnect.cap == 30_000)
    #expect(second.secrets.contains("correct horse"))
  }
}
