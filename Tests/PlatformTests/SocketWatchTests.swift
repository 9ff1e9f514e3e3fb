import CLibUV
import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SocketWatchTests {
  @GatewayActor private func pair() -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    return (ends[0], ends[1])
  }

  /// libuv ends the process when it is to wait for a descriptor that is closed.
  @Test func aSocketMayBeClosedInTheTurnInWhichItWasFirstWaitedFor() async {
    await onLoop {
      let (own, other) = pair()
      let watch = SocketWatch(own) { _, _ in Issue.record("nothing has come") }
      watch?.wait(toRead: true, toWrite: false)
      watch?.end()
      close(own)
      for _ in 0..<4 { await Task.yield() }
      watch?.wait(toRead: true, toWrite: false)
      for _ in 0..<4 { await Task.yield() }
      close(other)
    }
  }

  @Test func aSocketMayBeClosedByWhoIsToldOfIt() async {
    await onLoop {
      let (own, other) = pair()
      let over = Gate()
      var watch: SocketWatch?
      watch = SocketWatch(own) { isReadable, _ in
        #expect(isReadable)
        watch?.wait(toRead: false, toWrite: true)
        watch?.end()
        watch = nil
        close(own)
        over.open()
      }
      watch?.wait(toRead: true, toWrite: false)
      #expect(write(other, "x", 1) == 1)
      await over.wait()
      for _ in 0..<4 { await Task.yield() }
      close(other)
    }
  }
}
