/// How a server is reached that is not a subprocess.
package struct RemoteLaunch: Equatable, Sendable {
  /// Its transport, as far as the file says it.
  package enum Transport: String, Equatable, Sendable {
    case streamableHTTP, sse
  }

  /// An `http://` or `https://` address.
  package let url: String
  /// The Unix socket that takes the place of the address's host; nil for none.
  package let socket: String?
  /// Nil when it has to be found out.
  package let transport: Transport?
  /// Header fields for every request, with variables put in.
  package let headers: [HeaderField]

  package init(url: String, socket: String? = nil, transport: Transport? = nil, headers: [HeaderField] = []) {
    self.url = url
    self.socket = socket
    self.transport = transport
    self.headers = headers
  }

  /// Returns the same, reached by a transport that was found out.
  package func speaking(_ transport: Transport) -> RemoteLaunch {
    RemoteLaunch(url: url, socket: socket, transport: transport, headers: headers)
  }
}
