extension Arguments {
  /// What `--help` prints.
  package static let help = """
    mcp-junction: one MCP server in front of all of yours

    Usage: mcp-junction [--config PATH] [--drain] [--log-level LEVEL]
           mcp-junction --list [--json]
           mcp-junction call NAME [JSON | -] [--json]
           mcp-junction status [--json]
           mcp-junction config check | schema

    Without a command it serves the MCP client on its standard input and output.

    Commands:
      call NAME [JSON]   Call one tool by its public name. The arguments are a JSON
                         object, or are read from standard input for '-'.
      status             Show how the servers of a running gateway are.
      config check       Check the configuration and say what is wrong with it.
      config schema      Print the JSON Schema of the configuration.

    Options:
      --config PATH      The configuration. Default: $MCP_JUNCTION_CONFIG, then
                         $XDG_CONFIG_HOME/mcp-junction/servers.json.
      --list             Start the servers and show their state and their tools.
      --json             Print for a program; with 'call', the result as it came.
      --drain            After the end of input, wait for all calls in flight.
      --log-level LEVEL  debug, info, warning or error. Default: info.
      -h, --help         Print this text.
      -V, --version      Print the version.

    Exit status: 0 when all went well, 1 when a server or the tool failed, 2 when the
    command line or the configuration cannot be used.

    """
}
