@testable import Configuration

/// Reads configurations from text, as the gateway would from a file.
enum Reading {
  static let path = "/home/ada/mcp/servers.json"

  /// Reads a whole file, for whoever can do nothing with a part of it.
  static func read(
    _ text: String, environment: [String: String] = ["HOME": "/home/ada", "PATH": "/usr/bin"],
    files: [String: String] = [:], values: [ValueSource: String] = [:]
  ) -> Result<Configuration, ConfigurationFailure> {
    let access = SystemAccess(
      readFile: { path in
        files[path].map { .success(Array($0.utf8)) } ?? .failure(FileProblem("no such file"))
      }, look: { values[$0].map { .success($0) } ?? .failure(ValueProblem("it is not there")) })
    let configuration = Configuration.read(
      Array(text.utf8), path: path, in: Surroundings(environment: environment), with: access)
    return configuration.failure.map { .failure($0) } ?? .success(configuration)
  }

  /// Returns how a problem is described whose place and message are given as `line:column: message`.
  static func description(_ problem: String, _ severity: String = "error", server: String? = nil) -> String {
    let parts = problem.split(separator: ": ", maxSplits: 1)
    return "\(path):\(parts[0]): \(severity): \(server.map { "server '\($0)': " } ?? "")\(parts[1])"
  }

  /// Reads the entry of one server, called `s`, beside a server that is right.
  static func server(
    _ entry: String, environment: [String: String] = ["HOME": "/home/ada", "PATH": "/usr/bin"],
    files: [String: String] = [:]
  ) throws -> ServerConfiguration {
    let text = "{\"mcpServers\": {\"right\": {\"command\": \"true\"},\n\"s\": \(entry)}}"
    return try read(text, environment: environment, files: files).get().servers[1]
  }
}
