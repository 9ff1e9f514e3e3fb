import EventLoop
import Platform

/// The end of a log file, and what comes behind it, through its being moved aside.
@GatewayActor
struct LogTail {
  /// Bytes of one file that are looked at.
  private static let sizeLimit = 1 << 30

  private let path: String
  private var identity: FileSystem.Identity?
  /// Bytes that were read of the file.
  private var offset = 0
  /// A line without its end.
  private var rest: [UInt8] = []

  init(_ path: String) { self.path = path }

  /// Returns the last lines there are, from files that were moved aside as well, oldest first.
  mutating func last(_ count: Int) -> [String] {
    var lines = Self.lines(take())
    var number = 1
    while lines.count < count, let bytes = try? FileSystem.read("\(path).\(number)", limit: Self.sizeLimit) {
      lines = Self.lines(bytes) + lines
      number += 1
    }
    return lines.suffix(count)
  }

  /// Returns the lines that have come since.
  mutating func news() -> [String] {
    let now = try? FileSystem.identity(of: path)
    guard now != identity || (FileSystem.size(of: path) ?? 0) != offset else { return [] }
    var lines: [String] = []
    if now != identity, identity != nil, (try? FileSystem.identity(of: "\(path).1")) == identity,
      let moved = try? FileSystem.read("\(path).1", limit: Self.sizeLimit)
    {
      lines = complete(Array(moved.dropFirst(offset)))
    }
    return lines + complete(take())
  }

  /// Returns what was not read of the file yet.
  private mutating func take() -> [UInt8] {
    let now = try? FileSystem.identity(of: path)
    if now != identity { offset = 0 }
    identity = now
    guard let bytes = try? FileSystem.read(path, limit: Self.sizeLimit) else { return [] }
    defer { offset = bytes.count }
    return Array(bytes.dropFirst(offset))
  }

  private mutating func complete(_ bytes: [UInt8]) -> [String] {
    let all = rest + bytes
    let end = all.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    rest = Array(all[end...])
    return Self.lines(Array(all[..<end]))
  }

  private static func lines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}
