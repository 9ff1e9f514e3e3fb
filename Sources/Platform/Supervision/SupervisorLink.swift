import CLibUV
import EventLoop

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The gateway's end of the socket: orders with their descriptors out, reports in.
@GatewayActor
final class SupervisorLink {
  private struct Unsent {
    var bytes: ArraySlice<UInt8>
    /// Sent with the first of the bytes, then closed here.
    var descriptors: [Int32]
  }

  var onReport: @GatewayActor (SupervisorReport) -> Void = { _ in }
  /// Called once, when the supervisor's end is closed.
  var onEnd: @GatewayActor () -> Void = {}
  private let reader: DescriptorReader
  /// A second descriptor of the socket: libuv wants one handle for each.
  private let sending: Int32
  private let poll = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
  private var received: [UInt8] = []
  private var unsent: [Unsent] = []
  private var isClosed = false

  /// Takes the descriptor over; when that fails it is still the caller's.
  init(taking descriptor: Int32) throws(PlatformError) {
    let sending = try Descriptor.duplicate(descriptor)
    let reader: DescriptorReader
    do {
      reader = try DescriptorReader(taking: descriptor)
    } catch {
      Descriptor.close(sending)
      poll.deallocate()
      throw error
    }
    self.sending = sending
    self.reader = reader
    uv_poll_init(EventLoop.shared.handle, poll, sending)
    poll.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    reader.onBytes = { [weak self] in self?.receive($0) }
    reader.onEnd = { [weak self] in self?.end() }
    reader.start()
  }

  /// Sends an order, and the descriptors with it, which are closed here in any case.
  func send(_ order: SupervisorOrder, descriptors: [Int32] = []) {
    guard !isClosed else {
      for descriptor in descriptors { Descriptor.close(descriptor) }
      return
    }
    unsent.append(Unsent(bytes: order.message[...], descriptors: descriptors))
    if unsent.count == 1 { flush() }
  }

  /// Closes our end, which makes the supervisor end everything. Idempotent.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    reader.close()
    for descriptor in unsent.flatMap(\.descriptors) { Descriptor.close(descriptor) }
    unsent = []
    let sending = sending
    poll.pointee.data = UnsafeMutableRawPointer(bitPattern: Int(sending))
    uv_poll_stop(poll)
    uv_close(UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)) {
      Descriptor.close(Int32(Int(bitPattern: $0!.pointee.data)))
      UnsafeMutableRawPointer($0!).deallocate()
    }
  }

  private func flush() {
    while let first = unsent.first {
      let count = first.bytes.withUnsafeBytes {
        junction_send(sending, $0.baseAddress, $0.count, first.descriptors, Int32(first.descriptors.count))
      }
      guard count >= 0 else {
        // ETOOMANYREFS: more descriptors are under way than the system allows; they will be taken.
        if errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS || errno == ETOOMANYREFS {
          flushWhenWritable()
        }
        // Any other failure means that the peer is gone, which reading tells.
        return
      }
      for descriptor in first.descriptors { Descriptor.close(descriptor) }
      unsent[0].descriptors = []
      unsent[0].bytes = first.bytes.dropFirst(count)
      if unsent[0].bytes.isEmpty { unsent.removeFirst() }
    }
    uv_poll_stop(poll)
  }

  private func flushWhenWritable() {
    uv_poll_start(poll, Int32(UV_WRITABLE.rawValue)) { poll, _, _ in
      let owner = Unmanaged<SupervisorLink>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
      GatewayActor.assumeIsolated { owner.flush() }
    }
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    received.append(contentsOf: bytes)
    for message in MessageReader.takeAll(from: &received) {
      if !isClosed, let report = SupervisorReport(message) { onReport(report) }
    }
  }

  private func end() {
    close()
    onEnd()
  }

  isolated deinit { close() }
}
