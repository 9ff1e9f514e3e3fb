#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The system's processes, as `/proc` shows them.
///
/// macOS has no such directory and no subreapers: there the table is empty, and process groups and environment markers
/// are all that finds what was left behind.
enum ProcessTable {
  struct Entry: Equatable, Sendable {
    let process: Int32
    let parent: Int32
    let group: Int32
    let session: Int32
    /// The state's letter: R, S, D, T (stopped), t (traced), Z (zombie).
    let state: UInt8
    /// When it started, in clock ticks since the system's start: with the process id, an identity.
    let startTime: UInt64
  }

  /// Returns every process there is.
  static func all() -> [Entry] {
    FileSystem.names(in: "/proc").compactMap { Int32($0) }.compactMap { entry($0) }
  }

  /// Returns one process, or nil when there is none of that id.
  static func entry(_ process: Int32) -> Entry? {
    guard let bytes = try? FileSystem.read("/proc/\(process)/stat", limit: 4096) else { return nil }
    return parse(bytes)
  }

  /// Returns all processes below one of them, which has no part in it itself.
  static func descendants(of ancestor: Int32, in entries: [Entry]) -> [Entry] {
    let children = Dictionary(grouping: entries, by: \.parent)
    var found: [Entry] = []
    var next = [ancestor]
    while let parent = next.popLast() {
      for child in children[parent] ?? [] where child.process != parent {
        found.append(child)
        next.append(child.process)
      }
    }
    return found
  }

  /// Reads a line of `/proc/<id>/stat` (proc_pid_stat(5)). The program's name in it is in parentheses and may itself hold
  /// spaces and parentheses.
  static func parse(_ line: [UInt8]) -> Entry? {
    guard let open = line.firstIndex(of: UInt8(ascii: "(")), let close = line.lastIndex(of: UInt8(ascii: ")")),
      let process = Int32(String(decoding: line[..<open], as: UTF8.self).filter { $0 != " " })
    else { return nil }
    let fields = line[(close + 1)...].split(separator: UInt8(ascii: " "))
    func number<Value: FixedWidthInteger>(_ index: Int) -> Value? {
      fields.indices.contains(index) ? Value(String(decoding: fields[index], as: UTF8.self)) : nil
    }
    guard let state = fields.first?.first, let parent: Int32 = number(1), let group: Int32 = number(2),
      let session: Int32 = number(3), let startTime: UInt64 = number(19)
    else { return nil }
    return Entry(
      process: process, parent: parent, group: group, session: session, state: state, startTime: startTime)
  }
}
