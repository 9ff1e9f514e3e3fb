import Authorization
import EventLoop
import TestSupport
import Testing

/// The layouts that are met in the wild.
@Suite("Discovery", .timeLimit(.minutes(1)))
struct DiscoveryTests {
  private static let resourceRoot = "https://mcp.example/.well-known/oauth-protected-resource"
  private static let resourcePath = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
  private static let issuerRoot = "https://as.example/.well-known/oauth-authorization-server"

  private func discover(
    pinned: String? = nil, challenge: [String] = [],
    _ web: @escaping @GatewayActor @Sendable (FakeWeb) -> Void
  ) async throws -> (Result<Discovery.Finding, AuthorizationFailure>, [String]) {
    let address = try #require(WebAddress("https://mcp.example/mcp"))
    return await onLoop {
      let fake = FakeWeb()
      web(fake)
      let result = await Discovery(server: address, issuer: pinned.flatMap(WebAddress.init), fetch: fake.fetch)
        .run(challenge: BearerChallenge(challenge))
      return (result, fake.asked)
    }
  }

  @Test("The challenge names the metadata")
  func named() async throws {
    let (result, asked) = try await discover(challenge: ["Bearer resource_metadata=\"https://mcp.example/meta\""]) {
      $0.resource(at: "https://mcp.example/meta", "https://mcp.example/mcp/", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    // The resource goes back as it is spelled, with its slash.
    #expect(try result.get().resource == "https://mcp.example/mcp/")
    #expect(asked == ["https://mcp.example/meta", Self.issuerRoot])
  }

  @Test("The metadata lies only at the root")
  func root() async throws {
    let (result, asked) = try await discover {
      $0.resource(at: Self.resourceRoot, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(try result.get().issuer.issuer == "https://as.example")
    #expect(asked == [Self.resourcePath, Self.resourceRoot, Self.issuerRoot])
  }

  @Test("The metadata lies only at the path, and the root is another interface's")
  func path() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.resource(at: Self.resourceRoot, "https://mcp.example/api", issuers: "https://other.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(try result.get().resource == "https://mcp.example/mcp")
  }

  @Test("Metadata of another resource is refused, not used")
  func foreign() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourceRoot, "https://mcp.example/mcp2", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(throws: AuthorizationFailure.self) { try result.get() }
    #expect("\(result)".contains("https://mcp.example/mcp2"))
  }

  @Test("The challenge points to metadata that is gone; the usual places have it")
  func challengeIsWrong() async throws {
    let (result, _) = try await discover(challenge: ["Bearer resource_metadata=\"https://mcp.example/gone\""]) {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(throws: Never.self) { try result.get() }
  }

  @Test("There is no metadata of the resource, and that of the issuer lies at the server's root")
  func noResource() async throws {
    let (result, _) = try await discover {
      $0.issuer(at: "https://mcp.example/.well-known/oauth-authorization-server", "https://mcp.example")
    }
    #expect(try result.get().resource == nil)
    #expect(try result.get().issuer.issuer == "https://mcp.example")
  }

  @Test(
    "The issuer has a path, and its metadata lies in one of three forms",
    arguments: [
      "https://as.example/.well-known/oauth-authorization-server/t",
      "https://as.example/.well-known/openid-configuration/t",
      "https://as.example/t/.well-known/openid-configuration",
      "https://as.example/.well-known/oauth-authorization-server",
    ])
  func issuerForms(_ place: String) async throws {
    let (result, asked) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example/t")
      $0.issuer(at: place, "https://as.example/t")
    }
    #expect(try result.get().issuer.tokenEndpoint.text == "https://as.example/t/token")
    #expect(asked.last == place)
  }

  @Test("There is nothing but OpenID Connect's metadata")
  func openID() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: "https://as.example/.well-known/openid-configuration", "https://as.example")
    }
    #expect(throws: Never.self) { try result.get() }
  }

  @Test("An issuer that calls itself otherwise is refused")
  func wrongIssuer() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://evil.example")
    }
    #expect("\(result)".contains("calls itself https://evil.example"))
  }

  @Test("A lone slash makes no other issuer")
  func slash() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example/")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(try result.get().issuer.issuer == "https://as.example")
  }

  @Test("Of several issuers the first that is right counts")
  func several() async throws {
    let (result, _) = try await discover {
      $0.resource(
        at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://dead.example", "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    #expect(try result.get().issuer.issuer == "https://as.example")
  }

  @Test("A server that answers every path with a page has no metadata, and the defaults of 2025-03-26")
  func pages() async throws {
    let (result, _) = try await discover { fake in
      for place in [Self.resourceRoot, Self.resourcePath] { fake.answer(place, "<!doctype html><html></html>") }
      for form in ["oauth-authorization-server", "openid-configuration", "oauth-authorization-server/mcp"] {
        fake.answer("https://mcp.example/.well-known/\(form)", "{\"hello\":1}")
      }
    }
    #expect(try result.get().issuer.authorizationEndpoint.text == "https://mcp.example/authorize")
    #expect(try result.get().issuer.registrationEndpoint?.text == "https://mcp.example/register")
  }

  @Test("An overloaded server decides nothing")
  func overloaded() async throws {
    let (result, _) = try await discover { $0.answer(Self.resourcePath, status: 503, "") }
    #expect("\(result)".contains("status 503"))
  }

  @Test("An issuer without PKCE is refused", arguments: ["[\"plain\"]", "null"])
  func withoutPKCE(_ proves: String) async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example", proves: proves)
    }
    #expect("\(result)".contains("PKCE"))
  }

  @Test(
    "Addresses inside are not asked on a server's word",
    arguments: [
      "http://169.254.169.254", "http://localhost:8080", "https://127.0.0.1", "http://as.example",
    ])
  func inside(_ issuer: String) async throws {
    let (result, asked) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: issuer)
    }
    #expect(throws: AuthorizationFailure.self) { try result.get() }
    #expect(!asked.contains { $0.hasPrefix(issuer) })
  }

  @Test("Endpoints inside are not asked either")
  func endpointsInside() async throws {
    let (result, _) = try await discover {
      $0.resource(at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example", endpoints: "http://127.0.0.1:9")
    }
    #expect("\(result)".contains("must not be asked"))
  }

  @Test("A configured issuer is the only one that is taken, and may be anywhere")
  func pinned() async throws {
    let web: @GatewayActor @Sendable (FakeWeb) -> Void = {
      $0.resource(
        at: Self.resourcePath, "https://mcp.example/mcp", issuers: "https://evil.example", "https://as.example")
      $0.issuer(at: Self.issuerRoot, "https://as.example")
    }
    let (found, asked) = try await discover(pinned: "https://as.example", web)
    #expect(try found.get().issuer.issuer == "https://as.example")
    #expect(!asked.contains { $0.contains("evil") })
    let (missing, _) = try await discover(pinned: "https://third.example", web)
    #expect("\(missing)".contains("https://third.example"))
  }
}
