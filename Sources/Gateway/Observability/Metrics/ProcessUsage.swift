/// What the gateway's own process uses at one moment.
package struct ProcessUsage: Equatable, Sendable {
  package let residentBytes: UInt64
  package let openDescriptors: Int

  package init(residentBytes: UInt64, openDescriptors: Int) {
    self.residentBytes = residentBytes
    self.openDescriptors = openDescriptors
  }
}
