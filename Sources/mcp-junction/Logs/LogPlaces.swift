import Configuration
import JSONRPC
import Platform

/// Where a gateway's logs are: a file for each server, one for what is about none, and one for calls.
struct LogPlaces {
  /// Nil when no directory for them is known: then nothing is kept.
  let directory: String?

  init(in surroundings: Surroundings) {
    directory = surroundings.stateDirectory.map { "\($0)/mcp-junction/logs" }
  }

  /// The file for what is about no server.
  var gateway: String? { directory.map { "\($0)/gateway.log" } }

  /// The file for calls.
  var audit: String? { directory.map { "\($0)/audit.log" } }

  /// Returns a server's file. Where the name has characters that a file's name should not have, a hash of it stands behind.
  func server(_ name: String) -> String? {
    let plain = String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" }.prefix(60))
    let suffix = plain == name ? "" : "-" + String(StableHash.of(name), radix: 16)
    return directory.map { "\($0)/server-\(plain)\(suffix).log" }
  }

  /// The files of all servers and the gateway that are there.
  var all: [String] {
    guard let directory else { return [] }
    return FileSystem.names(in: directory).filter { $0.hasSuffix(".log") && $0 != "audit.log" }.sorted().map {
      "\(directory)/\($0)"
    }
  }
}
