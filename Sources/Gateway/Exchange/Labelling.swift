/// What is made of what a server says to a person or a model.
struct Labelling {
  /// Whether its name stands before it, because there are several servers.
  let showsNames: Bool
  /// Whether "this server" and "all servers" mean it alone.
  let isAlone: Bool
}
