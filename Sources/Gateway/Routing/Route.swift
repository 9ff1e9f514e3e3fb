import JSONRPC
import MCP

/// Where a request goes, and what has to change in it on the way.
indirect enum Route {
  /// A call of a tool.
  ///
  /// - Parameters:
  ///   - name: where the public name stands in the request.
  ///   - asTask: whether the client asks for a task instead of a result.
  case tool(Catalog.Target, UpstreamServer, name: Range<Int>, asTask: Bool)
  /// What a request asks for that one carries which was made of the gateway itself, and that request.
  case carried(Route, StoredFrame)
  case server(Destination)
  /// Nothing names what is asked for; a server that is still starting may do so, and else it goes there.
  case undecided(Destination)
  /// Answered by the gateway itself.
  case local(payload: String)
  /// No server has it; one that is not ready yet may.
  case unknown(what: String, code: ErrorCode, data: String?)
  case invalid(String)
  case refused(ErrorCode, String)

  struct Destination {
    let server: UpstreamServer
    var edit: Call.Edit?
    /// The only lane that can know what it is about; nil when any of the server's can.
    var home: Lane?
    var purpose = Call.Purpose.plain
    /// The URI that is asked for, as the client and as the server know it.
    var uri: (known: String, original: String)?
    /// Servers to ask in turn when that one does not know it.
    var others: [UpstreamServer] = []
  }
}
