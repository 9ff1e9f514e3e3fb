import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The supervisor's end of the socket: orders with their descriptors in, reports out; never blocks.
final class SupervisorSocket {
  let descriptor: Int32
  private var received: [UInt8] = []
  /// Descriptors that came and whose order is not complete yet, in order.
  private var descriptors: [Int32] = []
  private var unsent: [UInt8] = []

  init(descriptor: Int32) {
    self.descriptor = descriptor
    _ = junction_close_on_exec(descriptor)
  }

  var hasUnsent: Bool { !unsent.isEmpty }

  /// What ``receive()`` found.
  enum Arrival { case some, none, end }

  /// Takes the next of what has arrived: at most one order with descriptors, so that few are open at once. After the end
  /// nothing more can come.
  func receive() -> Arrival {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 * 1024) { buffer in
      var arrived = [Int32](repeating: -1, count: Int(JUNCTION_MOST_DESCRIPTORS))
      var arrivedCount: Int32 = 0
      let count = junction_receive(descriptor, buffer.baseAddress, buffer.count, &arrived, &arrivedCount)
      guard count > 0 else {
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) ? .none : .end
      }
      received.append(contentsOf: buffer[..<count])
      descriptors.append(contentsOf: arrived[..<Int(arrivedCount)])
      return .some
    }
  }

  /// Takes the orders that have come whole, each with its descriptors, which the caller closes.
  func takeOrders() -> [(SupervisorOrder, [Int32])] {
    MessageReader.takeAll(from: &received).compactMap { message in
      guard let order = SupervisorOrder(message) else { return nil }
      let own = Array(descriptors.prefix(order.descriptorCount))
      descriptors.removeFirst(own.count)
      return (order, own)
    }
  }

  func send(_ report: SupervisorReport) {
    unsent.append(contentsOf: report.message)
  }

  /// Sends what the gateway takes. That it is gone is told by ``receive()``.
  func flush() {
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes { junction_send(descriptor, $0.baseAddress, $0.count, nil, 0) }
      guard count > 0 else { return }
      unsent.removeFirst(count)
    }
  }
}
