import Configuration
import EventLoop
import JSONRPC
import MCP

/// Who of the clients reads what it is sent, and what follows for the servers.
///
/// The only client holds the servers up while it does not read, and misses nothing. Where there are several, each of them
/// can hold up nobody but itself; nor can a guest.
@GatewayActor
final class Readers {
  /// Milliseconds between two looks at a client that does not read.
  private static let interval: UInt64 = 1_000

  private let upstream: ServerSet
  private var duties: [UInt64: ReadingDuty] = [:]
  /// The next look at each client that has a duty.
  private var looks: [UInt64: LoopClock.Cancellation] = [:]

  init(_ upstream: ServerSet) { self.upstream = upstream }

  /// Whether servers must wait.
  func holdUp(_ members: [ClientSession]) -> Bool { Self.onlyClient(of: members)?.port.isCongested == true }

  private static func onlyClient(of members: [ClientSession]) -> ClientSession? {
    let clients = members.filter { $0.role == .client }
    return clients.count == 1 ? clients[0] : nil
  }

  func membersChanged(_ members: [ClientSession]) {
    for session in members where session.port.isCongested { congestionChanged(session, among: members) }
    upstream.setReading(!holdUp(members))
  }

  func congestionChanged(_ session: ClientSession, among members: [ClientSession]) {
    upstream.setReading(!holdUp(members))
    let waits = session.port.isCongested && Self.onlyClient(of: members) !== session
    if waits { session.port.pause(.forOthers) } else { session.port.goOn(.forOthers) }
    guard waits else { return release(session) }
    guard duties[session.number] == nil else { return }
    duties[session.number] = ReadingDuty(unread: session.port.output.count, at: upstream.clock.now().milliseconds)
    look(at: session)
  }

  /// Looks no more at a client that reads, or has gone.
  func release(_ session: ClientSession) {
    duties[session.number] = nil
    looks.removeValue(forKey: session.number)?.cancel()
  }

  private func look(at session: ClientSession) {
    looks[session.number] = upstream.clock.after(Self.interval) { [self] in
      let unread = session.port.output.count
      guard let reason = duties[session.number]?.looked(unread: unread, at: upstream.clock.now().milliseconds) else {
        return look(at: session)
      }
      release(session)
      upstream.log(.error, "client_let_go", ["session": String(session.number), "reason": reason])
      session.letGo("The gateway lets this client go, because \(reason) while others share its servers.")
    }
  }
}
