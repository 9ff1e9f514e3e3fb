import HTTP
import JSONRPC

/// What an answer says that is no success, by its status and what its body says (2025-11-25 and 2026-07-28,
/// basic/transports; many servers know other spellings).
enum StatusVerdict: Equatable {
  /// The session that the request named is not known there any more.
  case sessionLost
  /// Whoever asks has no right to.
  case unauthorized
  /// A proxy on the way wants to know who asks: not carried out.
  case stoppedByProxy
  /// Asked too often: not carried out.
  case tooMany
  /// The server, or something before it, is not in order. The request may have been carried out.
  case unavailable
  /// Not carried out; it says something about what is spoken there.
  case refused
  /// It is somewhere else.
  case moved

  /// - Parameters:
  ///   - status: 300 or above.
  ///   - text: the beginning of the body.
  ///   - hasSession: whether the request named a session.
  ///   - isAnswer: whether the body is an answer to the request.
  init(status: Int, text: String, hasSession: Bool, isAnswer: Bool) {
    let speaksOfSession = text.lowercased().contains("session")
    switch status {
    case 300..<400: self = .moved
    case 401, 403: self = .unauthorized
    case 407: self = .stoppedByProxy
    case 429: self = .tooMany
    case 404 where hasSession && (!isAnswer || speaksOfSession): self = .sessionLost
    case 400, 410, 500, 503:
      // What a tool comes to may speak of sessions as well, and it was carried out.
      let isLoss = hasSession && speaksOfSession && (status < 500 || !isAnswer)
      self = isLoss ? .sessionLost : status < 500 ? .refused : .unavailable
    case 408, 500...: self = .unavailable
    default: self = .refused
    }
  }
}
