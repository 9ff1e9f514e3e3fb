// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .enableUpcomingFeature("ImmutableWeakCaptures"),
  // What the release build leaves out, the debug build of the unit tests checks: see docs/hot-path.md.
  .unsafeFlags(["-enforce-exclusivity=unchecked", "-disable-dynamic-actor-isolation"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], without excluded: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], exclude: excluded, swiftSettings: settings)
}

let package = Package(
  name: "mcp-junction",
  platforms: [.macOS(.v26)],
  targets: [
    .systemLibrary(
      name: "CLibUV", pkgConfig: "libuv-static", providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
    // Loaded when it is needed, not linked: there is nothing to install for the build.
    .systemLibrary(name: "CLibCurl"),
    module("JSONRPC"),
    module("MCP", ["JSONRPC"]),
    module("TextEditing", ["JSONRPC"]),
    module("Configuration", ["JSONRPC", "MCP", "TextEditing"]),
    module("Editors", ["JSONRPC", "TextEditing", "Configuration"]),
    module("ConnectionPooling"),
    module("EventLoop", ["CLibUV"]),
    module("Authorization", ["JSONRPC", "EventLoop"]),
    module("Platform", ["EventLoop", "JSONRPC", "CLibUV"]),
    module("HTTP", ["EventLoop", "CLibCurl"]),
    module("ToolSearch"),
    module("Gateway", ["JSONRPC", "MCP", "Configuration", "ConnectionPooling", "EventLoop", "ToolSearch"]),
    module("Remote", ["JSONRPC", "MCP", "Configuration", "EventLoop", "HTTP", "Gateway"]),
    .executableTarget(
      name: "mcp-junction",
      dependencies: [
        "JSONRPC", "MCP", "TextEditing", "Configuration", "Editors", "ConnectionPooling", "EventLoop", "Authorization",
        "Platform", "Gateway", "HTTP", "Remote", "ToolSearch", "CLibUV",
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "mcp-example-server", dependencies: ["JSONRPC", "MCP", "EventLoop", "Platform", "CLibUV"],
      swiftSettings: settings),
    .target(name: "TestSupport", dependencies: ["EventLoop"], path: "Tests/TestSupport", swiftSettings: settings),
    tests("JSONRPCTests", ["JSONRPC"]),
    tests("MCPTests", ["JSONRPC", "MCP"]),
    tests("AuthorizationTests", ["Authorization", "EventLoop"]),
    tests("GatewayTests", ["JSONRPC", "MCP", "Configuration", "EventLoop", "Gateway"]),
    tests("TextEditingTests", ["TextEditing"]),
    tests("ConfigurationTests", ["Configuration", "TextEditing"]),
    tests("EditorsTests", ["TextEditing", "Configuration", "Editors"]),
    tests("CommandLineTests", ["JSONRPC", "TextEditing", "Configuration", "EventLoop", "mcp-junction"]),
    .executableTarget(
      name: "PlatformPeer", dependencies: ["Platform", "EventLoop"], path: "Tests/PlatformPeer",
      swiftSettings: settings),
    tests("PlatformTests", ["Platform", "EventLoop", "JSONRPC", "CLibUV", "PlatformPeer"]),
    tests("HTTPTests", ["HTTP", "EventLoop"]),
    tests("RemoteTests", ["JSONRPC", "MCP", "HTTP", "Remote"]),
    tests("ConnectionPoolingTests", ["ConnectionPooling"]),
    tests("ToolSearchTests", ["ToolSearch", "TextEditing"], without: ["Fixtures"]),
    tests("ExampleServerTests", ["JSONRPC", "MCP", "mcp-example-server"]),
  ],
  swiftLanguageModes: [.v6]
)
