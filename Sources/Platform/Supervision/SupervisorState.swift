/// What the supervisor knows of its processes, and what it does about each fact.
///
/// Times are milliseconds of a monotonic clock. The process that was ordered is its group's leader.
struct SupervisorState {
  enum Action: Equatable {
    case report(SupervisorReport)
    /// Send a step's signals to the group.
    case signalGroup(leader: Int32, Ladder.Step)
    /// Send a step's signals to every descendant that is in none of the groups.
    case signalOutsiders(Ladder.Step)
    /// Report what remains of the group, which is not followed any further.
    case abandon(connection: UInt64, leader: Int32)
    case exit
  }

  private struct Group {
    let connection: UInt64
    let leader: Int32
    var isLeaderAlive = true
    var ladder = Ladder()
  }

  private var groups: [Group] = []
  /// The ladder for everything, once it has begun.
  private var closing: Ladder?

  /// The groups that are followed, by their leaders.
  var leaders: [Int32] { groups.map(\.leader) }

  /// The groups whose leader has ended: each may be empty by now.
  var leaderless: [Int32] { groups.filter { !$0.isLeaderAlive }.map(\.leader) }

  var isClosing: Bool { closing != nil }

  /// When ``elapsed(_:)`` has something to do.
  var deadline: UInt64? {
    var earliest = closing?.deadline
    for group in groups {
      if let deadline = group.ladder.deadline { earliest = min(earliest ?? deadline, deadline) }
    }
    return earliest
  }

  // MARK: - Facts

  mutating func spawned(connection: UInt64, process: Int32) -> [Action] {
    groups.append(Group(connection: connection, leader: process))
    return [.report(.spawned(connection: connection, process: process))]
  }

  /// A child was reaped: a leader, or an orphan that had come to us.
  mutating func exited(process: Int32, _ exit: ProcessExit, at now: UInt64) -> [Action] {
    var actions: [Action] = []
    if let index = groups.firstIndex(where: { $0.leader == process && $0.isLeaderAlive }) {
      groups[index].isLeaderAlive = false
      actions.append(.report(.exited(connection: groups[index].connection, exit)))
      if let step = groups[index].ladder.leaderGone(at: now) {
        actions.append(.signalGroup(leader: process, step))
      }
    }
    if let step = closeOutsiders(at: now) { actions.append(.signalOutsiders(step)) }
    return actions
  }

  func stopped(process: Int32, signal: Int32) -> [Action] {
    guard let group = groups.first(where: { $0.leader == process && $0.isLeaderAlive }) else { return [] }
    return [.report(.stopped(connection: group.connection, signal: signal))]
  }

  func continued(process: Int32) -> [Action] {
    guard let group = groups.first(where: { $0.leader == process && $0.isLeaderAlive }) else { return [] }
    return [.report(.continued(connection: group.connection))]
  }

  /// A group of ``leaderless`` has no member left.
  mutating func groupEmptied(leader: Int32) -> [Action] {
    guard let index = groups.firstIndex(where: { $0.leader == leader && !$0.isLeaderAlive }) else { return [] }
    let group = groups.remove(at: index)
    return [.report(.gone(connection: group.connection, remaining: []))]
  }

  mutating func endOrdered(connection: UInt64, urgent: Bool, at now: UInt64) -> [Action] {
    guard let index = groups.firstIndex(where: { $0.connection == connection }),
      let step = groups[index].ladder.begin(urgent: urgent, at: now)
    else { return [] }
    return [.signalGroup(leader: groups[index].leader, step)]
  }

  /// The gateway wants everything to end, or is gone itself.
  mutating func closed(urgent: Bool, at now: UInt64) -> [Action] {
    var actions: [Action] = []
    for index in groups.indices {
      if let step = groups[index].ladder.begin(urgent: urgent, at: now) {
        actions.append(.signalGroup(leader: groups[index].leader, step))
      }
    }
    var ladder = closing ?? Ladder()
    let step = ladder.begin(urgent: urgent, at: now)
    closing = ladder
    if let step = step ?? closeOutsiders(at: now) { actions.append(.signalOutsiders(step)) }
    return actions
  }

  /// No child is left, and nobody can become one any more.
  func childless() -> [Action] { isClosing ? [.exit] : [] }

  mutating func elapsed(_ now: UInt64) -> [Action] {
    var actions: [Action] = []
    for index in groups.indices {
      guard let step = groups[index].ladder.elapsed(now) else { continue }
      let group = groups[index]
      if step == .giveUp {
        actions.append(.abandon(connection: group.connection, leader: group.leader))
      } else {
        actions.append(.signalGroup(leader: group.leader, step))
      }
    }
    groups.removeAll { actions.contains(.abandon(connection: $0.connection, leader: $0.leader)) }
    if let step = closing?.elapsed(now), step != .giveUp { actions.append(.signalOutsiders(step)) }
    return actions
  }

  /// Hurries those outside the groups: nobody is left whose input they could be following. Once they are being killed,
  /// each death may have brought us its children.
  private mutating func closeOutsiders(at now: UInt64) -> Ladder.Step? {
    guard var ladder = closing else { return nil }
    if ladder.isKilling { return .kill }
    guard !groups.contains(where: \.isLeaderAlive) else { return nil }
    let step = ladder.leaderGone(at: now)
    closing = ladder
    return step
  }
}
