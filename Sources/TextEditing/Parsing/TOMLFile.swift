/// A text of TOML 1.0 as the statements that it is made of, in their order.
struct TOMLFile: Sendable {
  struct Key: Equatable, Sendable {
    let name: String
    let offset: Int
  }

  struct Statement: Sendable {
    enum Kind: Sendable {
      /// `[a.b]`, or `[[a.b]]`.
      case header(isElement: Bool)
      case pair(DocumentNode)
    }

    let kind: Kind
    /// The keys as they are written; those of a pair begin at its table.
    let keys: [Key]
    /// Offset of its first byte.
    let offset: Int
    /// Offset after its last byte, a comment behind it aside.
    let end: Int
  }

  let statements: [Statement]
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) throws(DocumentProblem) {
    self.bytes = bytes
    var parser = TOMLParser(bytes)
    statements = try parser.statements()
  }

  /// Returns everything as one tree.
  func tree() throws(DocumentProblem) -> DocumentNode {
    let root = Table(offset: 0)
    var table = root
    for statement in statements {
      switch statement.kind {
      case .header(let isElement): table = try open(statement, isElement: isElement, in: root)
      case .pair(let value):
        var target = table
        for key in statement.keys.dropLast() { target = try step(key, from: target) }
        guard let key = statement.keys.last else { continue }
        try define(key, .value(value), in: target)
      }
    }
    return root.node(end: bytes.count)
  }

  private func open(_ statement: Statement, isElement: Bool, in root: Table) throws(DocumentProblem) -> Table {
    var target = root
    for key in statement.keys.dropLast() { target = try step(key, from: target) }
    guard let key = statement.keys.last else { return target }
    if isElement {
      let table = Table(offset: statement.offset)
      if case .tables(let tables)? = target.item(key.name) {
        target.set(key.name, .tables(tables + [table]))
      } else {
        try define(key, .tables([table]), in: target)
      }
      return table
    }
    guard let item = target.item(key.name) else {
      let table = Table(offset: statement.offset)
      table.isDefined = true
      try define(key, .table(table), in: target)
      return table
    }
    guard case .table(let table) = item, !table.isDefined else { throw twice(key) }
    table.isDefined = true
    return table
  }

  private func step(_ key: Key, from table: Table) throws(DocumentProblem) -> Table {
    switch table.item(key.name) {
    case .table(let inner): return inner
    case .tables(let tables): return tables[tables.count - 1]
    case .value: throw twice(key)
    case nil:
      let inner = Table(offset: key.offset)
      try define(key, .table(inner), in: table)
      return inner
    }
  }

  private func define(_ key: Key, _ item: Table.Item, in table: Table) throws(DocumentProblem) {
    guard table.item(key.name) == nil else { throw twice(key) }
    table.items.append((key, item))
  }

  private func twice(_ key: Key) -> DocumentProblem {
    DocumentProblem(at: key.offset, of: bytes, "the key '\(key.name)' stands twice; remove one of them first")
  }

  /// A table while statements are gathered in it.
  private final class Table {
    enum Item {
      case value(DocumentNode)
      case table(Table)
      case tables([Table])
    }

    let offset: Int
    var items: [(key: Key, item: Item)] = []
    /// Whether a header has named it.
    var isDefined = false

    init(offset: Int) { self.offset = offset }

    func item(_ name: String) -> Item? { items.first { $0.key.name == name }?.item }

    func set(_ name: String, _ item: Item) {
      if let index = items.firstIndex(where: { $0.key.name == name }) { items[index].item = item }
    }

    func node(end: Int? = nil) -> DocumentNode {
      let members = items.map { key, item in
        let value =
          switch item {
          case .value(let value): value
          case .table(let table): table.node()
          case .tables(let tables):
            DocumentNode(offset: tables[0].offset, end: tables[0].offset, content: .array(tables.map { $0.node() }))
          }
        return DocumentNode.Member(key: key.name, keyOffset: key.offset, value: value)
      }
      return DocumentNode(
        offset: offset, end: end ?? members.map(\.value.end).max() ?? offset, content: .object(members))
    }
  }
}
