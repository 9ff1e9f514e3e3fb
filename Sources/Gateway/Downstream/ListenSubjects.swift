import JSONRPC
import MCP

/// The resources, or the tasks, of one listen: found by their names as well as by what their servers call them, since a
/// server may tell of thousands while a client listens for thousands.
struct ListenSubjects {
  private struct Place: Hashable {
    let lane: ObjectIdentifier
    let original: RawToken
  }

  private var byName: [RawToken: ClientListen.Subject] = [:]
  private var byPlace: [Place: Set<RawToken>] = [:]
  /// How many of the servers' own names have each length, in bytes.
  private var lengths: [Int: Int] = [:]

  var all: [ClientListen.Subject] { Array(byName.values) }

  subscript(name: String) -> ClientListen.Subject? { byName[RawToken(name)] }

  mutating func add(_ subject: ClientListen.Subject) {
    _ = remove(subject.name)
    byName[RawToken(subject.name)] = subject
    byPlace[Self.place(subject), default: []].insert(RawToken(subject.name))
    lengths[subject.original.utf8.count, default: 0] += 1
  }

  @discardableResult
  mutating func remove(_ name: String) -> ClientListen.Subject? {
    guard let subject = byName.removeValue(forKey: RawToken(name)) else { return nil }
    let place = Self.place(subject)
    byPlace[place]?.remove(RawToken(name))
    if byPlace[place]?.isEmpty == true { byPlace[place] = nil }
    let length = subject.original.utf8.count
    lengths[length, default: 1] -= 1
    if lengths[length] == 0 { lengths[length] = nil }
    return subject
  }

  /// The server has said that it will tell of it.
  mutating func honour(_ name: String) { byName[RawToken(name)]?.isHonoured = true }

  /// What the server of a lane calls `original`, to the letter.
  func called(_ original: String, at lane: Lane) -> [ClientListen.Subject] {
    let names = byPlace[Place(lane: ObjectIdentifier(lane), original: RawToken(original))] ?? []
    return names.compactMap { byName[$0] }
  }

  /// What an update of `uri` is one of: of itself, or of the nearest that it is a part of. Only what is honoured counts.
  func covering(_ uri: String, at lane: Lane) -> ClientListen.Subject? {
    if byName.isEmpty { return nil }
    if let exact = called(uri, at: lane).first(where: \.isHonoured) { return exact }
    let bytes = Array(uri.utf8)
    for length in ListenFilter.lengthsOfWholes(of: bytes) where lengths[length] != nil {
      let whole = String(decoding: bytes[..<length], as: UTF8.self)
      if let found = called(whole, at: lane).first(where: \.isHonoured) { return found }
    }
    return nil
  }

  private static func place(_ subject: ClientListen.Subject) -> Place {
    Place(lane: ObjectIdentifier(subject.lane), original: RawToken(subject.original))
  }
}
