import Configuration
import EventLoop
import JSONRPC
import Platform

/// What an editor's file was before the gateway was registered in it, and what it became.
///
/// As long as nobody else changes the file, taking the entry out brings it back to the byte. What is kept may hold
/// secrets, so only the user can read it.
@GatewayActor
struct RegistrationJournal {
  private let base: String?

  /// Finds what is kept of a file.
  ///
  /// - Parameters:
  ///   - editor: whose file it is.
  ///   - path: where the file is.
  ///   - surroundings: what knows the directory for what is kept.
  init(editor: String, path: String, _ surroundings: Surroundings) {
    let digits = String(StableHash.of(path), radix: 16)
    base = surroundings.stateDirectory.map { "\($0)/mcp-junction/registrations/\(editor)-\(digits)" }
  }

  /// Where the file's bytes from before are kept.
  var backupPath: String? { base.map { "\($0).before" } }

  private static let sizeLimit = 64 << 20

  /// What the file was before, when it is now what it became then.
  enum Origin {
    /// There was none.
    case absent
    case bytes([UInt8])
  }

  /// Returns what the file was before, when it is still as it was written then; nil when it has changed since, or nothing
  /// is known of it.
  func origin(of current: [UInt8]) -> Origin? {
    guard let base, (try? FileSystem.read("\(base).after", limit: Self.sizeLimit)) == current else { return nil }
    return before.map(Origin.bytes) ?? .absent
  }

  /// What the file was before; nil when it was not there, or nothing is known.
  var before: [UInt8]? { backupPath.flatMap { try? FileSystem.read($0, limit: Self.sizeLimit) } }

  /// Whether anything is known of the file.
  var isKept: Bool { base.map { FileSystem.isRegularFile("\($0).after") } ?? false }

  /// Keeps what the file was and what it becomes.
  func keep(before: [UInt8]?, after: [UInt8]) throws(PlatformError) {
    guard let base else { return }
    if let directory = FileSystem.parent(of: base) { try FileSystem.makeDirectories(directory) }
    if let before {
      try FileSystem.replace("\(base).before", with: before)
    } else {
      try FileSystem.remove("\(base).before")
    }
    try FileSystem.replace("\(base).after", with: after)
  }

  /// Forgets the file.
  func forget() {
    guard let base else { return }
    for name in ["\(base).before", "\(base).after"] { try? FileSystem.remove(name) }
  }
}
