/// What every result of the gateway's own begins with, for modern clients (2026-07-28, basic/index).
package struct ResultHead: Sendable {
  /// The member of `_meta` that says who answers.
  package let metaMember: String
  private let plain: String

  /// - Parameter identity: the gateway's `Implementation` object.
  package init(identity: String) {
    metaMember = "\"\(ReservedMeta.serverInfo)\":\(identity)"
    plain = "\"resultType\":\"complete\",\"_meta\":{\(metaMember)}"
  }

  /// The members, with how long the result may be kept where the method says so.
  package func members(_ hints: CacheHints?) -> String { hints.map { plain + "," + $0.members } ?? plain }
}
