import Configuration
import EventLoop
import Gateway
import JSONRPC
import MCP
import Platform

/// Facts about servers as files: one for each command line and directory, replaced atomically, so that any number of
/// gateways can share them without a lock.
@GatewayActor
struct FactFiles {
  /// Bytes beyond which a file is not one of ours.
  private static let sizeLimit = 1 << 20

  /// Nil when no directory for them is known: then nothing is remembered.
  private let directory: String?
  private let log: Log

  init(log: Log) {
    self.log = log
    if let cache = Environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      directory = cache + "/mcp-junction"
    } else if let home = Environment["HOME"], home.hasPrefix("/") {
      directory = home + "/.cache/mcp-junction"
    } else {
      directory = nil
    }
  }

  var store: FactStore {
    FactStore(
      load: { server in
        guard let path = path(of: server), let bytes = try? FileSystem.read(path, limit: Self.sizeLimit) else {
          return nil
        }
        return ServerFacts(json: bytes)
      },
      save: { server, facts in
        guard let directory, let path = path(of: server) else { return }
        do throws(PlatformError) {
          try FileSystem.makeDirectories(directory)
          try FileSystem.replace(path, with: Array(facts.json.utf8))
        } catch {
          log(.debug, "facts_not_kept", server: server.name, ["reason": "\(error)"])
        }
      })
  }

  /// The key is what is run and where; two hashes of 64 bits make sure that it is the only one in its file.
  private func path(of server: ServerConfiguration) -> String? {
    guard let directory, let launch = server.launch?.process else { return nil }
    let base = launch.directory ?? (try? OwnProcess.workingDirectory()) ?? "/"
    let found = ExecutableSearch.resolve(launch.command, path: Environment["PATH"], base: base)
    let executable = (try? found.get()) ?? launch.command
    let key = ([executable] + launch.arguments + [launch.directory ?? ""]).joined(separator: "\u{0}")
    let first = ByteHash.of(Array(key.utf8))
    let second = ByteHash.of(Array(key.utf8.reversed()))
    return directory + "/server-" + String(first, radix: 16) + "-" + String(second, radix: 16) + ".json"
  }
}
