package import JSONRPC

/// How a request changes when it goes to a server: the reserved `_meta` members of one hop are taken off, those of the
/// next put on.
package enum RequestCodec {
  /// What a request gets on its way to a server.
  package struct Changes {
    /// Nil for a legacy server.
    package let stamp: RequestStamp?
    package let logLevel: LoggingLevel?
    /// What takes the place of the client's progress token.
    package let token: UInt64?
    /// The members `inputResponses` and `requestState` of a retry that the gateway itself makes; text such as `"a":1`.
    package let retry: String?
    /// Whether members that only one of the two eras knows are left out: such a retry's, and `task`.
    package let crossesEras: Bool

    package init(
      stamp: RequestStamp?, logLevel: LoggingLevel? = nil, token: UInt64?, retry: String? = nil,
      crossesEras: Bool
    ) {
      self.stamp = stamp
      self.logLevel = logLevel
      self.token = token
      self.retry = retry
      self.crossesEras = crossesEras
    }
  }

  /// Announces the edits that a request needs; its `params` must be an object.
  package static func apply(_ changes: Changes, to frame: Frame, _ splicer: inout Splicer) {
    guard let params = frame.object(.params) else { return }
    if let meta = frame.range("_meta", in: .params) {
      splicer.replace(meta) { append(meta: changes, of: frame, to: &$0) }
    }
    let lacksMeta = changes.stamp != nil && frame.range("_meta", in: .params) == nil
    if lacksMeta || changes.retry != nil {
      insertMembers(of: changes, lacksMeta: lacksMeta, into: params.range, of: frame, &splicer)
    }
    if changes.crossesEras { splicer.remove(from: frame, .params) { isOfOneEra($0, frame) } }
  }

  private static func isOfOneEra(_ member: Frame.Member, _ frame: Frame) -> Bool {
    frame.has(member, key: "inputResponses") || frame.has(member, key: "requestState") || frame.has(member, key: "task")
  }

  private static func insertMembers(
    of changes: Changes, lacksMeta: Bool, into params: Range<Int>, of frame: Frame, _ splicer: inout Splicer
  ) {
    var hasMember = false
    frame.forEachMember(of: .params) { if !changes.crossesEras || !isOfOneEra($0, frame) { hasMember = true } }
    splicer.replace((params.lowerBound + 1)..<(params.lowerBound + 1)) { bytes in
      if lacksMeta {
        bytes += Array("\"_meta\":".utf8)
        append(meta: changes, of: frame, to: &bytes)
      }
      if let retry = changes.retry {
        if lacksMeta { bytes.append(UInt8(ascii: ",")) }
        bytes += Array(retry.utf8)
      }
      if hasMember { bytes.append(UInt8(ascii: ",")) }
    }
  }

  /// Appends the `_meta` object: what is the client's own stays as it is spelled.
  private static func append(meta changes: Changes, of frame: Frame, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    func separate() {
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
    }
    frame.forEachMember(of: .paramsMeta) { member in
      if ReservedMeta.contains(member, of: frame) { return }
      separate()
      if let token = changes.token, frame.has(member, key: "progressToken") {
        bytes += Array("\"progressToken\":".utf8)
        JSONText.withDecimal(token) { bytes.append(contentsOf: $0) }
      } else {
        bytes.append(contentsOf: frame[(member.key.lowerBound - 1)..<member.value.upperBound])
      }
    }
    if let stamp = changes.stamp {
      separate()
      bytes += stamp.members
    }
    if let level = changes.logLevel, changes.stamp != nil {
      separate()
      bytes += Array("\"\(ReservedMeta.logLevel)\":\"\(level.rawValue)\"".utf8)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  // MARK: - Notifications

  /// Announces the edits that tag a server's notification for one listen; a tag that it has goes.
  ///
  /// `tag` is a member of `_meta`.
  package static func tag(_ frame: Frame, with tag: String, _ splicer: inout Splicer) {
    if let meta = frame.range("_meta", in: .params) {
      splicer.replace(meta) { bytes in
        bytes += Array("{\(tag)".utf8)
        frame.forEachMember(of: .paramsMeta) { member in
          if ReservedMeta.contains(member, of: frame) { return }
          bytes.append(UInt8(ascii: ","))
          bytes.append(contentsOf: frame[(member.key.lowerBound - 1)..<member.value.upperBound])
        }
        bytes.append(UInt8(ascii: "}"))
      }
    } else if let params = frame.object(.params) {
      splicer.insert(members: "\"_meta\":{\(tag)}", into: params, of: frame.bytes)
    }
  }

  /// Announces the edits that take the tag of the gateway's own listen off a notification.
  package static func untag(_ frame: Frame, _ splicer: inout Splicer) {
    guard frame.object(.paramsMeta) != nil else { return }
    var keepsMeta = false
    frame.forEachMember(of: .paramsMeta) { if !ReservedMeta.contains($0, of: frame) { keepsMeta = true } }
    if keepsMeta {
      splicer.remove(from: frame, .paramsMeta) { ReservedMeta.contains($0, of: frame) }
    } else {
      splicer.remove(from: frame, .params) { frame.has($0, key: "_meta") }
    }
  }
}
