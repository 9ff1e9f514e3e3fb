/// The keys of an object in `junction.replicas`.
enum ReplicaKey {
  static let names = ["command", "args", "env", "envFile", "cwd", "url", "type", "headers", "priority"]
  static let priorities = 0...1000
}
