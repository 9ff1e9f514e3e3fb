/// Why a tool ends without having done its work.
enum ToolInterruption: Error {
  /// Something that the model is told, so that it can try another way.
  case failed(String)
  /// Something that the client has to deal with.
  case refused(ProtocolError)
  /// Nobody waits for the result.
  case cancelled
}
