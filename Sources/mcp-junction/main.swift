import EventLoop
import Platform

if CommandLine.arguments.dropFirst().first == Supervisor.roleArgument {
  SupervisorProcess.main(arguments: CommandLine.arguments)
}
if CommandLine.arguments.dropFirst().first == KeyringProcess.roleArgument {
  KeyringProcess.main(arguments: CommandLine.arguments)
}
SignalSource.unblockAll()
// The gateway's own take some twenty; what could not be opened later would have no error that names the cure.
if ResourceLimits.mostOpenFiles < 64 {
  let complaint =
    "mcp-junction: only \(ResourceLimits.mostOpenFiles) files may be open: raise the limit (ulimit -n) to 64 or more "
    + "[\(Complaint.system.code)]\n"
  _ = Array(complaint.utf8).withUnsafeBytes { Descriptor.write(2, $0) }
  OwnProcess.exit(ExitStatus.unusable.rawValue)
}
// Before anything else opens a descriptor: one that was closed at the start would get a standard stream's number.
guard let streams = try? StandardStreams.takeOver() else { OwnProcess.exit(ExitStatus.unusable.rawValue) }
EventLoop.shared.adoptCurrentThread()
EventLoop.shared.replacePool()
GatewayActor.assumeIsolated { Program.begin(Array(CommandLine.arguments.dropFirst()), streams) }
EventLoop.shared.run()
