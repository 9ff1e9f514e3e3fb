import TestSupport
import Testing

@testable import JSONRPC

struct EventStreamReaderTests {
  private struct Told: Equatable {
    var events: [String] = []
    var retries: [UInt64] = []
    var lastID: String?
  }

  /// Reads a text in pieces whose lengths `next` says, and returns what came of it: types and data.
  private func read(_ text: [UInt8], next: () -> Int = { .max }) -> Told {
    var reader = EventStreamReader()
    var told = Told()
    var data: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(next()))
      rest = rest.dropFirst(piece.count)
      piece.withUnsafeBytes { bytes in
        reader.receive(bytes) { step in
          switch step {
          case .data(let bytes): data += bytes
          case .began: data = []
          case .lineBreak: data.append(UInt8(ascii: "\n"))
          case .event(let type):
            told.events.append("\(type)|" + String(decoding: data, as: UTF8.self))
            data = []
          case .retry(let milliseconds): told.retries.append(milliseconds)
          }
        }
      }
    }
    told.lastID = reader.lastID
    return told
  }

  private func read(_ text: String) -> Told { read(Array(text.utf8)) }

  @Test func anEventIsWhatStandsBeforeAnEmptyLine() {
    #expect(read("data: {\"a\":1}\n\n").events == ["message|{\"a\":1}"])
    #expect(read("event: endpoint\ndata: /x\n\n").events == ["endpoint|/x"])
    #expect(read("data: cut off").events == [])
    #expect(read("data: cut off\n").events == [])
  }

  @Test(arguments: ["\n", "\r", "\r\n"])
  func aLineEndsInThreeWays(end: String) {
    let text = "id: 1\ndata: a\ndata:b\ndata\n\n: comment\n\nevent:x\ndata:  c\n\n".replacing("\n", with: end)
    #expect(read(text) == Told(events: ["message|a\nb\n", "x| c"], lastID: "1"))
  }

  @Test func aByteOrderMarkIsPassedOverOnce() {
    #expect(read("\u{FEFF}data: a\n\n").events == ["message|a"])
    #expect(read("\u{FEFF}\u{FEFF}data: a\n\n").events == [])
    #expect(read("data: a\n\n\u{FEFF}data: b\n\n").events == ["message|a"])
  }

  @Test func anEventWithoutDataSaysItsIDAlone() {
    #expect(read("id: 7\nretry: 250\ndata:\n\n") == Told(retries: [250], lastID: "7"))
    #expect(read("id: 7\n\n") == Told(lastID: "7"))
    #expect(read("id: 7\n").lastID == nil)
    #expect(read("event: ping\n\ndata: a\n\n").events == ["message|a"])
  }

  @Test func anIDStaysUntilAnotherComes() {
    #expect(read("id: 7\ndata: a\n\ndata: b\n\n").lastID == "7")
    #expect(read("id: 7\ndata: a\n\nid\ndata: b\n\n").lastID == "")
    #expect(read("id: 7\ndata: a\n\nid: \0\ndata: b\n\n").lastID == "7")
  }

  @Test func whatMeansNothingIsPassedOver() {
    #expect(read("retry: soon\nretry: -1\nretry:\nfoo: 1\ndatas: 2\ndat: 3\n:\ndata: a\n\n").events == ["message|a"])
    #expect(read("retry: soon\nretry: -1\nretry:\n").retries == [])
    let long = String(repeating: "x", count: EventStreamReader.valueLimit + 1)
    #expect(read("id: \(long)\nevent: \(long)\n\(long): \(long)\ndata: a\n\n") == Told(events: ["message|a"]))
  }

  @Test func dataIsHandedOverByteForByte() {
    let odd: [UInt8] = [0, 0xFF, 0x80, 0x3A, 0x20, 0xC3, 0xA9]
    var data: [UInt8] = []
    var reader = EventStreamReader()
    (Array("data: ".utf8) + odd + Array("\n\n".utf8)).withUnsafeBytes { bytes in
      reader.receive(bytes) { if case .data(let piece) = $0 { data += piece } }
    }
    #expect(data == odd)
  }

  @Test func whereAStreamIsCutChangesNothing() {
    let pieces = [
      "data", "data:", "data: ", "data: é{}", "event: x", "id: 1", "id", ":", ": c", "retry: 5", "foo", "\u{FEFF}",
      "\n",
      "\r", "\r\n", "\n\n", "\r\n\r\n", " ",
    ]
    for seed in WalkSeeds(atLeast: 500) {
      var random = SeededGenerator(seed: seed)
      var text: [UInt8] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) { text += pieces.randomElement(using: &random)!.utf8 }
      let whole = read(text)
      #expect(read(text, next: { 1 }) == whole, "seed \(seed)")
      #expect(read(text, next: { Int.random(in: 1...5, using: &random) }) == whole, "seed \(seed)")
    }
  }
}
