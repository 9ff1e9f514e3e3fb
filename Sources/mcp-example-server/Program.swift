import EventLoop
import JSONRPC
import Platform

/// The process: its command line, its streams and its end.
@GatewayActor
enum Program {
  private static let name = Introduction.name
  /// Bytes of a message beyond which it is refused.
  private static let frameLimit = 64 << 20
  private static var farewell: DescriptorWriter?
  private static var server: (session: Session, port: StreamPort, signals: [SignalSource])?

  /// Starts what the arguments ask for; the process exits from there.
  static func begin(_ words: [String], _ streams: StandardStreams) {
    SignalSource.ignoreBrokenPipes()
    do throws(Options.Problem) {
      switch try Options.parse(words) {
      case .help: finish(saying: Options.helpText, on: streams.output, status: 0)
      case .version: finish(saying: "\(name) \(Introduction.version)\n", on: streams.output, status: 0)
      case .serve(let pageSize): serve(streams, pageSize: pageSize)
      }
    } catch {
      finish(saying: "\(name): \(error.text)\n", on: 2, status: 2)
    }
  }

  private static func serve(_ streams: StandardStreams, pageSize: Int?) {
    do throws(PlatformError) {
      let port = try StreamPort(reading: streams.input, writing: streams.output, frameLimit: frameLimit)
      let session = Session(output: port.output, pageSize: pageSize)
      port.onEvent = { session.receive($0) }
      // At the end of input, what can be answered is answered; then the process ends.
      port.onReadEnd = { session.end { port.closeWriting() } }
      port.onWritten = { exit(port) }
      port.onWriteEnd = { exit(port) }
      let signals = SignalSource.ending.map { number in SignalSource(number) { exit(port) } }
      server = (session, port, signals)
      port.startReading()
    } catch {
      finish(saying: "\(name): \(error)\n", on: 2, status: 2)
    }
  }

  private static func exit(_ port: StreamPort) {
    port.close()
    OwnProcess.exit(0)
  }

  private static func finish(saying text: String, on descriptor: Int32, status: Int32) {
    guard let copy = try? Descriptor.duplicate(descriptor), let writer = try? DescriptorWriter(taking: copy) else {
      OwnProcess.exit(status)
    }
    writer.onClosed = { OwnProcess.exit(status) }
    writer.onEnd = { OwnProcess.exit(status) }
    writer.output.append(text)
    writer.closeWhenWritten()
    farewell = writer
  }
}
