import Testing

@testable import Configuration

@Suite struct ValueSourceTests {
  private func read(
    _ junction: String, _ value: String, inputs: String = "[]", _ values: [ValueSource: String]
  ) throws -> ServerConfiguration {
    try Reading.read(
      """
      {"mcpServers": {"right": {"command": "a"}, "s": {"command": "a", "args": ["\(value)"]}},
       "inputs": \(inputs), "junction": {\(junction)}}
      """, values: values
    ).get().servers[1]
  }

  @Test(
    arguments: [
      ("", "${file:key.txt}", .file(path: "/home/ada/mcp/key.txt")), ("", "${file:~/k}", .file(path: "/home/ada/k")),
      ("", "${secret:git/TOKEN}", .secret(name: "git/TOKEN")), ("", "${input:api-key}", .input(id: "api-key")),
      (
        #""commands": "direct""#, "${cmd:./get 'a b'}",
        .command(CommandReference(words: ["/home/ada/mcp/get", "a b"], timeout: 10_000))
      ),
      (
        #""commands": "shell", "commandTimeout": "2s""#, "${cmd:get | head -1}",
        .command(CommandReference(words: ["/bin/sh", "-c", "get | head -1"], timeout: 2_000))
      ),
    ] as [(String, String, ValueSource)])
  func aReferenceAsksItsSource(_ junction: String, _ value: String, _ source: ValueSource) throws {
    let server = try read(junction, "--x=" + value, [source: "a found value"])
    #expect(server.problem == nil)
    #expect(server.launch?.process?.arguments == ["--x=a found value"])
    #expect(server.secrets.contains("a found value"))
  }

  @Test func anInputThatWasNotTypedHasItsDefault() throws {
    let inputs = #"[{"id": "region", "type": "promptString", "default": "eu-west-1"}, {"id": "pin", "password": true}]"#
    #expect(try read("", "${input:region}", inputs: inputs, [:]).launch?.process?.arguments == ["eu-west-1"])
    let typed = try read("", "${input:region}", inputs: inputs, [.input(id: "region"): "us"])
    #expect(typed.launch?.process?.arguments == ["us"])
    #expect(try read("", "${input:pin}", inputs: inputs, [:]).problem != nil)
    // What may be seen while it is typed is a secret only where it looks like one.
    #expect(try read("", "${input:region}", inputs: inputs, [.input(id: "region"): "north"]).secrets.isEmpty)
    #expect(try read("", "${input:pin}", inputs: inputs, [.input(id: "pin"): "1234"]).secrets == ["1234"])
  }

  @Test func inputsAreReadAsEditorsWriteThem() throws {
    let text = """
      {"servers": {"s": {"command": "a"}}, "inputs": [
        {"type": "promptString", "id": "k", "description": "Your key", "password": true},
        {"type": "pickString", "id": "r", "options": ["a", {"label": "B", "value": "b"}], "default": "a"}, {"type": "x"}]}
      """
    let configuration = try Reading.read(text).get()
    #expect(
      configuration.inputs == [
        InputPrompt(id: "k", question: "Your key", isHidden: true, fallback: nil, choices: []),
        InputPrompt(id: "r", question: "r", isHidden: false, fallback: "a", choices: ["a", "b"]),
      ])
    #expect(configuration.warnings.map(\.message) == ["an element of 'inputs' needs an 'id'; it is passed over"])
  }

  @Test(arguments: [("a", true), ("input:a/b@c.d_e-f", true), ("", false), ("a b", false), ("ä", false), ("a}", false)])
  func namesOfSecretsAreOfFewCharacters(_ name: String, _ isName: Bool) {
    #expect(ValueSource.isSecretName(name) == isName)
  }
}
