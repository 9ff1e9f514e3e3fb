import Testing

@testable import Configuration

@Suite struct SurroundingsTests {
  @Test func theConfigurationIsLookedForWhereItWasGiven() {
    let environment = ["HOME": "/h", "XDG_CONFIG_HOME": "/x", "MCP_JUNCTION_CONFIG": "v.json"]
    let stories: [(flag: String?, environment: [String: String], path: String?)] = [
      ("f.json", environment, "f.json"), (nil, environment, "v.json"),
      (nil, ["HOME": "/h", "XDG_CONFIG_HOME": "/x", "MCP_JUNCTION_CONFIG": ""], "/x/mcp-junction/servers.json"),
      (nil, ["HOME": "/h", "XDG_CONFIG_HOME": "relative"], "/h/.config/mcp-junction/servers.json"),
      (nil, ["HOME": "/"], "/.config/mcp-junction/servers.json"), (nil, ["HOME": ""], nil), (nil, [:], nil),
    ]
    for story in stories {
      let surroundings = Surroundings(environment: story.environment, configurationFlag: story.flag)
      #expect(surroundings.configuration?.path == story.path)
    }
    #expect(
      Surroundings(environment: ["HOME": "/h"]).configurationPlaces == """
          --config PATH: not given
          $MCP_JUNCTION_CONFIG: not set
          /h/.config/mcp-junction/servers.json
        """)
  }

  @Test func directoriesAreThoseOfTheUserOrTheirDefaults() {
    let own = Surroundings(
      environment: ["HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_RUNTIME_DIR": "/r", "XDG_CONFIG_HOME": "/x"])
    #expect([own.configurationDirectory, own.cacheDirectory, own.runtimeDirectory] == ["/x", "/c", "/r"])
    let plain = Surroundings(environment: ["HOME": "/h", "XDG_CACHE_HOME": "c", "XDG_RUNTIME_DIR": ""])
    #expect(
      [plain.configurationDirectory, plain.cacheDirectory, plain.runtimeDirectory] == ["/h/.config", "/h/.cache", nil])
    #expect(Surroundings(environment: ["HOME": "h"]).cacheDirectory == nil)
  }

  @Test func relativePathsStartAtTheWorkingDirectory() {
    let stories = [("/w", "a", "/w/a"), ("/w", "/a", "/a"), ("/", "a", "/a"), ("/w", "../a", "/w/../a")]
    for (directory, path, absolute) in stories {
      #expect(Surroundings(environment: [:], workingDirectory: directory).absolute(path) == absolute)
    }
  }
}
