import CLibUV

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The environment that we were started with.
package enum Environment {
  /// Every variable, each as `NAME=value`, in the system's order.
  package static var all: [String] {
    guard var next = junction_environment() else { return [] }
    var variables: [String] = []
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }

  /// Every variable by its name; of a name that stands twice, the first counts, as for `getenv`.
  package static var values: [String: String] {
    Dictionary(
      all.compactMap { variable in
        let utf8 = variable.utf8
        return utf8.firstIndex(of: UInt8(ascii: "=")).map { equals in
          (String(variable[..<equals]), String(variable[utf8.index(after: equals)...]))
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Returns a variable's value, or nil when it is not set.
  package static subscript(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
