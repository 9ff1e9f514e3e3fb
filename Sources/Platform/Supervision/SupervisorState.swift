/// What the supervisor knows of its processes, and what it does about each fact.
///
/// Times are milliseconds of a monotonic clock. The process that was ordered is its group's leader; a group stands here
/// for all that belongs to its connection, which includes what left the group and carries the connection's marker.
///
/// ```
/// leader runs ──exited──► leader gone ──emptied──► (container stops ──stopped──►) reported as gone
///                              └──ladder gives up──► reported as gone, with what remains
/// ```
struct SupervisorState {
  enum Action: Equatable {
    case report(SupervisorReport)
    /// Send a step's signals to the group and to all that carry the connection's marker.
    case signalGroup(connection: UInt64, Ladder.Step)
    /// Send a step's signals to every descendant that belongs to no group.
    case signalOutsiders(Ladder.Step)
    /// Send a step's signals to what others have left behind.
    case signalLeftovers(Ladder.Step)
    /// Nothing is left behind any more, or it cannot be ended: processes may be started.
    case admitSpawns
    /// Start the command that stops the connection's container.
    case stopContainer(connection: UInt64)
    /// Give that command up.
    case dropContainer(connection: UInt64)
    /// Report what remains of the group, which is not followed any further.
    case abandon(connection: UInt64)
  }

  private enum Phase: Equatable {
    case leaderRuns, leaderGone
    case containerStops(until: UInt64)
  }

  private struct Group {
    let connection: UInt64
    let leader: Int32
    let hasContainer: Bool
    var phase = Phase.leaderRuns
    var ladder: Ladder

    var deadline: UInt64? {
      if case .containerStops(let until) = phase { until } else { ladder.deadline }
    }
  }

  /// How long the command that stops a container may take, in milliseconds.
  static let containerLimit: UInt64 = 10_000

  private var groups: [Group] = []
  /// The ladder for everything, once it has begun.
  private var closing: Ladder?
  /// The ladder for what others have left behind, while there is some.
  private var clearing: Ladder?

  /// The groups that are followed, by their leaders.
  var leaders: [Int32] { groups.map(\.leader) }

  /// The connections whose leader has ended: nothing may be left of them by now.
  var leaderless: [UInt64] { groups.filter { $0.phase == .leaderGone }.map(\.connection) }

  var isClosing: Bool { closing != nil }

  /// Whether all is done as soon as no child is left.
  var mayExit: Bool { isClosing && groups.isEmpty }

  var isClearing: Bool { clearing != nil }

  /// When ``elapsed(_:)`` has something to do.
  var deadline: UInt64? {
    (groups.map(\.deadline) + [closing?.deadline, clearing?.deadline]).compactMap { $0 }.min()
  }

  // MARK: - Facts of one connection

  mutating func spawned(
    connection: UInt64, process: Int32, hasContainer: Bool = false, patience: UInt64 = Ladder.patience
  )
    -> [Action]
  {
    let ladder = Ladder(patience: patience)
    groups.append(Group(connection: connection, leader: process, hasContainer: hasContainer, ladder: ladder))
    return [.report(.spawned(connection: connection, process: process))]
  }

  /// A child was reaped: a leader, or an orphan that had come to us.
  mutating func exited(process: Int32, _ exit: ProcessExit, at now: UInt64) -> [Action] {
    var actions: [Action] = []
    if let index = groups.firstIndex(where: { $0.leader == process && $0.phase == .leaderRuns }) {
      groups[index].phase = .leaderGone
      let connection = groups[index].connection
      actions.append(.report(.exited(connection: connection, exit)))
      if let step = groups[index].ladder.leaderGone(at: now) {
        actions.append(.signalGroup(connection: connection, step))
      }
    }
    if let step = closeOutsiders(at: now) { actions.append(.signalOutsiders(step)) }
    return actions
  }

  func stopped(process: Int32, signal: Int32) -> [Action] {
    guard let connection = connection(of: process) else { return [] }
    return [.report(.stopped(connection: connection, signal: signal))]
  }

  func continued(process: Int32) -> [Action] {
    guard let connection = connection(of: process) else { return [] }
    return [.report(.continued(connection: connection))]
  }

  /// Of one of the ``leaderless`` no process is left.
  mutating func emptied(connection: UInt64, at now: UInt64) -> [Action] {
    guard let index = groups.firstIndex(where: { $0.connection == connection && $0.phase == .leaderGone }) else {
      return []
    }
    if groups[index].hasContainer {
      groups[index].phase = .containerStops(until: now + Self.containerLimit)
      return [.stopContainer(connection: connection)]
    }
    groups.remove(at: index)
    return [.report(.gone(connection: connection, remaining: []))]
  }

  /// The command that stops a container has ended, or there was nothing to stop.
  mutating func containerStopped(connection: UInt64) -> [Action] {
    guard
      let index = groups.firstIndex(where: {
        if case .containerStops = $0.phase { $0.connection == connection } else { false }
      })
    else { return [] }
    groups.remove(at: index)
    return [.report(.gone(connection: connection, remaining: []))]
  }

  mutating func endOrdered(connection: UInt64, urgent: Bool, at now: UInt64) -> [Action] {
    guard let index = groups.firstIndex(where: { $0.connection == connection }),
      let step = groups[index].ladder.begin(urgent: urgent, at: now)
    else { return [] }
    return [.signalGroup(connection: connection, step)]
  }

  // MARK: - Facts of the whole

  /// The gateway wants everything to end, or is gone itself.
  mutating func closed(urgent: Bool, at now: UInt64) -> [Action] {
    var actions: [Action] = []
    for index in groups.indices {
      if let step = groups[index].ladder.begin(urgent: urgent, at: now) {
        actions.append(.signalGroup(connection: groups[index].connection, step))
      }
    }
    var ladder = closing ?? Ladder()
    let step = ladder.begin(urgent: urgent, at: now)
    closing = ladder
    if let step = step ?? closeOutsiders(at: now) { actions.append(.signalOutsiders(step)) }
    return actions
  }

  /// There are processes that others have left behind.
  mutating func leftoversFound(at now: UInt64) -> [Action] {
    var ladder = clearing ?? Ladder()
    let step = ladder.begin(urgent: true, at: now)
    clearing = ladder
    return step.map { [.signalLeftovers($0)] } ?? []
  }

  /// There are none, or none any more.
  mutating func leftoversGone() -> [Action] {
    clearing = nil
    return [.admitSpawns]
  }

  mutating func elapsed(_ now: UInt64) -> [Action] {
    var actions: [Action] = []
    for index in groups.indices {
      let connection = groups[index].connection
      if case .containerStops(let until) = groups[index].phase {
        if now >= until {
          actions += [.dropContainer(connection: connection), .report(.gone(connection: connection, remaining: []))]
        }
      } else if let step = groups[index].ladder.elapsed(now) {
        actions.append(step == .giveUp ? .abandon(connection: connection) : .signalGroup(connection: connection, step))
      }
    }
    groups.removeAll {
      actions.contains(.abandon(connection: $0.connection))
        || actions.contains(.dropContainer(connection: $0.connection))
    }
    if let step = closing?.elapsed(now), step != .giveUp { actions.append(.signalOutsiders(step)) }
    if let step = clearing?.elapsed(now) {
      if step == .giveUp { clearing = nil }
      actions.append(step == .giveUp ? .admitSpawns : .signalLeftovers(step))
    }
    return actions
  }

  private func connection(of process: Int32) -> UInt64? {
    groups.first { $0.leader == process && $0.phase == .leaderRuns }?.connection
  }

  /// Hurries those outside the groups: nobody is left whose input they could be following. Once they are being killed,
  /// each death may have brought us its children.
  private mutating func closeOutsiders(at now: UInt64) -> Ladder.Step? {
    guard var ladder = closing else { return nil }
    if ladder.isKilling { return .kill }
    guard !groups.contains(where: { $0.phase == .leaderRuns }) else { return nil }
    let step = ladder.leaderGone(at: now)
    closing = ladder
    return step
  }
}
