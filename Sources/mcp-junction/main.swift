import EventLoop
import Platform

if CommandLine.arguments.dropFirst().first == Supervisor.roleArgument {
  SupervisorProcess.main(arguments: CommandLine.arguments)
}
// Before anything else opens a descriptor: one that was closed at the start would get a standard stream's number.
guard let streams = try? StandardStreams.takeOver() else { OwnProcess.exit(Status.unusable) }
EventLoop.shared.adoptCurrentThread()
EventLoop.shared.replacePool()
GatewayActor.assumeIsolated { Program.begin(Array(CommandLine.arguments.dropFirst()), streams) }
EventLoop.shared.run()
