/// One lane of a server, by a number that no other lane of the server ever has.
package struct LaneID: Hashable, Sendable {
  package let server: String
  package let number: Int
}
