#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What the supervisor keeps of an order while anything of it may run: enough to find it and to end it.
struct Belongings {
  let leader: Int32
  /// The token that all its processes carry, unless they cleared their environment.
  let marker: String
  let leavesDaemons: Bool
  /// What stops its container, with what the command needs.
  let container: SpawnOrder?

  init(_ order: SpawnOrder, leader: Int32) {
    self.leader = leader
    marker = order.marker
    leavesDaemons = order.leavesDaemons
    container = order.container != nil ? order : nil
  }

  /// Returns every process that belongs to the connection and has to end: the group, what carries the marker, and what
  /// descends from either.
  func processes(in census: ProcessCensus) -> [ProcessTable.Entry] {
    let entries = census.entries
    var found: [Int32: ProcessTable.Entry] = [:]
    for entry in entries where entry.group == leader { found[entry.process] = entry }
    // Once it is reaped its number may be another's; its children are ours by then.
    if entries.contains(where: { $0.process == leader && $0.parent == getpid() }) {
      for entry in ProcessTable.descendants(of: leader, in: entries) { found[entry.process] = entry }
    }
    if !marker.isEmpty {
      for entry in census.carrying(marker) { found[entry.process] = entry }
    }
    let session = getsid(0)
    return found.values.filter { entry in
      !entry.isZombie && !(leavesDaemons && entry.session != session && entry.session != leader)
    }
  }
}
