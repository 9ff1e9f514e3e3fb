/// An answer as a whole.
package struct HTTPResponse: Sendable {
  package let head: HTTPHead
  package let body: [UInt8]

  package var status: Int { head.status }
}
