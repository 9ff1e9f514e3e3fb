import EventLoop
import MCP

/// Tools that take time.
extension Tool {
  static let slow: [Tool] = [
    Tool(
      name: "progress", title: "Progress", description: "Takes a number of steps and reports each",
      parameters: [
        Parameter("steps", .integer(1...1000), "How many steps", default: 5),
        Parameter("milliseconds", .integer(0...60_000), "How long each step takes", default: 100),
      ]
    ) { call throws(ToolInterruption) in
      let steps = call.arguments.integer("steps")
      for step in 1...steps {
        try await call.wait(milliseconds: call.arguments.integer("milliseconds"))
        call.report(step, of: steps, "Step \(step) of \(steps)")
      }
      return .text("Took \(steps) steps.")
    },
    Tool(
      name: "sleep", title: "Sleep", description: "Waits; can be cancelled, and called as a task",
      parameters: [Parameter("milliseconds", .integer(0...3_600_000), "How long to wait")],
      canBeTask: true
    ) { call throws(ToolInterruption) in
      let milliseconds = call.arguments.integer("milliseconds")
      call.log(.debug, "Sleeping for \(milliseconds) ms")
      try await call.wait(milliseconds: milliseconds)
      return .text("Slept for \(milliseconds) ms.")
    },
  ]
}
