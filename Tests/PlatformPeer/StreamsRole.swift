import Glibc
import Platform

/// Takes the standard streams over, prints as stray code would, and echoes the real standard input to the real output.
enum StreamsRole {
  static func run() -> Never {
    do {
      let streams = try StandardStreams.takeOver()
      print("stray")
      fflush(nil)
      var buffer = [UInt8](repeating: 0, count: 4096)
      let stray = read(0, &buffer, buffer.count)
      let count = read(streams.input, &buffer, buffer.count)
      if count > 0 { write(streams.output, buffer, count) }
      exit(stray == 0 ? 0 : 3)
    } catch {
      exit(4)
    }
  }
}
