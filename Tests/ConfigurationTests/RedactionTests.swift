import TestSupport
import Testing

@testable import Configuration

@Suite struct RedactionTests {
  @Test(
    arguments: [
      ([], "nothing", "nothing"), (["secret12"], "", ""), (["secret12"], "a secret12, secret12!", "a •••, •••!"),
      (["secret12", "secret1234"], "secret1234 secret123", "••• •••3"),
      (["abcdefgh", "efghijkl"], "abcdefghijkl.", "•••."),
      (["aaaaaaaa"], "aaaaaaaaaaaa", "•••"), (["schlüssel😀"], "=schlüssel😀=", "=•••="),
      (["a\"b\\c\nd-"], "x a\\\"b\\\\c\\nd- y", "x ••• y"),
    ] as [([String], String, String)]) func secretsAreBlottedOut(_ secrets: [String], _ text: String, _ result: String)
  {
    #expect(Redaction(secrets).redact(text) == result)
  }

  @Test func valuesOfEntriesAreSecret() throws {
    let configuration = try Reading.read(
      """
      {"servers": {
        "a": {"command": "x", "args": ["--key=${KEY}", "${HOME}", "${SHORT}"], "envFile": "e",
              "env": {"PATH": "/opt/tools/bin", "DATA": "${HOME}", "PEM": "first line\\nsecond line\\nend", "LC_ALL": "en_GB.UTF-8"}},
        "b": {"url": "https://example.com", "headers": {"Authorization": "Bearer ${TOKEN:-12345678}"}, "disabled": true}}}
      """, environment: ["KEY": "key-of-a-server", "HOME": "/home/ada", "SHORT": "brief"],
      files: ["/home/ada/mcp/e": "PASS=of the file\nTINY=1"]
    ).get()
    #expect(
      configuration.servers[0].secrets.sorted()
        == [
          "first line", "first line\nsecond line\nend", "key-of-a-server", "line\nsecond line\nend", "of the file",
          "second line", "the file",
        ])
    #expect(configuration.servers[1].secrets.sorted() == ["12345678", "Bearer 12345678"])
    let redaction = Redaction(configuration)
    #expect(redaction.redact("x --key=key-of-a-server: 12345678 /home/ada") == "x --key=•••: ••• /home/ada")
  }

  /// A secret, and a text in which a program has written it.
  static let spellings: [(secret: String, text: String)] = [
    ("ab/cd/ef/gh", "ab\\/cd\\/ef\\/gh"), ("geheim-äöü-längst", "geheim-\\u00e4\\u00f6\\u00fc-l\\u00e4ngst"),
    ("geheim-äöü-😀", "geheim-\\u00E4\\u00F6\\u00FC-\\uD83D\\uDE00"), ("p@ss/w+rd=é", "p%40ss%2Fw%2Brd%3D%C3%A9"),
    ("p@ss/w+rd=é", "p%40ss%2fw%2brd%3d%c3%a9"), ("p@ss/w+rd", "p%40ss/w%2Brd"), ("pass word!", "pass%20word!"),
    ("pass word!", "pass+word%21"), ("it's a \\secret\\", "it\\'s a \\\\secret\\\\"),
    ("line one\n\"two\"", "line one\\n\"two\""),
    ("pass word!", "70617373 20776f726421".replacing(" ", with: "")), ("p<a>&'s\"", "p&lt;a&gt;&amp;&#39;s&quot;"),
    ("a\"b\\c-de", "a\\\\\\\"b\\\\\\\\c-de"),
    ("correct-horse", "Y29ycmVjdC1ob3JzZQ"), ("correct-horse", "dXNlcjpjb3JyZWN0LWhvcnNl"),
  ]

  @Test(arguments: spellings) func aSecretIsKnownHoweverItIsWritten(_ secret: String, _ text: String) {
    let shown = Redaction([secret]).redact("x " + text + " y")
    #expect(shown.contains("•••"))
    for start in text.indices where text[start...].count >= 8 {
      #expect(!shown.contains(text[start...].prefix(8)), "\(shown)")
    }
  }

  static let parts: [(entry: String, secrets: [String])] = [
    (
      #"{"command": "a", "env": {"DB": "postgres://ada:s3cret-pw@db/x"}}"#,
      ["postgres://ada:s3cret-pw@db/x", "s3cret-pw"]
    ),
    (
      #"{"command": "a", "env": {"A": "Basic realm 9f8e7d6c5b4a3f2e1d0c"}}"#,
      ["Basic realm 9f8e7d6c5b4a3f2e1d0c", "realm 9f8e7d6c5b4a3f2e1d0c", "9f8e7d6c5b4a3f2e1d0c"]
    ), (#"{"command": "a", "args": ["--token", "literal-token", "--port", "80801234"]}"#, ["literal-token"]),
    (#"{"command": "a", "args": ["--api-key=literal-token", "--verbose-output"]}"#, ["literal-token"]),
    (
      #"{"command": "docker", "args": ["run", "-e", "DB_PASSWORD=literal-token", "-e", "MODE=production"]}"#,
      ["literal-token"]
    ),
    (
      #"{"command": "npx", "args": ["mcp-remote", "https://x/y", "--header", "Authorization: Bearer literal-token"]}"#,
      ["Bearer literal-token", "literal-token"]
    ), (#"{"command": "a", "args": ["--key-file", "/etc/keys/one.pem"]}"#, []),
    (#"{"command": "a", "args": ["${API_TOKEN:-literal-token}", "${LEVEL:-information}"]}"#, ["literal-token"]),
    (#"{"command": "a", "args": ["${ID:-9f8e7d6c5b4a3f2e1d0c}"]}"#, ["9f8e7d6c5b4a3f2e1d0c"]),
    (#"{"url": "https://ada:s3cret-pw@example.com/mcp"}"#, ["s3cret-pw"]),
  ]

  @Test(arguments: parts) func whatLooksLikeASecretIsOne(_ entry: String, _ secrets: [String]) throws {
    #expect(try Reading.server(entry).secrets == secrets)
  }

  @Test func theBeginningOfASecretIsBlottedOutWhereTheTextIsCut() {
    let redaction = Redaction(["password1", "word1234"])
    #expect(redaction.redact("it is passw", isCut: true) == "it is •••")
    #expect(redaction.redact("it is password12", isCut: true) == "it is •••")
    #expect(redaction.redact("it is passw") == "it is passw")
    #expect(redaction.redact("it is pas", isCut: true) == "it is pas", "too little to tell anything")
    #expect(redaction.redact("passw and on", isCut: true) == "passw and on")
  }

  @Test func noSecretSurvivesAndNothingElseIsLost() {
    for seed in UInt64(1)...300 {
      var random = SplitMix(seed)
      let secrets = (0..<4).map { _ in random.text(8...12, of: "ab") }
      let text = random.text(0...80, of: "abc")
      let result = Redaction(secrets).redact(text)
      for secret in secrets { #expect(!result.contains(secret), "seed \(seed)") }
      if !secrets.contains(where: text.contains) { #expect(result == text, "seed \(seed)") }
      // What the secrets cover, found letter by letter.
      let letters = Array(text)
      var covered = Array(repeating: false, count: letters.count)
      for secret in secrets where letters.count >= secret.count {
        for start in 0...(letters.count - secret.count) where String(letters[start..<(start + secret.count)]) == secret
        {
          for index in start..<(start + secret.count) { covered[index] = true }
        }
      }
      let kept = zip(letters, covered).filter { !$0.1 }.map(\.0)
      #expect(result.filter { $0 != "•" } == String(kept), "seed \(seed)")
    }
  }

  /// What is short is blotted out where it stands by itself, and where something says that it is a secret.
  @Test(arguments: [
    ("pin 1234.", "pin •••."), ("pin=1234", "pin=•••"), ("12345", "12345"), ("a1234", "a1234"), ("\"1234\"", "\"•••\""),
    ("é1234", "é1234"), ("1234", "•••"), ("MTIzNA==", "•••=="), ("31323334", "•••"), ("1234 1234x", "••• 1234x"),
  ]) func aShortSecretIsKnownWhereItStandsAlone(_ text: String, _ shown: String) {
    #expect(Redaction(["1234"]).redact(text) == shown)
  }

  @Test func whatSaysThatItIsASecretMayBeShort() throws {
    #expect(
      try Reading.server(#"{"command": "a", "env": {"DB_PASSWORD": "hunter2", "MODE": "test", "API_KEY": "abc"}}"#)
        .secrets
        == ["hunter2"])
    #expect(try Reading.server(#"{"command": "a", "args": ["--token", "abc123"]}"#).secrets == ["abc123"])
  }
}
