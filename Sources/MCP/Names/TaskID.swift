import JSONRPC

/// Task ids of several servers in one space (2025-11-25, basic/utilities/tasks).
///
/// A wrapped id is the server's prefix, a colon and the original id, so that it can be routed without a table, also after
/// a restart. Wrapping inserts bytes after the opening quote and leaves the rest as the server spelled it.
package enum TaskID {
  /// Returns the bytes to insert after the opening quote of an original id.
  package static func prefix(for server: String) -> String { server + ":" }

  /// Returns the server and the length in bytes of the wrapping of a raw JSON string; nil when it is not wrapped.
  package static func unwrap(_ raw: UnsafeRawBufferPointer) -> (server: String, length: Int)? {
    guard raw.count > 2, raw[0] == UInt8(ascii: "\""),
      let colon = ByteScan.firstIndex(of: UInt8(ascii: ":"), in: raw, from: 1)
    else { return nil }
    return (String(decoding: raw[1..<colon], as: UTF8.self), colon)
  }
}
