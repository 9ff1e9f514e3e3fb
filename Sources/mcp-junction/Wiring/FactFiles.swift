import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// Facts about servers as files: one for each name with its command line and directory, replaced atomically, so that any
/// number of gateways can share them without a lock.
///
/// They are written a moment later, when nobody waits for a server's start any more, one in each turn of the loop, and at
/// the end.
@GatewayActor
final class FactFiles {
  /// Milliseconds from the first facts that are new to the writing of all that came since.
  private static let delay: UInt64 = 250
  /// Bytes beyond which a file is not one of ours: lists are kept up to half of that.
  nonisolated static let sizeLimit = 8 << 20

  /// Nil when no directory for them is known: then nothing is remembered.
  private let directory: String?
  private let surroundings: Surroundings
  private let log: Log
  /// By the file's path.
  private var unwritten: [String: (server: String, facts: ServerFacts)] = [:]
  private let timer = LoopTimer()

  init(in surroundings: Surroundings, log: Log) {
    self.surroundings = surroundings
    self.log = log
    directory = surroundings.cacheDirectory.map { $0 + "/mcp-junction" }
  }

  var store: FactStore { FactStore(load: { self.load($0) }, save: { self.save($0, $1) }) }

  private func load(_ server: ServerConfiguration) -> ServerFacts? {
    guard let path = path(of: server) else { return nil }
    do throws(PlatformError) {
      if let facts = ServerFacts(json: try FileSystem.read(path, limit: Self.sizeLimit)) { return facts }
      log(.warning, "facts_broken", server: server.name, ["file": path, "cure": "it is made anew"])
    } catch {
      if FileSystem.exists(path) { log(.warning, "facts_not_read", server: server.name, ["reason": "\(error)"]) }
    }
    return nil
  }

  private func save(_ server: ServerConfiguration, _ facts: ServerFacts) {
    guard let path = path(of: server) else { return }
    if unwritten.isEmpty { writeNext(after: Self.delay) }
    unwritten[path] = (server.name, facts)
  }

  private func writeNext(after milliseconds: UInt64) {
    timer.start(after: milliseconds) { [weak self] in
      guard let self else { return }
      writeOne()
      if !unwritten.isEmpty { writeNext(after: 0) }
    }
  }

  /// Writes what is new.
  func write() {
    timer.stop()
    while !unwritten.isEmpty { writeOne() }
  }

  private func writeOne() {
    guard let directory, let (path, (server, facts)) = unwritten.popFirst() else { return }
    do throws(PlatformError) {
      try FileSystem.makeDirectories(directory)
      try FileSystem.replace(path, with: facts.json)
    } catch {
      log(.debug, "facts_not_kept", server: server, ["reason": "\(error)"])
    }
  }

  /// The key is the name, and what is run and where, or the address; two hashes of 64 bits make sure that it is the only
  /// one in its file.
  private func path(of server: ServerConfiguration) -> String? {
    guard let directory, let launch = server.launch else { return nil }
    let key = server.name + "\u{0}" + key(of: launch)
    let first = StableHash.of(key)
    let second = StableHash.of(Array(key.utf8.reversed()))
    return directory + "/server-" + String(first, radix: 16) + "-" + String(second, radix: 16) + ".json"
  }

  private func key(of launch: Launch) -> String {
    switch launch {
    case .remote(let remote): return "url\u{0}" + remote.url
    case .process(let launch):
      let base = launch.directory ?? surroundings.workingDirectory
      let found = ExecutableSearch.resolve(launch.command, path: surroundings.environment["PATH"], base: base)
      let executable = (try? found.get()) ?? launch.command
      return ([executable] + launch.arguments + [launch.directory ?? ""]).joined(separator: "\u{0}")
    }
  }
}
