import EventLoop
import Platform

if CommandLine.arguments.dropFirst().first == Supervisor.roleArgument {
  SupervisorProcess.main(arguments: CommandLine.arguments)
}
EventLoop.shared.adoptCurrentThread()
GatewayActor.assumeIsolated { Program.begin(Array(CommandLine.arguments.dropFirst())) }
EventLoop.shared.run()
