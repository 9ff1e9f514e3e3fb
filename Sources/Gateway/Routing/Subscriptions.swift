import EventLoop
import JSONRPC

/// What one legacy session is subscribed to, found by the client's URIs as well as by the servers' own.
struct Subscriptions {
  struct Subscription {
    /// The URI as the client knows it.
    let uri: String
    let lane: Lane
    /// The URI as the server knows it.
    let original: String
  }

  private struct Place: Hashable {
    let lane: ObjectIdentifier
    let original: RawToken
  }

  /// Bytes of URIs that one client can have the gateway remember, in subscriptions and in listens each.
  static let byteLimit = 16 << 20

  private var byURI: [RawToken: Subscription] = [:]
  /// Bytes of all URIs, in both forms.
  private var bytes = 0
  private var byPlace: [Place: Set<RawToken>] = [:]
  private var byLane: [ObjectIdentifier: Int] = [:]

  var all: [Subscription] { Array(byURI.values) }

  subscript(uri: String) -> Subscription? { byURI[RawToken(uri)] }

  /// Whether another one can be remembered.
  func hasRoom(for uri: String, _ original: String) -> Bool {
    bytes + uri.utf8.count + original.utf8.count <= Self.byteLimit
  }

  mutating func add(_ uri: String, at lane: Lane, original: String) {
    _ = remove(uri)
    let subscription = Subscription(uri: uri, lane: lane, original: original)
    byURI[RawToken(uri)] = subscription
    byPlace[Self.place(subscription), default: []].insert(RawToken(uri))
    byLane[ObjectIdentifier(lane), default: 0] += 1
    bytes += Self.size(subscription)
  }

  @discardableResult
  mutating func remove(_ uri: String) -> Subscription? {
    guard let subscription = byURI.removeValue(forKey: RawToken(uri)) else { return nil }
    bytes -= Self.size(subscription)
    let place = Self.place(subscription)
    byPlace[place]?.remove(RawToken(uri))
    if byPlace[place]?.isEmpty == true { byPlace[place] = nil }
    let lane = ObjectIdentifier(subscription.lane)
    byLane[lane, default: 1] -= 1
    if byLane[lane] == 0 { byLane[lane] = nil }
    return subscription
  }

  /// Whether anything of a lane is subscribed to.
  func concern(_ lane: Lane) -> Bool { byLane[ObjectIdentifier(lane)] != nil }

  /// The URIs by which the client knows what the server of a lane calls `original`.
  func forms(of original: String, at lane: Lane) -> [String] {
    byPlace[Place(lane: ObjectIdentifier(lane), original: RawToken(original))]?.map(\.text) ?? []
  }

  func contains(_ original: String, at lane: Lane) -> Bool {
    byPlace[Place(lane: ObjectIdentifier(lane), original: RawToken(original))] != nil
  }

  /// The servers' own URIs of what is subscribed to at a lane.
  func originals(at lane: Lane) -> [String] {
    concern(lane) ? byURI.values.filter { $0.lane === lane }.map(\.original) : []
  }

  private static func size(_ subscription: Subscription) -> Int {
    subscription.uri.utf8.count + subscription.original.utf8.count
  }

  private static func place(_ subscription: Subscription) -> Place {
    Place(lane: ObjectIdentifier(subscription.lane), original: RawToken(subscription.original))
  }
}
