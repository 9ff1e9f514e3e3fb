import Configuration
import EventLoop
import Platform

/// What `doctor` finds of the files that only the person may read: secrets, logins, and what editors' files were.
@GatewayActor
struct SecretCheck {
  private let surroundings: Surroundings

  init(_ surroundings: Surroundings) { self.surroundings = surroundings }

  func findings() -> [Finding] {
    guard let directory = surroundings.stateDirectory.map({ "\($0)/mcp-junction" }) else { return [] }
    let all =
      [SecretFile(in: surroundings)?.path].compactMap { $0 }
      + ["logins", "registrations"].flatMap { files(in: "\(directory)/\($0)") }
    let open = all.filter { (FileSystem.mode(of: $0) ?? 0) & 0o077 != 0 }
    guard let first = open.first else { return [] }
    return [
      Finding(
        .error(.openToOthers), "secrets",
        "others on this machine may read \(first)\(open.count > 1 ? " and \(open.count - 1) more" : "")",
        cure: "change what is secret in it where others may have looked, then chmod 600; --fix does the latter"
      ) { () throws(PlatformError) in for path in open { try FileSystem.setMode(of: path, to: 0o600) } }
    ]
  }

  private func files(in directory: String) -> [String] {
    FileSystem.names(in: directory).sorted().map { "\(directory)/\($0)" }.filter(FileSystem.isRegularFile)
  }
}
