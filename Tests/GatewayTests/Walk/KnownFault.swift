/// What the gateway is known not to bear yet, by the item of the list of faults that is to mend it; the walk leaves it out.
/// Each line goes when it is mended, and this with the last one.
enum KnownFault {
  /// Where in its life a server is asked something.
  enum Phase: CaseIterable { case handshake, discovery, listing, call, listen, other }

  /// Item 1: an answer of these shapes makes the gateway spin.
  private static let spinning: (shapes: Set<HostileShape>, phases: Set<Phase>) = (
    [.both, .neither, .idTwice, .errorNullBesideResult, .tooLong], [.handshake, .discovery]
  )

  /// Item 2: an answer of these shapes reaches a client, whose parser does not take it.
  private static let relayed: Set<HostileShape> = [
    .versionMissing, .versionWrong, .errorText, .errorNull, .errorWithoutMessage, .errorCodeAsText, .errorMessageNull,
    .resultNull, .resultText, .resultArray, .extraMember,
  ]

  /// Items 2 and 6: a call that is answered with one of these shapes stays open until its time is over.
  private static let unheard: Set<HostileShape> = [
    .idAsText, .idAsDecimal, .notANumber, .invalidUTF8, .controlCharacter, .cutLine, .byteOrderMark, .noiseBefore,
  ]

  /// Item 15, D2: messages of these methods whose params are no object reach a client, some as what is no JSON.
  private static let splicedBlindly: Set<String> = [
    "notifications/message", "notifications/elicitation/complete", "elicitation/create", "sampling/createMessage",
    "roots/list",
  ]

  static func holds(_ shape: HostileShape, in phase: Phase) -> Bool {
    spinning.shapes.contains(shape) && spinning.phases.contains(phase) || relayed.contains(shape)
  }

  static func leavesOpen(_ shape: HostileShape) -> Bool { unheard.contains(shape) }

  static func holds(_ method: String, with params: String) -> Bool {
    splicedBlindly.contains(method) && !params.hasPrefix("{")
  }
}
