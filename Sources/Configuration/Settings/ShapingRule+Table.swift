extension ShapingRule: SettingTarget {
  static let readOnlyEffect =
    "Whether clients see and call only tools that say that they change nothing (`readOnlyHint`)."
  static let hideDestructiveEffect =
    "Whether clients neither see nor call tools that may destroy something: all but those that say they do not "
    + "(`readOnlyHint`, or `destructiveHint` false)."
  static let renameEffect = "Other names for tools, by the server's own: `{\"create_issue\": \"new_issue\"}`."
  static let describeEffect = "Other descriptions for tools, by the server's own names."

  /// What a profile may say of all its servers.
  static let common: [Setting<ShapingRule>] = [
    .texts(
      "includeTools", \.filter.allow,
      "The only tools that are shown, by the server's own names; `*` stands for any characters.", defaultNote: "all"),
    .texts(
      "excludeTools", \.filter.deny,
      "Tools that are not shown, by the server's own names; `*` stands for any characters."),
    .boolean("readOnly", \.readOnly, readOnlyEffect),
    .boolean("hideDestructive", \.hidesDestructive, hideDestructiveEffect),
  ]

  /// What a profile may say of one server.
  static let table: [Setting<ShapingRule>] =
    common + [
      .pairs("rename", \.names, renameEffect),
      .pairs("describe", \.descriptions, describeEffect),
      .text(
        "prefix", \.prefix, "What public names begin with, before `__`; an empty string for no prefix.",
        defaultNote: "the server's own"),
    ]
}

extension ClientProfile: SettingTarget {
  /// What may stand in a profile beside its servers.
  static let table: [Setting<ClientProfile>] =
    [
      .texts(
        "clients", \.clients,
        "Whose profile it is: the names by which clients introduce themselves; `*` stands for any characters."),
      .integer(
        "nameLimit", \.nameLimit, 24...128, "Characters of a public name.", defaultNote: "what is usual for the client"
      ),
      .choice("face", \.face, "How tools are shown: as a `list`, or through tools that `search`."),
    ] + ShapingRule.common.map { $0.lifted(to: \.rule) }
}
