import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct ProcessMarkerTests {
  private func marker(_ server: String, configuration: String = "/home/u/my servers.json") -> ProcessMarker {
    ProcessMarker(
      gateway: GatewayIdentity(process: 4711, startTime: 99, boot: "0a-1b", namespace: "pid:[4026531836]"),
      supervisor: 4712, configuration: configuration, server: server, connection: 7, leavesDaemons: true)
  }

  @Test(arguments: ["time", "a b:c%d", "ümläut", "100%25", "", "new\nline"])
  func aMarkSurvivesItsText(_ name: String) {
    let token = marker(name).token
    #expect(ProcessMarker(token: token[...]) == marker(name))
    #expect(token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
  }

  @Test func whatIsNoMarkIsPassedOver() {
    let token = marker("a").token
    #expect(ProcessMarker.chain("") == [])
    #expect(ProcessMarker.chain("nonsense \(token) 1:2:3") == [marker("a")])
    for count in 0..<token.count { #expect(ProcessMarker(token: token.prefix(count)) == nil) }
  }

  @Test func aNestedGatewayAddsItsMark() {
    let outer = marker("outer")
    let inner = marker("inner")
    let environment = inner.added(to: outer.added(to: ["A=1", "B=2"]))
    #expect(environment == ["A=1", "B=2", "MCP_JUNCTION_MARKER=\(outer.token) \(inner.token)"])
    #expect(ProcessMarker.chain("\(outer.token) \(inner.token)") == [outer, inner])
    #expect(ProcessMarker.depth(of: "/home/u/my servers.json", in: "\(outer.token) \(inner.token)") == 2)
    #expect(ProcessMarker.depth(of: "/other", in: "\(outer.token)") == 0)
    #expect(ProcessMarker.depth(of: "/other", in: nil) == 0)
  }

  @Test func theVariableIsFoundInAnEnvironment() {
    func find(_ text: String) -> String? { MarkedProcesses.value(in: Array(text.utf8)) }
    #expect(find("A=1\0MCP_JUNCTION_MARKER=x y\0B=2\0") == "x y")
    #expect(find("MCP_JUNCTION_MARKER=last") == "last")
    #expect(find("XMCP_JUNCTION_MARKER=no\0MCP_JUNCTION_MARKER") == nil)
    #expect(find("") == nil)
  }

  @Test func aGatewayIsGoneOnlyWhenThatIsCertain() {
    let own = GatewayIdentity.own
    #expect(!own.isGone)
    func other(_ process: Int32, _ startTime: UInt64, _ boot: String, _ namespace: String) -> GatewayIdentity {
      GatewayIdentity(process: process, startTime: startTime, boot: boot, namespace: namespace)
    }
    #expect(other(own.process, own.startTime + 1, own.boot, own.namespace).isGone)
    #expect(other(.max, 1, own.boot, own.namespace).isGone)
    #expect(other(own.process, own.startTime, "another boot", own.namespace).isGone)
    #expect(!other(.max, 1, own.boot, "another namespace").isGone)
  }
}

@Suite struct ContainerCommandTests {
  private func added(_ words: String, executable: String? = nil) -> String? {
    let arguments = words.split(separator: " ").map(String.init)
    return ContainerCommand(executable: executable ?? "/usr/bin/" + arguments[0], arguments: arguments)?
      .arguments(writingIdentifierTo: "/f").joined(separator: " ")
  }

  @Test func aRunGetsAFileForItsIdentifier() {
    #expect(added("docker run -i --rm image cmd") == "docker run --cidfile /f -i --rm image cmd")
    #expect(added("podman run image") == "podman run --cidfile /f image")
    #expect(added("docker container run image") == "docker container run --cidfile /f image")
    #expect(added("docker --context far -D run image") == "docker --context far -D run --cidfile /f image")
    #expect(added("docker --host=tcp://h run image") == "docker --host=tcp://h run --cidfile /f image")
    #expect(added("d run image", executable: "/opt/docker") == "d run --cidfile /f image")
  }

  @Test func aRunThatHasOneKeepsIt() {
    #expect(added("docker run --cidfile /mine image") == "docker run --cidfile /mine image")
    let command = ContainerCommand(executable: "docker", arguments: ["docker", "run", "--cidfile=/mine", "image"])
    #expect(command?.ownFile == "/mine")
  }

  @Test func whatRunsNoContainerIsLeftAlone() {
    #expect(added("docker exec run") == nil)
    #expect(added("docker mcp gateway run") == nil)
    #expect(added("docker") == nil)
    #expect(added("docker --context") == nil)
    #expect(added("dockerd run image") == nil)
    #expect(added("npx docker run image") == nil)
  }

  @Test func theSameEngineIsAskedToStop() {
    let command = ContainerCommand(
      executable: "/usr/bin/docker", arguments: ["docker", "--context", "far", "container", "run", "image"])
    #expect(command?.stopArguments == ["docker", "--context", "far", "stop", "-t", "1"])
  }

  @Test func onlyFilesOfGatewaysThatAreGoneAreLeftovers() throws {
    let scratch = try ScratchDirectory()
    let own = GatewayIdentity.own
    let gone = GatewayIdentity(process: .max, startTime: 1, boot: own.boot, namespace: own.namespace)
    let living = GatewayIdentity(
      process: 1, startTime: ProcessTable.entry(1)?.startTime ?? 0, boot: own.boot, namespace: own.namespace)
    let names = [gone, living, own].map {
      ContainerFile(gateway: $0, supervisor: .max, connection: 1, engine: "docker").name
    }
    for name in names + ["other.txt"] { try #require(scratch.write("c0ffee\n", to: name)) }
    let files = Leftovers(gateway: own, directory: scratch.path).containerFiles()
    #expect(Set(files.map(\.path)) == [scratch.path + "/" + names[0], scratch.path + "/" + names[2]])
    #expect(files.allSatisfy { $0.engine == "docker" && ContainerStop.identifier(in: $0.path) == "c0ffee" })
    #expect(Leftovers(gateway: own, directory: nil).containerFiles().isEmpty)
    #expect(ContainerStop.identifier(in: scratch.path + "/nothing") == nil)
  }

  @Test func aFileSaysWhoseContainerItIs() {
    let file = ContainerFile(gateway: .own, supervisor: 12, connection: 8, engine: "podman")
    #expect(ContainerFile(name: file.name) == file)
    #expect(ContainerFile(name: "notes.txt") == nil)
    #expect(ContainerFile(name: "1_2_3.docker.cid") == nil)
  }
}
