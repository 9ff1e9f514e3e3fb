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

    /// Whether it has ended, and only its parent does not know yet.
    var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// Whether it was stopped by a signal.
    var isStopped: Bool { state == UInt8(ascii: "T") }
  }

  /// Returns every process there is.
  static func all() -> [Entry] { identifiers().compactMap { entry($0) } }

  /// Returns the ids of every process there is.
  static func identifiers() -> [Int32] { FileSystem.names(in: "/proc").compactMap { Int32($0) } }

  /// Returns one process, or nil when there is none of that id.
  static func entry(_ process: Int32) -> Entry? {
    let descriptor = open("/proc/\(process)/stat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { Descriptor.close(descriptor) }
    return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { buffer in
      let count = Descriptor.read(descriptor, buffer.baseAddress!, buffer.count)
      return count > 0 ? parse(UnsafeRawBufferPointer(rebasing: buffer[..<count])) : nil
    }
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
  static func parse(_ line: UnsafeRawBufferPointer) -> Entry? {
    var position = 0
    guard let process = identifier(in: line, at: &position) else { return nil }
    position = line.count - 1
    while position > 0, line[position] != UInt8(ascii: ")") { position -= 1 }
    guard position > 0, position + 2 < line.count else { return nil }
    let state = line[position + 2]
    position += 3
    guard let parent = identifier(in: line, at: &position), let group = identifier(in: line, at: &position),
      let session = identifier(in: line, at: &position)
    else { return nil }
    // Between the session and the start time lie fields that nobody wants.
    for _ in 0..<15 { _ = number(in: line, at: &position) }
    guard let startTime = number(in: line, at: &position) else { return nil }
    return Entry(
      process: process, parent: parent, group: group, session: session, state: state, startTime: startTime)
  }

  private static func identifier(in line: UnsafeRawBufferPointer, at position: inout Int) -> Int32? {
    number(in: line, at: &position).flatMap { Int32(exactly: $0) }
  }

  /// Takes the next field; only its magnitude, since some that are passed over are negative.
  private static func number(in line: UnsafeRawBufferPointer, at position: inout Int) -> UInt64? {
    while position < line.count, line[position] == UInt8(ascii: " ") || line[position] == UInt8(ascii: "-") {
      position += 1
    }
    let start = position
    var value: UInt64 = 0
    while position < line.count, case let digit = line[position] &- UInt8(ascii: "0"), digit < 10 {
      value = value &* 10 &+ UInt64(digit)
      position += 1
    }
    return position > start ? value : nil
  }
}
