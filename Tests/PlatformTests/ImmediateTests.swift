import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ImmediateTests {
  @Test func aTaskBegunInACallbackOfTheLoopRunsAtOnce() async {
    await onLoop {
      let over = Gate()
      var order: [String] = []
      _ = LoopClock.loop.after(1) {
        Task.immediate { @GatewayActor in
          order.append("task")
          over.open()
        }
        order.append("callback")
      }
      await over.wait()
      #expect(order == ["task", "callback"])
    }
  }
}
