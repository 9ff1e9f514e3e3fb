// An MCP server with every feature of the protocol, for trying a client or the gateway with.
import EventLoop
import Platform

// Before anything else opens a descriptor: one that was closed at the start would get a standard stream's number.
guard let streams = try? StandardStreams.takeOver() else { OwnProcess.exit(2) }
EventLoop.shared.adoptCurrentThread()
GatewayActor.assumeIsolated { Program.begin(Array(CommandLine.arguments.dropFirst()), streams) }
EventLoop.shared.run()
