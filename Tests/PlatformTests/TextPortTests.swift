import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1)))
struct TextPortTests {
  @Test func linesArriveAndTheTailRemainsAfterTheEnd() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      let port = try TextPort(reading: pipe.reading)
      let lines = Mailbox<String>()
      port.onLine = { lines.put($0 + "/" + "\(port.tail.utf8.count)") }
      port.onEnd = { lines.put("end") }
      port.startReading()
      #expect(Glibc.write(pipe.writing, "warn\nfatal", 10) == 10)
      #expect(await lines.next() == "warn/10")
      Descriptor.close(pipe.writing)
      #expect(await lines.next() == "fatal/10")
      #expect(await lines.next() == "end")
      #expect(port.tail == "warn\nfatal")
      port.close()
    }
  }

  @Test func aPortThatIsReleasedLetsGoOfItsDescriptor() async throws {
    try await onLoop {
      let pipe = try Descriptor.pipe()
      try start(reading: pipe.reading)
      while [UInt8(1)].withUnsafeBytes({ Descriptor.write(pipe.writing, $0) }) == 1 { await turns(1) }
      #expect(errno == EPIPE)
      Descriptor.close(pipe.writing)
    }
  }

  @GatewayActor
  private func start(reading: Int32) throws {
    let port = try TextPort(reading: reading)
    port.startReading()
  }
}
