// An MCP server with every feature of the protocol, for trying a client or the gateway with.
import EventLoop

EventLoop.shared.adoptCurrentThread()
GatewayActor.assumeIsolated { Program.begin(Array(CommandLine.arguments.dropFirst())) }
EventLoop.shared.run()
