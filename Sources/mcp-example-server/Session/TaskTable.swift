import MCP

/// The tasks of a session and what became of them (2025-11-25, basic/utilities/tasks).
///
/// A task begins as working and ends once; whatever happens to it later changes nothing.
struct TaskTable {
  enum Status: String {
    case working
    case inputRequired = "input_required"
    case completed, failed, cancelled

    var isTerminal: Bool { self == .completed || self == .failed || self == .cancelled }
  }

  struct Entry {
    let id: String
    let createdAt: UInt64
    /// Milliseconds after its creation at which the task is forgotten.
    let lifetime: Int
    fileprivate(set) var status = Status.working
    fileprivate(set) var statusMessage: String?
    fileprivate(set) var updatedAt: UInt64
    /// What the request would have been answered with, once the task has ended.
    fileprivate(set) var outcome: Result<JSON, ProtocolError>?

    /// The task as it is shown to the client.
    var json: JSON {
      var json: JSON = ["taskId": .string(id), "status": .string(status.rawValue)]
      json["statusMessage"] = statusMessage.map { .string($0) }
      json["createdAt"] = .string(Timestamp.text(milliseconds: createdAt))
      json["lastUpdatedAt"] = .string(Timestamp.text(milliseconds: updatedAt))
      json["ttl"] = .integer(lifetime)
      json["pollInterval"] = 500
      return json
    }
  }

  /// Tasks beyond which no more are accepted.
  static let limit = 1000
  /// Milliseconds that a task is kept when the client does not say how long.
  static let defaultLifetime = 60 * 60 * 1000
  /// Milliseconds beyond which no client can have a task kept.
  static let longestLifetime = 24 * defaultLifetime

  private var entries: [Entry] = []

  /// Every task as it is shown to the client, oldest first.
  var list: [JSON] { entries.map(\.json) }

  subscript(id: String) -> Entry? { entries.first { $0.id == id } }

  /// Notes a new task. `lifetime` is what the client asked for; `now` is in milliseconds since 1970.
  mutating func create(_ id: String, lifetime: Int?, now: UInt64) throws(ProtocolError) -> Entry {
    guard entries.count < Self.limit else {
      throw ProtocolError(.internal, "There are \(Self.limit) tasks, which is as many as are kept")
    }
    let kept = min(max(0, lifetime ?? Self.defaultLifetime), Self.longestLifetime)
    let entry = Entry(id: id, createdAt: now, lifetime: kept, updatedAt: now)
    entries.append(entry)
    return entry
  }

  /// Returns the task as it is after the change; nil when it is unknown or has ended before.
  mutating func change(_ id: String, to status: Status, _ message: String? = nil, now: UInt64) -> Entry? {
    guard let index = entries.firstIndex(where: { $0.id == id }), !entries[index].status.isTerminal else { return nil }
    entries[index].status = status
    entries[index].statusMessage = message
    entries[index].updatedAt = now
    return entries[index]
  }

  /// Ends a task with what its request would have been answered with. A tool's error is a failure.
  mutating func end(_ id: String, _ outcome: Result<JSON, ProtocolError>, now: UInt64) -> Entry? {
    let status: Status
    var message: String?
    switch outcome {
    case .success(let result): status = result["isError"] == true ? .failed : .completed
    case .failure(let error):
      status = .failed
      message = error.message
    }
    guard change(id, to: status, message, now: now) != nil else { return nil }
    return keep(outcome, of: id)
  }

  /// Ends a task by the client's wish.
  mutating func cancel(_ id: String, now: UInt64) -> Entry? {
    let message = "The task was cancelled"
    guard change(id, to: .cancelled, message, now: now) != nil else { return nil }
    return keep(.failure(ProtocolError(.internal, message)), of: id)
  }

  mutating func forget(_ id: String) { entries.removeAll { $0.id == id } }

  private mutating func keep(_ outcome: Result<JSON, ProtocolError>, of id: String) -> Entry? {
    guard let index = entries.firstIndex(where: { $0.id == id }) else { return nil }
    entries[index].outcome = outcome
    return entries[index]
  }
}
