#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The keyring of the desktop, through libsecret where the machine has it (Secret Service API).
///
/// It waits for the keyring, which may ask the person to unlock it, and starts threads: it is for a process of its own,
/// ``KeyringProcess``.
struct Keyring {
  /// What every secret of ours is marked with.
  private static let application = "mcp-junction"
  private static let applicationAttribute = "application"
  private static let nameAttribute = "name"
  /// `SECRET_SCHEMA_NONE`.
  private static let noFlags: Int32 = 0
  /// `SECRET_SEARCH_ALL`.
  private static let all: Int32 = 1 << 1

  /// What the library says when something fails.
  struct Failure: Error {
    let reason: String
  }

  private typealias Pointer = UnsafeMutableRawPointer
  private typealias Table = Pointer
  private typealias ErrorPlace = UnsafeMutablePointer<Pointer?>

  private let library: DynamicLibrary
  private let glib: DynamicLibrary
  private let schema: Pointer

  /// Loads the library; nil where there is none.
  init?() {
    guard let library = DynamicLibrary("libsecret-1.so.0"), let glib = DynamicLibrary("libglib-2.0.so.0") else {
      return nil
    }
    self.library = library
    self.glib = glib
    typealias Make = @convention(c) (UnsafePointer<CChar>, Int32, Table?) -> Pointer?
    guard let make = library.function("secret_schema_newv", as: Make.self),
      let names = Self.table(glib, [(Self.applicationAttribute, nil), (Self.nameAttribute, nil)]),
      let schema = make("io.github.mcp-junction.Secret", Self.noFlags, names)
    else { return nil }
    self.schema = schema
  }

  /// Returns a secret; nil when none is kept under the name.
  func value(of name: String) throws(Failure) -> String? {
    typealias Lookup =
      @convention(c) (Pointer, Table?, Pointer?, ErrorPlace) -> UnsafeMutablePointer<CChar>?
    typealias Free = @convention(c) (UnsafeMutablePointer<CChar>?) -> Void
    let lookup = try function("secret_password_lookupv_sync", as: Lookup.self)
    var error: Pointer?
    guard let text = lookup(schema, attributes(name), nil, &error) else {
      try check(error)
      return nil
    }
    defer { library.function("secret_password_free", as: Free.self)?(text) }
    return String(cString: text)
  }

  /// Keeps a secret, in the place of one that has the name already.
  func store(_ value: String, as name: String) throws(Failure) {
    typealias Store =
      @convention(c) (
        Pointer, Table?, UnsafePointer<CChar>?, UnsafePointer<CChar>, UnsafePointer<CChar>, Pointer?, ErrorPlace
      ) -> Int32
    let store = try function("secret_password_storev_sync", as: Store.self)
    var error: Pointer?
    if store(schema, attributes(name), "default", "mcp-junction: \(name)", value, nil, &error) == 0 {
      try check(error)
      throw Failure(reason: "the keyring has not kept it")
    }
  }

  /// Removes a secret. Returns whether there was one.
  func remove(_ name: String) throws(Failure) -> Bool {
    typealias Clear = @convention(c) (Pointer, Table?, Pointer?, ErrorPlace) -> Int32
    let clear = try function("secret_password_clearv_sync", as: Clear.self)
    var error: Pointer?
    let isRemoved = clear(schema, attributes(name), nil, &error) != 0
    try check(error)
    return isRemoved
  }

  /// Returns the names of all secrets of ours, in order.
  func names() throws(Failure) -> [String] {
    typealias Search = @convention(c) (Pointer, Table?, Int32, Pointer?, ErrorPlace) -> Pointer?
    typealias Attributes = @convention(c) (Pointer) -> Table?
    typealias Find = @convention(c) (Table, UnsafePointer<CChar>) -> UnsafePointer<CChar>?
    let search = try function("secret_password_searchv_sync", as: Search.self)
    let attributes = try function("secret_retrievable_get_attributes", as: Attributes.self)
    guard let find = glib.function("g_hash_table_lookup", as: Find.self) else { throw Self.unfit }
    var error: Pointer?
    var item = search(schema, self.attributes(nil), Self.all, nil, &error)
    try check(error)
    var names: [String] = []
    // A GList: what it holds, and the next one. The process ends soon; nothing is given back.
    while let current = item {
      let fields = current.assumingMemoryBound(to: Pointer?.self)
      if let held = fields[0], let table = attributes(held), let name = find(table, Self.nameAttribute) {
        names.append(String(cString: name))
      }
      item = fields[1]
    }
    return names.sorted()
  }

  // MARK: - The library

  private static let unfit = Failure(reason: "this version of libsecret is not known")

  private func function<Function>(_ name: String, as type: Function.Type) throws(Failure) -> Function {
    guard let function = library.function(name, as: type) else { throw Self.unfit }
    return function
  }

  private func attributes(_ name: String?) -> Table? {
    Self.table(
      glib,
      [(Self.applicationAttribute, Self.application)] + (name.map { [(Self.nameAttribute, Optional($0))] } ?? []))
  }

  /// Makes a `GHashTable` of texts; of nil as a value it is zero, the type of a text in a schema.
  private static func table(_ glib: DynamicLibrary, _ pairs: [(name: String, value: String?)]) -> Table? {
    typealias Hash = @convention(c) (UnsafeRawPointer?) -> UInt32
    typealias Equal = @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32
    typealias New = @convention(c) (Hash?, Equal?) -> Table?
    typealias Insert =
      @convention(c) (Table, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?) -> Int32
    guard let new = glib.function("g_hash_table_new", as: New.self),
      let insert = glib.function("g_hash_table_insert", as: Insert.self),
      let table = new(
        glib.function("g_str_hash", as: Hash.self), glib.function("g_str_equal", as: Equal.self))
    else { return nil }
    for (name, value) in pairs { _ = insert(table, strdup(name), value.flatMap { strdup($0) }) }
    return table
  }

  /// Throws what a `GError` says: a number for its domain, one for its code, and its text.
  private func check(_ error: Pointer?) throws(Failure) {
    guard let error else { return }
    let text = error.load(fromByteOffset: 8, as: UnsafePointer<CChar>?.self)
    throw Failure(reason: text.map { String(cString: $0) } ?? "the keyring has failed")
  }
}
