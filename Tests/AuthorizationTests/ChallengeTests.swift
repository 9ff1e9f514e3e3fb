import Authorization
import Testing

@Suite("What a server says with 401 and 403")
struct ChallengeTests {
  @Test("Parameters come quoted, bare, and with spaces around the equals sign")
  func parameters() throws {
    let field = #"Bearer realm="a \"b\", c", Scope = "x y",error=invalid_token"#
    let challenge = try #require(AuthChallenge.parse(field).first)
    #expect(challenge.scheme == "bearer")
    #expect(challenge.parameters == ["realm": #"a "b", c"#, "scope": "x y", "error": "invalid_token"])
  }

  @Test("Several challenges stand in one field")
  func several() {
    let found = AuthChallenge.parse(
      #"Negotiate, NTLM TlRMTVNTUAAB==, Basic realm="x", , Bearer scope="s", DPoP algs="ES256""#)
    #expect(found.map(\.scheme) == ["negotiate", "ntlm", "basic", "bearer", "dpop"])
    #expect(found[3].parameters == ["scope": "s"])
  }

  @Test("Parameters without commas between them are understood")
  func withoutCommas() {
    let found = AuthChallenge.parse(#"Bearer realm="x" resource_metadata="https://a.example/m""#)
    #expect(found.map(\.parameters) == [["realm": "x", "resource_metadata": "https://a.example/m"]])
  }

  @Test(
    "What is no challenge does no harm",
    arguments: [
      "", ",,,", "=", "\"", "Bearer realm=\"open", "Bearer =", "Bearer realm=\\", "\u{1}\u{2}", "Bearer a=\"\\",
    ])
  func rubbish(_ field: String) {
    #expect(AuthChallenge.parse(field).allSatisfy { !$0.scheme.isEmpty })
  }

  @Test("The challenge that names metadata counts, whichever field it is in")
  func choice() throws {
    let challenge = try #require(
      BearerChallenge([
        #"Bearer error="invalid_token""#,
        #"Basic realm="x", Bearer resource_metadata="https://a.example/m", scope="a b a", error="insufficient_scope""#,
      ]))
    #expect(challenge.resourceMetadata?.text == "https://a.example/m")
    #expect(challenge.scopes.names == ["a", "b"])
    #expect(challenge.error == "insufficient_scope")
    #expect(BearerChallenge(["Basic realm=\"x\""]) == nil)
  }

  @Test("A metadata address that is none is passed over")
  func scheme() {
    #expect(BearerChallenge(["Bearer resource_metadata=\"file:///etc/passwd\""])?.resourceMetadata == nil)
  }
}
