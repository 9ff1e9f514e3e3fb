package import JSONRPC

/// The methods of all revisions, both directions.
package enum Method: String, CaseIterable, Sendable {
  case initialize
  case discover = "server/discover"
  case ping
  case toolsList = "tools/list"
  case toolsCall = "tools/call"
  case promptsList = "prompts/list"
  case promptsGet = "prompts/get"
  case resourcesList = "resources/list"
  case resourceTemplatesList = "resources/templates/list"
  case resourcesRead = "resources/read"
  case resourcesSubscribe = "resources/subscribe"
  case resourcesUnsubscribe = "resources/unsubscribe"
  case subscriptionsListen = "subscriptions/listen"
  case completionComplete = "completion/complete"
  case loggingSetLevel = "logging/setLevel"
  case tasksGet = "tasks/get"
  case tasksResult = "tasks/result"
  case tasksCancel = "tasks/cancel"
  case tasksList = "tasks/list"
  case tasksUpdate = "tasks/update"
  case rootsList = "roots/list"
  case samplingCreateMessage = "sampling/createMessage"
  case elicitationCreate = "elicitation/create"
  case initialized = "notifications/initialized"
  case cancelled = "notifications/cancelled"
  case progress = "notifications/progress"
  case message = "notifications/message"
  case resourcesUpdated = "notifications/resources/updated"
  case toolsListChanged = "notifications/tools/list_changed"
  case promptsListChanged = "notifications/prompts/list_changed"
  case resourcesListChanged = "notifications/resources/list_changed"
  case rootsListChanged = "notifications/roots/list_changed"
  case elicitationComplete = "notifications/elicitation/complete"
  case tasksStatus = "notifications/tasks/status"
  case tasksChanged = "notifications/tasks"
  case subscriptionsAcknowledged = "notifications/subscriptions/acknowledged"
  /// A method of somebody's own, which no revision knows; its name stands in the message alone.
  case custom = "custom"

  /// Whether the method may be answered with `input_required` (2026-07-28, basic/patterns, multi round-trip requests).
  package var takesInput: Bool { self == .toolsCall || self == .promptsGet || self == .resourcesRead }

  private struct Table {
    let all = allCases
    /// The methods' names, each at the method's place among all.
    let names = allCases.reduce(into: ByteIndex()) { _ = $0.enter($1.rawValue) }
  }

  private static let table = Table()

  /// Returns the method that a raw JSON string names; nil for one that no revision knows.
  package init?(raw: UnsafeRawBufferPointer) {
    let table = Self.table
    guard let position = table.names.position(ofQuoted: raw) else { return nil }
    self = table.all[position]
  }
}

extension Frame {
  /// The method of a request or a notification; nil for one that no revision knows.
  package var method: Method? { outer.method.flatMap { Method(raw: self[$0]) } }
}
