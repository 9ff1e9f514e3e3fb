/// What an answer begins with.
package struct HTTPHead: Sendable {
  /// 200 or above: what is only said in between is left out.
  package let status: Int
  package let fields: [HTTPField]

  package init(status: Int, fields: [HTTPField]) {
    self.status = status
    self.fields = fields
  }

  /// The media type in lower case, without its parameters; empty when there is none.
  package var mediaType: String {
    guard let type = fields["Content-Type"] else { return "" }
    let end = type.firstIndex(of: ";") ?? type.endIndex
    return type[..<end].lowercased().filter { $0 != " " && $0 != "\t" }
  }

  /// Seconds after which the request may be made again, where the answer says them (RFC 9110, section 10.2.3); a week at
  /// most. A date is not read.
  package var retryAfter: UInt64? { fields["Retry-After"].flatMap { UInt64($0) }.map { min($0, 7 * 86_400) } }
}
