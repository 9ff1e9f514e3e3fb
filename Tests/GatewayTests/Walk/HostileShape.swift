/// What a hostile server writes in the place of an answer.
enum HostileShape: String, CaseIterable {
  case good, twice, foreignID
  case both, neither, idTwice, idAsText, idAsDecimal, idNull, idObject
  case resultNull, resultText, resultArray
  case errorText, errorNull, errorNullBesideResult, errorWithoutMessage, errorCodeAsText, errorMessageNull
  case versionMissing, versionWrong, extraMember
  case invalidUTF8, controlCharacter, notANumber, cutLine
  case byteOrderMark, noiseBefore, carriageReturn
  case tooLong, batch, emptyBatch, batchOfNonsense, emptyObject, nothing, anAnswerToNobody

  /// - Parameters:
  ///   - id: raw.
  ///   - result: what a good server would answer, raw.
  ///   - limit: bytes beyond which a message is too long.
  func bytes(id: String, result: String, limit: Int) -> [UInt8] {
    let start = #"{"jsonrpc":"2.0","id":\#(id),"#
    let good = start + #""result":\#(result)}"#
    let error = #""error":{"code":-32603,"message":"m"}"#
    switch self {
    case .good: return line(good)
    case .twice: return line(good) + line(good)
    case .foreignID: return line(#"{"jsonrpc":"2.0","id":987654,"result":\#(result)}"#)
    case .both: return line(start + #""result":\#(result),\#(error)}"#)
    case .neither: return line(#"{"jsonrpc":"2.0","id":\#(id)}"#)
    case .idTwice: return line(start + #""id":\#(id),"result":\#(result)}"#)
    case .idAsText: return line(#"{"jsonrpc":"2.0","id":"\#(id)","result":\#(result)}"#)
    case .idAsDecimal: return line(#"{"jsonrpc":"2.0","id":\#(id).0,"result":\#(result)}"#)
    case .idNull: return line(#"{"jsonrpc":"2.0","id":null,\#(error)}"#)
    case .idObject: return line(#"{"jsonrpc":"2.0","id":{"a":1},"result":\#(result)}"#)
    case .resultNull: return line(start + #""result":null}"#)
    case .resultText: return line(start + #""result":"text"}"#)
    case .resultArray: return line(start + #""result":[\#(result)]}"#)
    case .errorText: return line(start + #""error":"it failed"}"#)
    case .errorNull: return line(start + #""error":null}"#)
    case .errorNullBesideResult: return line(start + #""error":null,"result":\#(result)}"#)
    case .errorWithoutMessage: return line(start + #""error":{"code":-32603}}"#)
    case .errorCodeAsText: return line(start + #""error":{"code":"E1","message":"m"}}"#)
    case .errorMessageNull: return line(start + #""error":{"code":-32603,"message":null}}"#)
    case .versionMissing: return line(#"{"id":\#(id),"result":\#(result)}"#)
    case .versionWrong: return line(#"{"jsonrpc":"1.0","id":\#(id),"result":\#(result)}"#)
    case .extraMember: return line(start + #""result":\#(result),"extra":1}"#)
    case .invalidUTF8: return Array((start + #""result":{"a":""#).utf8) + [0xFF, 0xC0] + line(#""}}"#)
    case .controlCharacter: return line(start + "\"result\":{\"a\":\"\u{1}\u{0}\"}}")
    case .notANumber: return line(start + #""result":{"a":NaN}}"#)
    case .cutLine: return line(String(good.dropLast(3)))
    case .byteOrderMark: return [0xEF, 0xBB, 0xBF] + line(good)
    case .noiseBefore: return line("listening on stdio " + good)
    case .carriageReturn: return line(good + "\r")
    case .tooLong:
      return line(start + #""result":{"a":"\#(String(repeating: "x", count: limit))"}}"#)
    case .batch: return line("[\(good)]")
    case .emptyBatch: return line("[]")
    case .batchOfNonsense: return line("[1,[],null,{},\"\(id)\"]")
    case .emptyObject: return line("{}")
    case .nothing: return []
    case .anAnswerToNobody: return line(#"{"jsonrpc":"2.0","result":\#(result)}"#)
    }
  }

  /// Whether it says, in whatever way, which request it answers: then that request is over.
  var namesItsRequest: Bool {
    switch self {
    case .foreignID, .idNull, .idObject, .emptyBatch, .batchOfNonsense, .emptyObject, .nothing, .anAnswerToNobody: false
    // Batches are of one revision, which this server does not speak.
    case .batch: false
    default: true
    }
  }

  private func line(_ text: String) -> [UInt8] { Array((text + "\n").utf8) }
}
