import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct FileWatchTests {
  /// A watch over files, and the next time that it tells something.
  @GatewayActor
  private final class Watched {
    private var told = Gate()
    private var watch: FileWatch?
    private(set) var count = 0

    init(_ paths: String...) {
      watch = FileWatch(paths) { [weak self] in
        self?.count += 1
        self?.told.open()
      }
    }

    var isComplete: Bool { watch?.isComplete == true }

    /// Does something and suspends until the watch tells.
    func next(after body: () throws -> Void) async throws {
      told = Gate()
      try body()
      await told.wait()
    }
  }

  @Test func aFileThatIsWrittenReplacedMadeAndRemovedIsTold() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let path = directory.path + "/servers.json"
      let watched = Watched(path)
      #expect(watched.isComplete)
      try await watched.next { try FileSystem.replace(path, with: [1]) }
      try await watched.next { try FileSystem.replace(path, with: [2, 3]) }
      try await watched.next { try FileSystem.remove(path) }
      withExtendedLifetime(directory) {}
    }
  }

  @Test func whatALinkLeadsToIsWatchedToo() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      try FileSystem.makeDirectories(directory.path + "/dotfiles")
      let real = directory.path + "/dotfiles/servers.json"
      try FileSystem.replace(real, with: [1])
      #expect(symlink(real, directory.path + "/servers.json") == 0)
      let watched = Watched(directory.path + "/servers.json")
      try await watched.next { try FileSystem.replace(real, with: [2]) }
      withExtendedLifetime(directory) {}
    }
  }

  @Test func otherFilesOfTheDirectoryAreNobodysBusiness() async throws {
    try await onLoop {
      let directory = try ScratchDirectory()
      let path = directory.path + "/servers.json"
      let watched = Watched(path)
      try FileSystem.replace(directory.path + "/another", with: [1])
      try await watched.next { try FileSystem.replace(path, with: [1]) }
      let before = watched.count
      try FileSystem.replace(directory.path + "/another", with: [2])
      await LoopClock.loop.sleep(milliseconds: 100)
      #expect(watched.count == before)
      withExtendedLifetime(directory) {}
    }
  }

  @Test func aDirectoryThatIsNotThereIsSaid() async throws {
    await onLoop {
      #expect(!Watched("/nowhere/at/all/servers.json").isComplete)
    }
  }

  @Test func aStampIsAnotherOneWhenTheFileIs() throws {
    let directory = try ScratchDirectory()
    let path = directory.path + "/f"
    #expect(FileSystem.stamp(of: path) == nil)
    try FileSystem.replace(path, with: [1])
    let first = FileSystem.stamp(of: path)
    #expect(first != nil)
    #expect(FileSystem.stamp(of: path) == first)
    try FileSystem.replace(path, with: [1])
    #expect(FileSystem.stamp(of: path) != first)
    withExtendedLifetime(directory) {}
  }
}
