import Authorization
import Testing

@Suite("Addresses")
struct AddressTests {
  @Test("An address is taken apart without changing its spelling")
  func parts() throws {
    let address = try #require(WebAddress("HTTPS://Example.com:8443/Mcp/?a=b#frag"))
    #expect(address.text == "HTTPS://Example.com:8443/Mcp/?a=b")
    #expect(address.origin == "https://example.com:8443")
    #expect(address.path == "/Mcp/")
    #expect(address.query == "a=b")
    #expect(try #require(WebAddress("http://[::1]:80/x")).origin == "http://[::1]")
  }

  @Test(
    "What cannot be an address of a server is none",
    arguments: [
      "", "ftp://a.example", "javascript:alert(1)", "file:///etc/passwd", "https://", "https:///x",
      "https://u:p@a.example",
      "https://a.example:0", "https://a.example:99999", "https://a.example:x", "https://a b.example", "https://[::1",
      "https://a.example/\n", "https://a.example/<x>", "//a.example",
    ])
  func none(_ text: String) { #expect(WebAddress(text) == nil) }

  @Test("A resource keeps its path, and loses a lone slash")
  func canonical() throws {
    #expect(try #require(WebAddress("https://A.example/")).canonical == "https://a.example")
    #expect(try #require(WebAddress("https://a.example/mcp/?x=1#y")).canonical == "https://a.example/mcp/?x=1")
    #expect(try #require(WebAddress("https://a.example:443/mcp")).canonical == "https://a.example/mcp")
  }

  @Test("Resource metadata is looked for with the path, then at the root")
  func resourcePlaces() throws {
    let places = WellKnown.resourceMetadata(of: try #require(WebAddress("https://a.example/v1/mcp/?k=v")))
    #expect(
      places.map(\.text) == [
        "https://a.example/.well-known/oauth-protected-resource/v1/mcp",
        "https://a.example/.well-known/oauth-protected-resource",
      ])
    #expect(WellKnown.resourceMetadata(of: try #require(WebAddress("https://a.example/"))).count == 1)
  }

  @Test("An issuer's metadata is looked for in every form")
  func issuerPlaces() throws {
    let places = WellKnown.issuerMetadata(of: try #require(WebAddress("https://a.example/tenant")))
    #expect(
      places.map(\.text) == [
        "https://a.example/.well-known/oauth-authorization-server/tenant",
        "https://a.example/.well-known/openid-configuration/tenant",
        "https://a.example/tenant/.well-known/openid-configuration",
        "https://a.example/.well-known/oauth-authorization-server",
      ])
    #expect(WellKnown.issuerMetadata(of: try #require(WebAddress("https://a.example"))).count == 2)
  }

  @Test("What a server names is asked with TLS only, and this machine only for a server that is on it")
  func received() throws {
    let far = ReceivedAddress(configured: [try #require(WebAddress("https://a.example/mcp"))])
    let pinned = ReceivedAddress(
      configured: try ["https://a.example", "https://b.example"].map { try #require(WebAddress($0)) })
    let near = ReceivedAddress(configured: [try #require(WebAddress("http://127.0.0.1:8000/mcp"))])
    let local = try #require(WebAddress("http://localhost:9000/as"))
    let plain = try #require(WebAddress("http://b.example/as"))
    let good = try #require(WebAddress("https://b.example/as"))
    #expect(far.verdict(on: local) == .never)
    #expect(far.verdict(on: try #require(WebAddress("https://localhost/as"))) == .never)
    #expect(far.verdict(on: plain) == .never)
    #expect(far.verdict(on: good) == .publicInternet)
    #expect(far.verdict(on: try #require(WebAddress("https://a.example/as"))) == .anywhere)
    #expect(far.verdict(on: try #require(WebAddress("https://a.example:8443/as"))) == .anywhere)
    #expect(pinned.verdict(on: good) == .anywhere)
    #expect(near.verdict(on: local) == .anywhere)
    #expect(near.verdict(on: plain) == .never)
  }

  @Test("A form escapes what is not plain, and reads it back")
  func form() {
    var form = FormText()
    form.add("redirect_uri", "http://127.0.0.1:1/callback?x=1")
    form.add("scope", "a b+c é")
    form.add("none", nil)
    #expect(form.text == "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcallback%3Fx%3D1&scope=a%20b%2Bc%20%C3%A9")
    #expect(FormText(parsing: form.text)["scope"] == "a b+c é")
    #expect(FormText(parsing: "a=1+2&b=%zz&c&a=3")["a"] == nil)
    #expect(FormText(parsing: "a=1+2&b=%zz&c")["a"] == "1 2")
    #expect(FormText(parsing: "b=%zz")["b"] == "%zz")
  }
}
