import TestSupport
import Testing

@testable import Authorization

/// Whatever bytes come from a server, a browser or a terminal, reading them ends, and what it finds can be used.
@Suite("Foreign bytes")
struct ForeignBytesTests {
  private static let samples = [
    #"Bearer realm="a, \"b\"", resource_metadata="https://a.example/m", scope="x y", Negotiate abc==, Basic realm=z"#,
    "GET /callback?code=c%20d&state=s+t&iss=https%3A%2F%2Fa HTTP/1.1\r\nHost: localhost:7\r\nAccept: */*\r\n\r\n",
    "https://[::1]:8443/a/b/?q=%20#f", "http://127.0.0.1:7/callback?code=c",
    #"{"issuer":"https://a.example","authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t","scopes_supported":["a",1,null],"code_challenge_methods_supported":["S256"]}"#,
    #"{"resource":"https://a.example/mcp","authorization_servers":["https://a.example",{"x":[]}]}"#,
    #"{"access_token":"e30.eyJleHAiOjEwMH0.x","token_type":"bearer","expires_in":3.6e3,"refresh_token":"r","scope":"a b"}"#,
    #"{"server":"s","url":"https://a.example","acquaintances":[{"issuer":"i","refused":["x"]}],"grants":[{}],"wanted":["w"]}"#,
  ]

  private func read(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    for challenge in AuthChallenge.parse(text) { #expect(!challenge.scheme.isEmpty) }
    if let challenge = BearerChallenge([text]) { #expect(challenge.scopes.names.allSatisfy { !$0.isEmpty }) }
    if case .redirect(let form) = BrowserRequest.read(bytes, port: 7) { #expect(FormText(parsing: form.text) == form) }
    _ = BrowserRequest.pasted(text)
    if let address = WebAddress(text) {
      #expect(WebAddress(address.text) == address)
      #expect(WebAddress(address.canonical)?.origin == address.origin)
      #expect(WellKnown.issuerMetadata(of: address).allSatisfy { $0.origin == address.origin })
      #expect(WellKnown.resourceMetadata(of: address).allSatisfy { $0.origin == address.origin })
    }
    _ = ResourceMetadata(bytes)
    _ = IssuerMetadata(bytes)
    if case .success(let answer) = TokenAnswer.read(WebResponse(status: 200, body: bytes), from: "x") {
      #expect(answer.lifetime(at: 1) <= 400 * 86_400_000)
      #expect(answer.accessToken.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }
    _ = DeviceGrant.read(WebResponse(status: 200, body: bytes), from: "x")
    if let record = LoginRecord(bytes) { #expect(LoginRecord(Array(record.json.utf8)) == record) }
    let form = FormText(parsing: text)
    #expect(FormText(parsing: form.text) == form)
  }

  @Test("Samples cut anywhere")
  func cut() {
    for sample in Self.samples {
      let bytes = Array(sample.utf8)
      for count in 0...bytes.count { read(Array(bytes[..<count])) }
    }
  }

  @Test("Samples with bytes changed")
  func changed() {
    let alphabet = Array("{}[]\",:/\\=?&%#@ \t\r\nBearer".utf8) + [0x00, 0x80, 0xFF]
    for seed in UInt64(1)...2_000 {
      var random = SeededGenerator(seed: seed)
      var bytes = Array(Self.samples.randomElement(using: &random)!.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[index] = alphabet.randomElement(using: &random)!
        case 1: bytes.insert(alphabet.randomElement(using: &random)!, at: index)
        default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...20, using: &random)))
        }
      }
      read(bytes)
    }
  }
}
