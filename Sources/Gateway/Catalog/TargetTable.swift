import JSONRPC

/// Whom the public names of one name space mean.
///
/// An object, because each call looks into it (docs/hot-path.md).
package final class TargetTable: Sendable {
  private let names: ByteIndex
  /// By the position of the name.
  private let targets: [Catalog.Target]

  package init() {
    names = ByteIndex()
    targets = []
  }

  private init(_ draft: Draft) {
    names = draft.names
    targets = draft.targets
  }

  /// A table in the making, of an earlier one and of further names, or further meanings of them: a name that was ever
  /// given out keeps routing.
  struct Draft {
    fileprivate var names: ByteIndex
    fileprivate var targets: [Catalog.Target]

    init(_ earlier: TargetTable) {
      names = earlier.names
      targets = earlier.targets
    }

    mutating func enter(_ name: String, _ target: Catalog.Target) {
      let position = names.enter(name)
      if position == targets.count { targets.append(target) } else { targets[position] = target }
    }

    func finish() -> TargetTable { TargetTable(self) }
  }

  /// Looks up a raw JSON string.
  package func target(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    names.position(ofQuoted: raw).map { targets[$0] }
  }
}
