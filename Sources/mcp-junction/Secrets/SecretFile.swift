import Configuration
import EventLoop
import JSONRPC
import Platform
import TextEditing

/// Secrets in a file that nobody else may read, for machines without a keyring: one JSON object of values by their names,
/// replaced in one step, with a lock beside it that all processes of the person share.
@GatewayActor
struct SecretFile {
  private static let sizeLimit = 4 << 20
  /// Milliseconds that somebody else may take to write it.
  private static let patience: UInt64 = 5_000

  let path: String

  /// Nil when no directory for it is known.
  init?(in surroundings: Surroundings) {
    guard let directory = surroundings.stateDirectory else { return nil }
    path = "\(directory)/mcp-junction/secrets.json"
  }

  /// Whether others than the person may do anything with it.
  var isOpenToOthers: Bool { (FileSystem.mode(of: path) ?? 0) & 0o077 != 0 }

  /// Returns all secrets by their names; none when there is no file.
  func values() -> Result<[String: String], ValueProblem> {
    guard FileSystem.exists(path) else { return .success([:]) }
    guard !isOpenToOthers else {
      return .failure(
        ValueProblem("others may read \(path): change the secrets in it, then 'mcp-junction doctor --fix' or chmod 600")
      )
    }
    do throws(PlatformError) {
      let bytes = try FileSystem.read(path, limit: Self.sizeLimit)
      guard case .object(let members)? = try? DocumentNode(json: bytes).content else {
        return .failure(ValueProblem("\(path) is no object of secrets by their names; mend it or move it away"))
      }
      if let other = members.first(where: { $0.value.text == nil }) {
        return .failure(
          ValueProblem("'\(other.key)' in \(path) is \(other.value.kind), not a string; put it in quotes"))
      }
      let pairs = members.compactMap { member in member.value.text.map { (member.key, $0) } }
      return .success(Dictionary(pairs, uniquingKeysWith: { $1 }))
    } catch {
      return .failure(ValueProblem("\(error)"))
    }
  }

  /// Changes a secret, or takes it out with nil. Returns whether it was there before.
  func set(_ value: String?, name: String) async -> Result<Bool, ValueProblem> {
    guard value != nil || FileSystem.exists(path) else { return .success(false) }
    do throws(PlatformError) {
      if let directory = FileSystem.parent(of: path) { try FileSystem.makeDirectories(directory) }
      let lock = try await FileLock.take(path + ".lock", within: Self.patience)
      defer { lock.release() }
      var values: [String: String]
      switch self.values() {
      case .success(let all): values = all
      case .failure(let problem): return .failure(problem)
      }
      let wasThere = values[name] != nil
      guard value != nil || wasThere else { return .success(false) }
      values[name] = value
      let lines = values.sorted { $0.key < $1.key }.map { "  \(JSONText.quote($0.key)): \(JSONText.quote($0.value))" }
      try FileSystem.replace(path, with: Array("{\n\(lines.joined(separator: ",\n"))\n}\n".utf8))
      return .success(wasThere)
    } catch {
      return .failure(ValueProblem("\(error)"))
    }
  }
}
