import Authorization
import Configuration
import EventLoop
import JSONRPC
import Platform

/// What is kept of logins, as files that only the person can read: one for each server's name and address, replaced
/// atomically, with a lock beside it that all processes of the person share.
@GatewayActor
struct LoginFiles {
  /// Milliseconds that somebody may take to renew a token: longer than the request for it can.
  private static let patience: UInt64 = WebRequest.timeout + 10_000
  /// Bytes beyond which a file is not one of ours.
  private static let sizeLimit = 4 << 20

  /// Nil when no directory for them is known: then nobody can log in.
  private let directory: String?
  private let secrets: KnownSecrets

  /// `secrets` learns the tokens of everything that is read and written.
  init(in surroundings: Surroundings, secrets: KnownSecrets) {
    directory = surroundings.stateDirectory.map { $0 + "/mcp-junction/logins" }
    self.secrets = secrets
  }

  /// - Parameters:
  ///   - server: its name in the configuration: two names with one address are two accounts.
  ///   - url: its configured address.
  nonisolated func store(of server: String, url: String) -> LoginStore {
    let path = directory.map { "\($0)/\(Self.name(server, url))" }
    return LoginStore(
      load: { [secrets] in
        let record = path.flatMap { try? FileSystem.read($0, limit: Self.sizeLimit) }.flatMap { LoginRecord($0) }
        if let record { secrets.learn(record) }
        return record
      },
      save: { [secrets] record in
        secrets.learn(record)
        return Self.save(record, path)
      },
      lock: { await Self.lock(path) })
  }

  private static func save(_ record: LoginRecord, _ path: String?) -> Result<Void, AuthorizationFailure> {
    guard let path else { return .failure(homeless) }
    do throws(PlatformError) {
      return .success(try FileSystem.replace(path, with: Array(record.json.utf8)))
    } catch {
      return .failure(AuthorizationFailure(.storage, "\(error)"))
    }
  }

  private static func lock(_ path: String?) async -> (@GatewayActor @Sendable () -> Void)? {
    guard let path, let slash = path.lastIndex(of: "/") else { return nil }
    do throws(PlatformError) {
      try FileSystem.makeDirectories(String(path[..<slash]))
      let lock = try await FileLock.take(path + ".lock", within: patience)
      return { lock.release() }
    } catch {
      return nil
    }
  }

  /// Two hashes of 64 bits make sure that it is the only one in its file.
  private nonisolated static func name(_ server: String, _ url: String) -> String {
    let key = server + "\u{0}" + url
    let hashes = [StableHash.of(key), StableHash.of(Array(key.utf8.reversed()))].map { String($0, radix: 16) }
    return "login-\(hashes.joined(separator: "-")).json"
  }

  private static let homeless = AuthorizationFailure(
    .storage, "there is no place for tokens: neither XDG_STATE_HOME nor HOME is set")
}
