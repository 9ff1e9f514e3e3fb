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

  /// Makes a table of an earlier one and of further names, or further meanings of them: a name that was ever given out
  /// keeps routing.
  init(_ earlier: TargetTable, adding added: [(name: String, target: Catalog.Target)]) {
    var names = earlier.names
    var targets = earlier.targets
    for (name, target) in added {
      let position = names.enter(name)
      if position == targets.count { targets.append(target) } else { targets[position] = target }
    }
    self.names = names
    self.targets = targets
  }

  /// Looks up a raw JSON string.
  package func target(quoted raw: UnsafeRawBufferPointer) -> Catalog.Target? {
    names.position(ofQuoted: raw).map { targets[$0] }
  }
}
