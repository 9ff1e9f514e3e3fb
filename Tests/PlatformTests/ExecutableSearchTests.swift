import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct ExecutableSearchTests {
  @Test func aProgramIsFoundAsAShellFindsIt() throws {
    let scratch = try ScratchDirectory()
    try FileSystem.makeDirectories(scratch.path + "/bin/tool-dir")
    try FileSystem.makeDirectories(scratch.path + "/late")
    try #require(scratch.write("#!/bin/sh\n", to: "bin/tool", mode: 0o700))
    try #require(scratch.write("#!/bin/sh\n", to: "here", mode: 0o700))
    try #require(scratch.write("", to: "bin/data"))
    try #require(scratch.write("#!/bin/sh\n", to: "late/data", mode: 0o700))
    func find(_ command: String, _ path: String?) -> Result<String, ExecutableSearch.Failure> {
      ExecutableSearch.resolve(command, path: path, base: scratch.path)
    }
    let bin = scratch.path + "/bin"
    #expect(find("tool", "/no/dir:\(bin)") == .success(bin + "/tool"))
    #expect(find("tool", "bin") == .success(bin + "/tool"))
    #expect(find("here", "/no/dir::/bin") == .success(scratch.path + "/here"))
    #expect(find("./bin/tool", nil) == .success(scratch.path + "/./bin/tool"))
    #expect(find(bin + "/tool", nil) == .success(bin + "/tool"))
    #expect(find("data", "\(bin):\(scratch.path)/late") == .success(scratch.path + "/late/data"))
  }

  @Test func aFailureSaysWhatWasSearched() throws {
    let scratch = try ScratchDirectory()
    try #require(scratch.write("", to: "data"))
    func failure(_ command: String, _ path: String?) -> String? {
      guard case .failure(let failure) = ExecutableSearch.resolve(command, path: path, base: scratch.path) else {
        return nil
      }
      return failure.description
    }
    #expect(failure("tool", "/a:/b") == "tool was not found in PATH: /a:/b")
    #expect(failure("tool", nil) == "tool was not found: PATH is empty")
    #expect(failure("bin/tool", "/a") == "\(scratch.path)/bin/tool does not exist")
    #expect(failure("data", scratch.path) == "\(scratch.path)/data is not an executable file")
    #expect(failure("/", nil) == "/ is not an executable file")
    #expect(failure("", "/bin") != nil)
  }
}
