// A small program for tests of the platform: the supervisor's role, and others that need a process of their own.
import EventLoop
import Glibc
import Platform

let arguments = CommandLine.arguments

switch arguments.dropFirst().first {
case Supervisor.roleArgument: SupervisorProcess.main(arguments: arguments)
case "gateway": GatewayRole.run(Array(arguments.dropFirst(2)))
case "streams": StreamsRole.run()
default:
  print("unknown role")
  exit(2)
}
