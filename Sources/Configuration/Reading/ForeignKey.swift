/// Keys that programs write into servers' entries for themselves: they mean nothing here, and cost no warning.
enum ForeignKey {
  /// Whether a key is one of them, or a comment.
  static func isKnown(_ key: String) -> Bool {
    key.isEmpty || key.hasPrefix("_") || key.hasPrefix("$") || key.hasPrefix("//") || key.hasPrefix("#")
      || known.contains(key)
  }

  private static let known: Set<String> = [
    // Comments in words.
    "comment", "comments", "name", "displayName", "title", "description", "note", "notes", "icon", "id", "metadata",
    "tags", "version",
    // Which tools need no question: Cline, Cursor, Amazon Q, Kiro; Roo, Windsurf; Gemini CLI, Qwen Code; Codex; OpenCode.
    "autoApprove", "alwaysAllow", "trust", "required", "supports_parallel_tool_calls", "permission", "approval",
    // When and where the program itself starts it: Claude Code, Copilot CLI, Roo, Cursor, mcphub, Warp.
    "alwaysLoad", "deferTools", "watchPaths", "autoStart", "autostart", "start_on_launch", "scope", "dev",
    "custom_instructions", "working_directory_mode",
    // How long the program itself waits: Continue, Qwen Code, Amazon Q, Roo.
    "connectionTimeout", "discoveryTimeoutMs", "initTimeout", "versionNegotiation",
    // Login at a remote server: Claude Code, Gemini CLI, Cursor, Crush, Amazon Q.
    "oauth", "auth", "authProviderType", "oauthScopes", "scopes", "oauth_client_id", "oauth_client_secret",
    "oauth_callback_port",
    // Sandboxes and galleries: VS Code; Cline; Zed; Cherry Studio.
    "sandbox", "sandboxEnabled", "gallery", "marketplace", "source", "settings", "remote", "registryUrl", "provider",
    "providerUrl", "logoUrl", "longRunning", "installSource", "isTrusted",
  ]
}
