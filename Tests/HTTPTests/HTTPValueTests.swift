import EventLoop
import TestSupport
import Testing

@testable import HTTP

struct HTTPValueTests {
  @GatewayActor private func address(_ text: String, relativeTo base: String? = nil) throws -> HTTPAddress? {
    let library = try HTTPClient.shared().library
    return HTTPAddress(text, relativeTo: base.flatMap { HTTPAddress($0, by: library) }, by: library)
  }

  @Test func anAddressIsTakenApart() async throws {
    try await onLoop {
      let found = try self.address("HTTPS://Example.com:8443/a/b?c=d")
      let address = try #require(found)
      #expect(address.scheme == "https" && address.host == "example.com" && address.port == 8443)
      #expect(address.path == "/a/b" && address.query == "c=d" && address.origin == "https://example.com:8443")
      let plain = try self.address("https://example.com")
      #expect(plain?.origin == "https://example.com")
      let file = try self.address("file:///etc/passwd")
      #expect(file == nil)
    }
  }

  @Test(arguments: [
    ("/messages?id=1", "http://h/messages?id=1"), ("messages", "http://h/a/messages"), ("//x/y", "http://x/y"),
    ("https://z/", "https://z/"),
  ])
  func anAddressIsRelativeToAnother(text: String, expected: String) async throws {
    let found = try await onLoop { try self.address(text, relativeTo: "http://h/a/sse") }
    #expect(found?.text == expected)
  }

  @Test(arguments: [
    ("http://localhost/", true), ("http://a.localhost/", true), ("http://127.1.2.3/", true), ("http://[::1]:1/", true),
    ("http://127.example.com/", false), ("http://example.com/", false), ("http://localhost.example.com/", false),
  ])
  func thisMachineIsKnownByItsName(text: String, isLoopback: Bool) async throws {
    let found = try await onLoop { try self.address(text) }
    #expect(found?.isLoopback == isLoopback)
  }

  @Test func theEnvironmentNamesTheProxy() async throws {
    let rules = ProxyRules(environment: [
      "HTTPS_PROXY": "http://upper", "https_proxy": "http://lower", "ALL_PROXY": "http://all",
      "NO_PROXY": "inner.example, .suffix.test,port.test:8443",
    ])
    let expected = [
      "https://example.com/": "http://lower", "http://example.com/": "http://all", "https://inner.example/": nil,
      "https://a.inner.example/": nil, "https://notinner.example/": "http://lower", "https://a.suffix.test/": nil,
      "https://port.test/": "http://lower", "https://port.test:8443/": nil, "https://localhost/": nil,
    ]
    for (text, proxy) in expected {
      let found = try await onLoop { try self.address(text) }
      let address = try #require(found)
      #expect(rules.proxy(for: address) == proxy, "\(text)")
      #expect(ProxyRules(environment: ["ALL_PROXY": "http://all", "no_proxy": "*"]).proxy(for: address) == nil)
    }
  }

  @Test(
    arguments: [
      ([8, 8, 8, 8], true), ([127, 0, 0, 1], false), ([10, 1, 1, 1], false), ([172, 16, 0, 1], false),
      ([172, 32, 0, 1], true), ([192, 168, 1, 1], false), ([169, 254, 169, 254], false), ([100, 64, 0, 1], false),
      ([0, 0, 0, 0], false), ([224, 0, 0, 1], false), ([255, 255, 255, 255], false), ([], false),
    ] as [([UInt8], Bool)])
  func publicAddressesAreToldFromOthers(bytes: [UInt8], isPublic: Bool) {
    #expect(InternetAddress(bytes: bytes).isPublic == isPublic)
    guard bytes.count == 4 else { return }
    let zeros = [UInt8](repeating: 0, count: 10)
    #expect(InternetAddress(bytes: zeros + [0xFF, 0xFF] + bytes).isPublic == isPublic)
    #expect(InternetAddress(bytes: [0, 0x64, 0xFF, 0x9B] + zeros[..<8] + bytes).isPublic == isPublic)
    #expect(InternetAddress(bytes: [0x20, 0x02] + bytes + zeros).isPublic == isPublic)
  }

  @Test func localAddressesOfTheNewKindAreNotPublic() {
    func isPublic(_ first: [UInt8], last: UInt8 = 1) -> Bool {
      InternetAddress(bytes: first + [UInt8](repeating: 0, count: 15 - first.count) + [last]).isPublic
    }
    #expect(isPublic([0x26, 0x06, 0x47]))
    #expect(
      !isPublic([]) && !isPublic([], last: 0) && !isPublic([0xFC]) && !isPublic([0xFD]) && !isPublic([0xFE, 0x80]))
    #expect(!isPublic([0xFF, 0x02]) && !isPublic([0x20, 0x01, 0x0D, 0xB8]))
  }
}
