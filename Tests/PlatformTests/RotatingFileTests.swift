import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1))) struct RotatingFileTests {
  @Test func aFileThatHasGrownIsMovedAside() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let path = scratch.path + "/logs/a.log"
      var failures: [PlatformError] = []
      let file = RotatingFile(path: path, sizeLimit: 100, countLimit: 3) { failures.append($0) }
      for number in 0..<10 {
        file.append("\(number) " + String(repeating: "x", count: 60))
        file.flush()
      }
      file.append("the last one")
      file.flush()
      #expect(failures.isEmpty)
      #expect(Set(FileSystem.names(in: scratch.path + "/logs")) == ["a.log", "a.log.1", "a.log.2"])
      #expect(scratch.read("logs/a.log") == "the last one\n")
      #expect(scratch.read("logs/a.log.1")?.split(separator: "\n").map(\.first) == ["8", "9"])
      #expect(scratch.read("logs/a.log.2")?.split(separator: "\n").map(\.first) == ["6", "7"])
      #expect(FileSystem.mode(of: path) == 0o600 && FileSystem.mode(of: scratch.path + "/logs") == 0o700)
    }
  }

  /// Two gateways write into one file, and each moves it aside when it has grown.
  @Test func severalWritersLoseNothing() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let path = scratch.path + "/a.log"
      let writers = (0..<3).map { _ in RotatingFile(path: path, sizeLimit: 500, countLimit: 100) { _ in } }
      for number in 0..<300 {
        writers[number % 3].append("line \(number) ")
        writers[number % 3].flush()
      }
      let names = FileSystem.names(in: scratch.path)
      #expect(names.count > 5)
      let lines = names.flatMap { scratch.read($0)?.split(separator: "\n") ?? [] }
      #expect(lines.count == 300 && Set(lines).count == 300)
    }
  }

  @Test func whatCannotBeWrittenIsSaidOnceAndTriedAgain() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(scratch.write("", to: "logs"))
      var failures = 0
      let file = RotatingFile(path: scratch.path + "/logs/a.log", sizeLimit: 100, countLimit: 2) { _ in failures += 1 }
      for _ in 1...3 {
        file.append("x")
        file.flush()
      }
      #expect(failures == 1)
      try FileSystem.remove(scratch.path + "/logs")
      file.append("y")
      file.flush()
      #expect(scratch.read("logs/a.log") == "y\n")
    }
  }

  @Test func aMomentsLinesAreWrittenByThemselves() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      let file = RotatingFile(path: scratch.path + "/a.log", sizeLimit: 1000, countLimit: 2) { _ in }
      file.append("a")
      file.append("b")
      #expect(!FileSystem.exists(scratch.path + "/a.log"))
      await LoopClock.loop.sleep(milliseconds: 60)
      #expect(scratch.read("a.log") == "a\nb\n")
      withExtendedLifetime(file) {}
    }
  }

  @Test func aLinkIsNotFollowed() async throws {
    try await onLoop {
      let scratch = try ScratchDirectory()
      try #require(symlink("/tmp/somewhere-else", scratch.path + "/a.log") == 0)
      var failure: PlatformError?
      let file = RotatingFile(path: scratch.path + "/a.log", sizeLimit: 1000, countLimit: 2) { failure = $0 }
      file.append("a")
      file.flush()
      #expect(failure?.code == ELOOP)
    }
  }
}
