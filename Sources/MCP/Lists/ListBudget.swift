/// How many bytes of a server's lists are taken: what it lists is kept for as long as it runs, and its names for longer.
package enum ListBudget {
  /// One entry, as it is spelled. Those of real servers stay below 100 KiB.
  package static let item = 1 << 20
  /// A tool's or a prompt's name. Clients take 64 or 128 characters.
  package static let name = 1 << 10
  /// A resource's URI, or a template's.
  package static let uri = 8 << 10
  /// What stands for the next page; it is only sent back.
  package static let cursor = 16 << 10
  /// All entries of one list together.
  package static let list = 16 << 20
}
