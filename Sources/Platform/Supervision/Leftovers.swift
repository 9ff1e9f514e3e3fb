#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What gateways that are gone have left behind, and what an earlier supervisor of this gateway has: a machine that was
/// cut off, or gateway and supervisor killed together.
struct Leftovers {
  /// The gateway whose supervisor looks for them.
  let gateway: GatewayIdentity
  /// Where files for container ids are.
  let directory: String?

  /// Returns the processes that have to end: their own gateway, the innermost of their markers, is gone.
  func processes() -> [ProcessTable.Entry] {
    let own = Self.ancestors()
    var verdicts: [GatewayIdentity: Bool] = [:]
    return MarkedProcesses.all(among: ProcessTable.identifiers()).compactMap { process, value in
      guard !own.contains(process), let marker = ProcessMarker.chain(value).last,
        let entry = ProcessTable.entry(process), !entry.isZombie, !marker.spares(entry)
      else { return nil }
      if marker.gateway == gateway { return isGone(supervisor: marker.supervisor) ? entry : nil }
      let isLeft = verdicts[marker.gateway] ?? marker.gateway.isGone
      verdicts[marker.gateway] = isLeft
      return isLeft ? entry : nil
    }
  }

  /// Returns the files that were written for containers of such gateways.
  func containerFiles() -> [(path: String, engine: String)] {
    guard let directory else { return [] }
    return FileSystem.names(in: directory).compactMap { name in
      guard let file = ContainerFile(name: name),
        file.gateway == gateway ? isGone(supervisor: file.supervisor) : file.gateway.isGone
      else { return nil }
      return (directory + "/" + name, file.engine)
    }
  }

  /// Whether a supervisor of our own gateway runs no more.
  private func isGone(supervisor: Int32) -> Bool {
    ProcessTable.entry(supervisor).map { $0.isZombie || $0.parent != gateway.process } ?? true
  }

  /// We ourselves and those above us, however they are marked.
  private static func ancestors() -> Set<Int32> {
    var ancestors: Set<Int32> = []
    var next = getpid()
    while next > 0, ancestors.insert(next).inserted { next = ProcessTable.entry(next)?.parent ?? 0 }
    return ancestors
  }
}
