/// All processes at one moment, with the marks that they carry: for any number of questions about the same moment.
struct ProcessCensus {
  let entries: [ProcessTable.Entry]
  private let marked: [(process: Int32, marks: [Substring])]

  /// Looks at all processes; that takes several system calls for each.
  init() {
    entries = ProcessTable.all()
    marked = MarkedProcesses.all(among: entries.filter { !$0.isZombie }.map(\.process)).map { process, value in
      (process, value.split(separator: " "))
    }
  }

  /// Returns every process that carries one mark, and all that descend from these.
  func carrying(_ token: String) -> [ProcessTable.Entry] {
    let carriers = Set(marked.filter { $0.marks.contains(token[...]) }.map(\.process))
    guard !carriers.isEmpty else { return [] }
    return entries.filter { carriers.contains($0.process) }
      + carriers.flatMap { ProcessTable.descendants(of: $0, in: entries) }.filter { !$0.isZombie }
  }
}
