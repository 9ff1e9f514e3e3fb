import CLibUV
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct FileSystemTests {
  @Test func aFileIsReadWholeUpToItsLimit() throws {
    let scratch = try ScratchDirectory()
    let text = String(repeating: "0123456789", count: 1000)
    try #require(scratch.write(text, to: "file"))
    #expect(try FileSystem.read(scratch.path + "/file", limit: 10_000) == Array(text.utf8))
    let tooLarge = PlatformError("read", path: scratch.path + "/file", code: EFBIG)
    #expect(throws: tooLarge) { try FileSystem.read(scratch.path + "/file", limit: 9999) }
    #expect(throws: PlatformError("open", path: "/no/file", code: ENOENT)) { try FileSystem.read("/no/file", limit: 1) }
    #expect(throws: PlatformError("read", path: scratch.path, code: EISDIR)) {
      try FileSystem.read(scratch.path, limit: 1)
    }
    #expect(try FileSystem.read("/dev/null", limit: 0) == [])
  }

  @Test func aPipeThatNobodyWritesIntoKeepsNobody() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let failure = PlatformError("read the pipe", path: path, code: ETIMEDOUT)
    #expect(throws: failure) { try FileSystem.read(path, limit: 10) }
    #expect(throws: failure) { try FileSystem.read(path, limit: 10, patience: 20) }
    // Somebody who writes and goes on.
    let writing = open(path, O_RDWR)
    defer { close(writing) }
    #expect(write(writing, "abc", 3) == 3)
    #expect(throws: failure) { try FileSystem.read(path, limit: 10) }
    #expect(write(writing, "abc", 3) == 3)
    #expect(throws: PlatformError("read", path: path, code: EFBIG)) { try FileSystem.read(path, limit: 2) }
  }

  @Test func aReplacedFileIsPrivateAndLeavesNothingBeside() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/facts"
    try #require(scratch.write("old", to: "facts", mode: 0o644))
    try FileSystem.replace(path, with: Array("new".utf8))
    #expect(scratch.read("facts") == "new")
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(FileSystem.names(in: scratch.path) == ["facts"])
    #expect(throws: PlatformError("write", path: scratch.path + "/no/file", code: ENOENT)) {
      try FileSystem.replace(scratch.path + "/no/file", with: [])
    }
  }

  @Test func missingDirectoriesAreMade() throws {
    let scratch = try ScratchDirectory()
    let path = scratch.path + "/a/b/c"
    try FileSystem.makeDirectories(path)
    try FileSystem.makeDirectories(path)
    var status = stat()
    #expect(stat(scratch.path + "/a", &status) == 0 && status.st_mode & 0o777 == 0o700)
    try #require(scratch.write("", to: "file"))
    #expect(throws: PlatformError.self) { try FileSystem.makeDirectories(scratch.path + "/file/below") }
  }

  @Test func aFileHasOneIdentityByEachOfItsPaths() throws {
    let scratch = try ScratchDirectory()
    try #require(scratch.write("", to: "file"))
    try #require(symlink("file", scratch.path + "/link") == 0)
    #expect(
      try FileSystem.identity(of: scratch.path + "/file") == FileSystem.identity(of: scratch.path + "/./link"))
    #expect(
      try FileSystem.realPath(scratch.path + "/../" + scratch.path.dropFirst(5) + "/link")
        == FileSystem.realPath(scratch.path) + "/file")
    try FileSystem.remove(scratch.path + "/link")
    try FileSystem.remove(scratch.path + "/link")
  }
}
