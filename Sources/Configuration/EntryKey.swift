/// The keys of a server's entry that mean something to the gateway.
enum EntryKey {
  static let table: [(name: String, effect: String)] = [
    ("command", "The program; looked up on PATH when it has no slash."),
    ("args", "Its arguments."),
    ("env", "Variables set over the inherited environment and over `envFile`."),
    ("envFile", "A file of `NAME=value` lines, set over the inherited environment."),
    ("cwd", "The working directory."),
    ("url", "The address of a remote server."),
    ("type", "`stdio`, or the transport of a remote server."),
    ("headers", "Header fields for a remote server."),
    ("disabled", "Whether the entry is kept but not used."),
    ("timeout", "How long one call may take in all, in milliseconds; below 1000 it is read as seconds."),
    ("junction", "The gateway's settings for this server."),
  ]

  static let names = table.map(\.name)
}
