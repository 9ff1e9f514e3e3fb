import Configuration

/// Reads any bytes as a configuration, and holds what comes of it to what its readers rely on.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzConfiguration(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let environment = ["HOME": "/home/ada", "A": "value of A", "EMPTY": "", "MCP_JUNCTION_CONFIG": "/etc/servers.json"]
  let surroundings = Surroundings(environment: environment)
  let access = SystemAccess(
    readFile: { $0.hasSuffix("none") ? .failure(FileProblem("no such file")) : .success(bytes) },
    gateway: { $0.command == "mcp-junction" ? surroundings : nil })
  let configuration = Configuration.read(bytes, path: "/etc/servers.json", in: surroundings, with: access)
  if let failure = configuration.failure { precondition(!failure.isEmpty, "a failure without a problem") }
  for problem in configuration.problems + configuration.warnings { check(problem) }
  for server in configuration.servers { check(server) }
  let difference = Configuration.Difference(from: configuration, to: configuration)
  precondition(difference.isEmpty && difference.applied(to: configuration) == configuration, "different from itself")
  let text = String(decoding: bytes, as: UTF8.self)
  let line = ShownText.lines(text).unicodeScalars
  precondition(line.allSatisfy { ShownText.isHarmless($0) || $0 == "\n" || $0 == "\t" }, "harmful text")
  let shown = Redaction(configuration).redact(text)
  if configuration.servers.allSatisfy(\.secrets.isEmpty) { precondition(shown == text, "text changed for no secret") }
  return 0
}

private func check(_ problem: ConfigurationProblem) {
  precondition(problem.line >= 1 && problem.column >= 1 && !problem.message.isEmpty, "a problem nowhere")
}

private func check(_ server: ServerConfiguration) {
  for problem in server.problems {
    check(problem)
    precondition(problem.server == server.name, "another server's problem")
  }
  let isLegal = server.prefix.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
  precondition(isLegal && server.prefix.utf8.count <= 20, "an illegal prefix")
  precondition(server.secrets.allSatisfy { $0.count >= 8 }, "a short secret")
  guard server.problem == nil else { return }
  precondition(server.launch != nil, "nothing to run or to reach, and no problem")
  for endpoint in server.endpoints {
    switch endpoint.launch {
    case .process(let launch): check(launch)
    case .remote(let launch): check(launch)
    }
  }
}

private func check(_ launch: ProcessLaunch) {
  let words = [launch.command] + launch.arguments + launch.environment.flatMap { [$0.name, $0.value] }
  precondition(!launch.command.isEmpty, "an empty command")
  precondition(words.allSatisfy { !$0.utf8.contains(0) }, "a NUL byte for a process")
  precondition(Set(launch.environment.map(\.name)).count == launch.environment.count, "a variable set twice")
}

private func check(_ launch: RemoteLaunch) {
  let url = launch.url.lowercased()
  precondition(url.hasPrefix("http://") || url.hasPrefix("https://"), "an address of another kind")
  precondition(launch.url.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an address that breaks a line")
  precondition(launch.socket?.utf8.contains(0) != true, "a NUL byte for a socket")
  for field in launch.headers {
    let bytes = Array(field.name.utf8) + Array(field.value.utf8)
    precondition(!field.name.isEmpty && !bytes.contains { [0, 0x0A, 0x0D].contains($0) }, "a field that breaks a line")
  }
}
