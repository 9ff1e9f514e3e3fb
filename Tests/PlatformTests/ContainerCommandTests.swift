import Glibc
import TestSupport
import Testing

@testable import Platform

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
    let elsewhere = GatewayIdentity(process: 1, startTime: 2, boot: "b", namespace: "pid:[3]time:[4]")
    let other = ContainerFile(gateway: elsewhere, supervisor: 5, connection: 6, engine: "docker")
    #expect(ContainerFile(name: other.name) == other)
    #expect(ContainerFile(name: "notes.txt") == nil)
    #expect(ContainerFile(name: "1_2_3.docker.cid") == nil)
  }
}
