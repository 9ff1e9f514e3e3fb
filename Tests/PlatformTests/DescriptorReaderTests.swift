import CLibUV
import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct DescriptorReaderTests {
  enum Kind: CaseIterable, Sendable {
    case pipe, ownPipe, socket

    func make() throws -> (reading: Int32, writing: Int32) {
      switch self {
      case .pipe, .ownPipe: return try Descriptor.pipe()
      case .socket:
        let ends = try Descriptor.socketPair()
        return (ends.0, ends.1)
      }
    }
  }

  /// A reader whose bytes are gathered until the end.
  @GatewayActor
  final class Gathered {
    let reader: DescriptorReader
    private(set) var bytes: [UInt8] = []
    let ended = Gate()

    init(_ descriptor: Int32, _ kind: Kind = .pipe) throws {
      reader = try DescriptorReader(taking: descriptor, isOwnPipe: kind == .ownPipe)
      reader.onBytes = { [unowned self] in bytes += $0 }
      reader.onEnd = { [unowned self] in ended.open() }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  @GatewayActor
  private static func one() -> Int { 1 }

  private func put(_ bytes: [UInt8], into descriptor: Int32) {
    #expect(bytes.withUnsafeBytes { Descriptor.write(descriptor, $0) } == bytes.count)
  }

  @Test(arguments: Kind.allCases)
  func whatCameAndEndedBeforeTheStartIsReadAfterIt(_ kind: Kind) async throws {
    try await onLoop {
      let ends = try kind.make()
      let gathered = try Gathered(ends.reading, kind)
      put(Array("before".utf8), into: ends.writing)
      await turns(3)
      Descriptor.close(ends.writing)
      await turns(3)
      #expect(gathered.bytes.isEmpty)
      gathered.reader.start()
      await gathered.ended.wait()
      #expect(gathered.text == "before")
    }
  }

  @Test(arguments: Kind.allCases)
  func stoppingAtEachReadLosesNothing(_ kind: Kind) async throws {
    try await onLoop {
      let ends = try kind.make()
      let gathered = try Gathered(ends.reading, kind)
      let most = EventLoop.shared.scratch.count
      var waiting = 0
      gathered.reader.onBytes = { [reader = gathered.reader] bytes in
        waiting -= bytes.count
        reader.stop()
        TurnEnd.call { reader.start() }
      }
      gathered.reader.start()
      // As much as one read takes, more than that where it fits, less, and the end right behind the last of it.
      for count in [most, kind == .socket ? most + 1000 : most, 10, 3] {
        put([UInt8](repeating: 0, count: count), into: ends.writing)
        waiting += count
        if count == 3 { Descriptor.close(ends.writing) }
        while waiting > 0 { await turns(1) }
      }
      await gathered.ended.wait()
      #expect(waiting == 0)
    }
  }

  @Test func moreReadersThanOneWaitTellsOfAreAllCalled() async throws {
    try await onLoop {
      var all: [Gathered] = []
      for number in 0..<200 {
        let pipe = try Descriptor.pipe()
        let gathered = try Gathered(pipe.reading)
        gathered.reader.start()
        put(Array("\(number)".utf8), into: pipe.writing)
        Descriptor.close(pipe.writing)
        all.append(gathered)
      }
      for (number, gathered) in all.enumerated() {
        await gathered.ended.wait()
        #expect(gathered.text == "\(number)")
      }
    }
  }

  /// Both become readable in the same turn. Whoever is called first closes the other one, whose number the next pipe gets,
  /// unless a test on another thread is faster.
  @Test func aReaderGetsNothingThatWasMeantForTheOneBefore() async throws {
    try await onLoop {
      let pipes = [try Descriptor.pipe(), try Descriptor.pipe()]
      let readers = [try Gathered(pipes[0].reading), try Gathered(pipes[1].reading)]
      var next: (pipe: (reading: Int32, writing: Int32), gathered: Gathered)?
      for (index, gathered) in readers.enumerated() {
        gathered.reader.onBytes = { _ in
          guard next == nil else {
            Issue.record("a closed reader was called")
            return
          }
          readers[1 - index].reader.close()
          do {
            let pipe = try Descriptor.pipe()
            let gathered = try Gathered(pipe.reading)
            gathered.reader.start()
            next = (pipe, gathered)
          } catch {
            Issue.record(error)
          }
        }
        gathered.reader.start()
      }
      for pipe in pipes { put([1], into: pipe.writing) }
      while next == nil { await turns(1) }
      await turns(3)
      let (pipe, gathered) = try #require(next)
      #expect(gathered.bytes.isEmpty)
      put([2], into: pipe.writing)
      Descriptor.close(pipe.writing)
      await gathered.ended.wait()
      #expect(gathered.bytes == [2])
      for pipe in pipes { Descriptor.close(pipe.writing) }
      for gathered in readers { gathered.reader.close() }
    }
  }

  @Test func aReaderMayBeClosedAndReleasedWhileItIsCalled() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      let released = Gate()
      var reader: DescriptorReader? = try DescriptorReader(taking: pipe.reading)
      reader?.onBytes = { _ in
        reader?.close()
        reader = nil
        released.open()
      }
      reader?.start()
      put([1], into: pipe.writing)
      await released.wait()
      #expect([UInt8(2)].withUnsafeBytes { Descriptor.write(pipe.writing, $0) } == -1 && errno == EPIPE)
      Descriptor.close(pipe.writing)
    }
  }

  @Test func aReaderThatWasNotStartedClosesByItself() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      do { _ = try DescriptorReader(taking: pipe.reading) }
      await turns(2)
      #expect([UInt8(2)].withUnsafeBytes { Descriptor.write(pipe.writing, $0) } == -1 && errno == EPIPE)
      Descriptor.close(pipe.writing)
    }
  }

  /// Pipes that keep packets apart, and sockets over which descriptors come: a read ends with each.
  @Test(arguments: [Kind.pipe, .socket])
  func readsThatEndEarlyLeaveNothingBehind(_ kind: Kind) async throws {
    try await onLoop {
      var ends = try kind.make()
      if kind == .pipe {
        Descriptor.close(ends.reading)
        Descriptor.close(ends.writing)
        ends = try packetPipe()
      }
      for number in 1...5 {
        if kind == .pipe {
          put([UInt8(number)], into: ends.writing)
        } else {
          try send([UInt8(number)], withDescriptorInto: ends.writing)
        }
      }
      let gathered = try Gathered(ends.reading)
      gathered.reader.start()
      while gathered.bytes.count < 5 { await turns(1) }
      #expect(gathered.bytes == [1, 2, 3, 4, 5])
      Descriptor.close(ends.writing)
      await gathered.ended.wait()
    }
  }

  private func packetPipe() throws -> (reading: Int32, writing: Int32) {
    /// O_DIRECT, which Swift does not import.
    let packets: Int32 = 0o40000
    var ends: (Int32, Int32) = (-1, -1)
    let status = withUnsafeMutableBytes(of: &ends) {
      pipe2($0.assumingMemoryBound(to: Int32.self).baseAddress, packets)
    }
    try #require(status == 0)
    return (ends.0, ends.1)
  }

  private func send(_ bytes: [UInt8], withDescriptorInto socket: Int32) throws {
    let other = try Descriptor.duplicate(socket)
    let sent = bytes.withUnsafeBytes { junction_send(socket, $0.baseAddress, $0.count, [other], 1) }
    #expect(sent == bytes.count)
    Descriptor.close(other)
  }

  @Test(arguments: [Kind.pipe, .ownPipe])
  func aFloodLeavesOthersTheirTurns(_ kind: Kind) async throws {
    try await onLoop {
      let pipe = try kind.make()
      let flood = try DescriptorReader(taking: pipe.reading, isOwnPipe: kind == .ownPipe)
      let much = [UInt8](repeating: 0, count: 64 * 1024)
      Descriptor.setNonblocking(pipe.writing)
      var reads = 0
      var most = 0
      var turns = 0
      let done = Gate()
      flood.onBytes = { bytes in
        reads += 1
        if reads == 1 {
          TurnEnd.call {
            most = max(most, reads)
            reads = 0
            turns += 1
            if turns == 50 { done.open() }
          }
        }
        // As soon as something is read there is more.
        _ = much.withUnsafeBytes { Descriptor.write(pipe.writing, $0) }
      }
      put(much, into: pipe.writing)
      flood.start()
      await done.wait()
      #expect(most == 4)
      flood.close()
      Descriptor.close(pipe.writing)
    }
  }

  @Test func whatIsReadFromASharedPipeBlocksAgainAfterwards() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      let other = try Descriptor.duplicate(pipe.reading)
      let reader = try DescriptorReader(taking: pipe.reading)
      #expect(fcntl(other, F_GETFL) & O_NONBLOCK != 0)
      reader.start()
      reader.close()
      #expect(fcntl(other, F_GETFL) & O_NONBLOCK == 0)
      // The same open file, under the same number most likely, is another descriptor to the poller.
      let gathered = try Gathered(try Descriptor.duplicate(other))
      gathered.reader.start()
      put([1], into: pipe.writing)
      Descriptor.close(pipe.writing)
      await gathered.ended.wait()
      #expect(gathered.bytes == [1])
      Descriptor.close(other)
    }
  }

  @Test func otherThreadsReachTheLoopBesideAFlood() async throws {
    try await onLoop {
      let flood = try DescriptorReader(taking: open("/dev/zero", O_RDONLY))
      let pipe = try Descriptor.pipe()
      let gathered = try Gathered(pipe.reading)
      flood.start()
      gathered.reader.start()
      for _ in 0..<10 {
        let answer = await Task.detached { await Self.one() }.value
        #expect(answer == 1)
        put([1], into: pipe.writing)
      }
      Descriptor.close(pipe.writing)
      await gathered.ended.wait()
      #expect(gathered.bytes.count == 10)
      flood.close()
    }
  }
}
