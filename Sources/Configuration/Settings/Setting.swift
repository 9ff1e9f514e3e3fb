/// A type whose fields are set from the file through a table.
protocol SettingTarget: Sendable {
  init()
}

/// One row of a table of settings: everything there is to know about it.
///
/// The reader, the JSON Schema and the check of the documentation all work from these rows, so that none of them can
/// know a setting that the others do not.
struct Setting<Target: SettingTarget>: Sendable {
  let name: String
  let shape: SettingShape
  /// Whether `null` may be written, for "none".
  let isOptional: Bool
  /// Whether it makes sense for a single server only, not as a default for all.
  let isServerOnly: Bool
  /// Whether a server that runs has to be started anew for it to take effect.
  let needsRestart: Bool
  /// One sentence on what it does.
  let effect: String
  /// What an absent value means, where the target's initial value does not say it.
  let defaultNote: String?
  /// The settings inside a group.
  let members: [Setting]
  let get: @Sendable (Target) -> SettingValue
  let set: @Sendable (inout Target, SettingValue) -> Void

  private init(
    _ name: String, _ shape: SettingShape, _ effect: String, isOptional: Bool = false, isServerOnly: Bool = false,
    needsRestart: Bool = false, defaultNote: String? = nil, members: [Setting] = [],
    get: @escaping @Sendable (Target) -> SettingValue,
    set: @escaping @Sendable (inout Target, SettingValue) -> Void
  ) {
    self.name = name
    self.shape = shape
    self.effect = effect
    self.isOptional = isOptional
    self.isServerOnly = isServerOnly
    self.needsRestart = needsRestart
    self.defaultNote = defaultNote
    self.members = members
    self.get = get
    self.set = set
  }

  typealias Path<Value> = any WritableKeyPath<Target, Value> & Sendable

  static func duration(
    _ name: String, _ path: Path<UInt64>, _ range: ClosedRange<UInt64>, _ effect: String
  ) -> Setting {
    Setting(
      name, .duration(range), effect, get: { .quantity($0[keyPath: path]) },
      set: { if case .quantity(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func duration(
    _ name: String, _ path: Path<UInt64?>, _ range: ClosedRange<UInt64>, _ effect: String, defaultNote: String
  ) -> Setting {
    Setting(
      name, .duration(range), effect, isOptional: true, defaultNote: defaultNote,
      get: { $0[keyPath: path].map(SettingValue.quantity) ?? .none },
      set: { if case .quantity(let value) = $1 { $0[keyPath: path] = value } else { $0[keyPath: path] = nil } })
  }

  static func size(_ name: String, _ path: Path<Int>, _ range: ClosedRange<UInt64>, _ effect: String) -> Setting {
    Setting(
      name, .size(range), effect, get: { .quantity(UInt64($0[keyPath: path])) },
      set: { if case .quantity(let value) = $1 { $0[keyPath: path] = Int(value) } })
  }

  static func integer(
    _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ effect: String, isServerOnly: Bool = false,
    needsRestart: Bool = false
  ) -> Setting {
    Setting(
      name, .integer(range), effect, isServerOnly: isServerOnly, needsRestart: needsRestart,
      get: { .integer($0[keyPath: path]) },
      set: { if case .integer(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func integer(
    _ name: String, _ path: Path<Int?>, _ range: ClosedRange<Int>, _ effect: String, defaultNote: String? = nil
  ) -> Setting {
    Setting(
      name, .integer(range), effect, isOptional: true, defaultNote: defaultNote,
      get: { $0[keyPath: path].map(SettingValue.integer) ?? .none },
      set: { if case .integer(let value) = $1 { $0[keyPath: path] = value } else { $0[keyPath: path] = nil } })
  }

  static func fraction(
    _ name: String, _ path: Path<Double>, _ range: ClosedRange<Double>, _ effect: String
  ) -> Setting {
    Setting(
      name, .fraction(range), effect, get: { .fraction($0[keyPath: path]) },
      set: { if case .fraction(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func boolean(
    _ name: String, _ path: Path<Bool>, _ effect: String, needsRestart: Bool = false
  ) -> Setting {
    Setting(
      name, .boolean, effect, needsRestart: needsRestart, get: { .boolean($0[keyPath: path]) },
      set: { if case .boolean(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: Path<Choice>, _ effect: String, needsRestart: Bool = false
  ) -> Setting {
    Setting(
      name, .choice(Choice.allCases.map(\.rawValue)), effect, needsRestart: needsRestart,
      get: { .text($0[keyPath: path].rawValue) },
      set: { if case .text(let name) = $1, let value = Choice(rawValue: name) { $0[keyPath: path] = value } })
  }

  static func text(
    _ name: String, _ path: Path<String?>, _ effect: String, isServerOnly: Bool = false, needsRestart: Bool = false,
    defaultNote: String
  ) -> Setting {
    Setting(
      name, .text, effect, isOptional: true, isServerOnly: isServerOnly, needsRestart: needsRestart,
      defaultNote: defaultNote,
      get: { $0[keyPath: path].map(SettingValue.text) ?? .none },
      set: { if case .text(let value) = $1 { $0[keyPath: path] = value } else { $0[keyPath: path] = nil } })
  }

  static func texts(_ name: String, _ path: Path<[String]>, _ effect: String) -> Setting {
    Setting(
      name, .texts, effect, isServerOnly: true, defaultNote: "none", get: { .texts($0[keyPath: path]) },
      set: { if case .texts(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func texts(_ name: String, _ path: Path<[String]?>, _ effect: String, defaultNote: String) -> Setting {
    Setting(
      name, .texts, effect, isServerOnly: true, defaultNote: defaultNote,
      get: { $0[keyPath: path].map(SettingValue.texts) ?? .none },
      set: { if case .texts(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func pairs(_ name: String, _ path: Path<[String: String]>, _ effect: String) -> Setting {
    Setting(
      name, .pairs, effect, isServerOnly: true, defaultNote: "none", get: { .pairs($0[keyPath: path]) },
      set: { if case .pairs(let value) = $1 { $0[keyPath: path] = value } })
  }

  static func profiles(_ name: String, _ effect: String) -> Setting {
    Setting(name, .profiles, effect, defaultNote: "none", get: { _ in .none }, set: { _, _ in })
  }

  static func group(
    _ name: String, _ effect: String, isServerOnly: Bool = false, _ members: [Setting]
  ) -> Setting {
    Setting(name, .group, effect, isServerOnly: isServerOnly, members: members, get: { _ in .none }, set: { _, _ in })
  }

  static func replicas(_ name: String, _ effect: String) -> Setting {
    Setting(
      name, .replicas, effect, isServerOnly: true, defaultNote: "none", get: { _ in .none }, set: { _, _ in })
  }

  /// Makes the same setting reachable inside a larger target.
  func lifted<Outer: SettingTarget>(to path: any WritableKeyPath<Outer, Target> & Sendable) -> Setting<Outer> {
    Setting<Outer>(
      name, shape, effect, isOptional: isOptional, isServerOnly: isServerOnly, needsRestart: needsRestart,
      defaultNote: defaultNote, members: members.map { $0.lifted(to: path) }, get: { get($0[keyPath: path]) },
      set: { set(&$0[keyPath: path], $1) })
  }

  /// Returns the settings in a table that two targets have different values of; those in groups one by one.
  static func differing(_ one: Target, _ other: Target, in table: [Setting]) -> [Setting] {
    table.flatMap { setting in
      setting.members.isEmpty
        ? setting.get(one) == setting.get(other) ? [] : [setting] : differing(one, other, in: setting.members)
    }
  }

  /// The value that holds when the file says nothing, as it would be written.
  var defaultText: String { defaultNote ?? shape.format(get(Target())) }
}

extension SettingShape {
  /// Writes a value as it would stand in the file, strings without their quotes.
  func format(_ value: SettingValue) -> String {
    switch (self, value) {
    case (.size, .quantity(let bytes)): Quantity.format(bytes, units: Quantity.sizes)
    case (_, .quantity(let milliseconds)): Quantity.format(milliseconds, units: Quantity.durations)
    case (_, .integer(let value)): "\(value)"
    case (_, .fraction(let value)): "\(value)"
    case (_, .boolean(let value)): "\(value)"
    case (_, .text(let value)): value
    case (_, .texts(let values)): values.joined(separator: ", ")
    case (_, .pairs(let values)): values.keys.sorted().joined(separator: ", ")
    case (_, .none): "none"
    }
  }
}
