import Testing

@testable import Configuration

@Suite("Settings of logins")
struct OAuthSettingsTests {
  @Test("A client's secret comes from a variable, and is blotted out")
  func secret() throws {
    let server = try Reading.server(
      #"{"url": "https://a.example", "junction": {"oauth": {"clientId": "${ID:-app}", "clientSecret": "${SECRET}"}}}"#,
      environment: ["SECRET": "correct horse"])
    #expect(server.problems == [])
    #expect(server.settings.oauth.clientID == "app")
    #expect(server.settings.oauth.clientSecret == "correct horse")
    #expect(server.secrets.contains("correct horse"))
  }

  @Test("A variable that is not set is this server's problem")
  func unset() throws {
    let server = try Reading.server(
      #"{"url": "https://a.example", "junction": {"oauth": {"clientSecret": "${NOT_SET}"}}}"#)
    #expect(server.problems.first?.message.contains("junction.oauth.clientSecret") == true)
  }
}
