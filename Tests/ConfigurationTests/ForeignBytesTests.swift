import TestSupport
import Testing

@testable import Configuration

/// Whatever bytes are read as a configuration, reading ends with a value or with problems that lie inside the file.
@Suite struct ForeignBytesTests {
  private static let sample = """
    { // comment
      "mcpServers": {
        "a é": {"command": "npx", "args": ["-y", "${A:-x}", "$${"], "env": {"K": "v\\u00e9"}, "timeout": 12.5, "x": [{}]},
        "b": {"url": "https://example.com/mcp", "headers": {"H": "${env:HOME}"}, "type": "http", "disabled": false,},
      },
      "junction": {"reconnect": {"policy": "linear", "jitter": 0.5}, "maxFrame": "1MiB", "breakerAfter": null},
    }
    """

  private func check(_ bytes: [UInt8], _ story: String) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let surroundings = Surroundings(environment: ["HOME": "/home/ada"])
    let access = SystemAccess(readFile: { _ in .failure(FileProblem("none")) })
    let configuration = Configuration.read(bytes, path: "/f", in: surroundings, with: access)
    if let failure = configuration.failure { #expect(!failure.isEmpty, "\(story)") }
    let problems = configuration.problems + configuration.warnings + configuration.servers.flatMap(\.problems)
    for problem in problems {
      #expect(problem.line >= 1 && problem.line <= max(lines.count, 1), "\(story): \(problem)")
      guard problem.line >= 1, problem.line <= lines.count else { continue }
      #expect(problem.column >= 1 && problem.column <= lines[problem.line - 1].count + 1, "\(story): \(problem)")
    }
  }

  @Test func aFileCutAnywhereIsRefusedInPlace() {
    let bytes = Array(Self.sample.utf8)
    for count in 0...bytes.count { check(Array(bytes[..<count]), "cut at \(count)") }
  }

  @Test func changedBytesNeverBreakTheReader() {
    let alphabet = Array("{}[]\",:/*\\ue0.$-n\n\u{FEFF}é\0".utf8) + [0x80, 0xFF]
    for seed in UInt64(1)...1500 {
      var random = SplitMix(seed)
      var bytes = Array(Self.sample.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        let byte = alphabet.randomElement(using: &random) ?? 0
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...20, using: &random)))
        }
      }
      check(bytes, "seed \(seed)")
    }
  }
}
