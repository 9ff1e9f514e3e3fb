import EventLoop
import JSONRPC
import MCP

/// A `subscriptions/listen` of a modern client, from its arrival to its end.
@GatewayActor
final class ClientListen {
  /// One resource, or one task, that the client wants to hear of.
  struct Subject {
    /// The URI as the client asked for it, or the wrapped id of the task.
    let name: String
    let lane: Lane
    /// The same as the server knows it.
    let original: String
    /// Whether the server has said that it will tell.
    var isHonoured = false

    init(_ name: String, at lane: Lane, original: String) {
      self.name = name
      self.lane = lane
      self.original = original
    }
  }

  /// The id of the listen, with which everything that belongs to it is tagged.
  let id: RawToken
  let filter: ListenFilter
  let profile: ListProfile
  /// What its servers tell of, or have just been asked to tell of.
  var resources = ListenSubjects()
  var tasks = ListenSubjects()
  /// The lists as they were when the listen was opened, or when it was last told that they changed.
  var known: [ListKind: ByteBuffer] = [:]
  private(set) var isAcknowledged = false
  /// Changes of lists that were not told because the acknowledgement has to come first.
  private(set) var missed: Set<Method> = []

  init(id: RawToken, filter: ListenFilter, profile: ListProfile) {
    self.id = id
    self.filter = filter
    self.profile = profile
  }

  /// Acknowledges what is honoured, and tells what has changed meanwhile (2026-07-28, server/utilities/subscriptions).
  func acknowledge(to output: OutputBuffer) {
    isAcknowledged = true
    let honoured = ListenFilter(
      lists: filter.lists, resources: resources.all.filter(\.isHonoured).map(\.name),
      tasks: tasks.all.filter(\.isHonoured).map(\.name))
    Reply.notification(
      .subscriptionsAcknowledged, params: "{\"_meta\":{\(tag)},\"notifications\":\(honoured.json)}", to: output)
    for method in missed.sorted(by: { $0.rawValue < $1.rawValue }) { changed(method, to: output) }
    missed = []
  }

  /// Takes down of which of some resources their lane will tell; returns its names of those that are let go.
  func settle(_ subjects: [Subject], honoured: Set<RawToken>) -> [String] {
    var dropped: [String] = []
    for subject in subjects {
      guard let known = resources[subject.name], !known.isHonoured else { continue }
      if honoured.contains(RawToken(known.original)) {
        resources.honour(subject.name)
      } else {
        resources.remove(subject.name)
        dropped.append(known.original)
      }
    }
    return dropped
  }

  /// Says that a list has changed.
  func changed(_ method: Method, to output: OutputBuffer) {
    guard isAcknowledged else {
      missed.insert(method)
      return
    }
    Reply.notification(method, params: "{\"_meta\":{\(tag)}}", to: output)
  }

  /// Ends the listen from the gateway's side.
  func end(_ head: ResultHead, to output: OutputBuffer) {
    Reply.result(
      "{\"resultType\":\"complete\",\"_meta\":{\(head.metaMember),\(tag)}}", id: id, to: output)
  }

  /// The member of `_meta` that says which listen a message belongs to.
  var tag: String { "\"\(ReservedMeta.subscriptionID)\":\(id.text)" }
}
