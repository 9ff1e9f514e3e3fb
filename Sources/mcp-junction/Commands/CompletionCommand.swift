import Configuration
import Editors
import EventLoop

/// `completion SHELL`: prints the script by which a shell completes command lines; `complete` is what the scripts ask.
@GatewayActor
enum CompletionCommand {
  nonisolated static let row = Command(
    "completion", summary: "Print a script that completes command lines in a shell.",
    arguments: [
      .init(
        name: "SHELL", complaint: "needs the name of a shell: bash, zsh or fish", effect: "bash, zsh or fish.",
        offer: .words(["bash", "zsh", "fish"]))
    ],
    examples: [
      .init(line: "completion bash >>~/.bashrc", effect: "For bash."),
      .init(line: "completion zsh >~/.zfunc/_mcp-junction", effect: "For zsh, with that directory in fpath."),
      .init(line: "completion fish >~/.config/fish/completions/mcp-junction.fish", effect: "For fish."),
    ]
  ) { context in
    let shell = context.invocation.arguments[0]
    guard let script = scripts[shell] else {
      let cure = NearestName.of(shell, among: scripts.keys.sorted()).map { "did you mean '\($0)'?" }
      context.complain(.usage, "no script is there for '\(shell)'; \(cure ?? "there is one for bash, zsh and fish")")
      return .unusable
    }
    return context.console.say(script)
  }

  nonisolated static let candidates = Command(
    "complete", summary: "Print what can stand next, for the scripts of 'completion'.",
    arguments: [
      .init(
        name: "WORD", complaint: nil, effect: "What is typed, behind '--'; the last one as far as it is typed.",
        repeats: true)
    ],
    examples: [.init(line: "complete -- register cur", effect: "Prints each candidate, a tab and what it is.")]
  ) { context in
    let takesTool = CommandTable.all.contains { command in
      command.words == Array(context.invocation.arguments.prefix(1))
        && command.arguments.contains { if case .tools = $0.offer { true } else { false } }
    }
    let tools = takesTool ? await KnownTools.all(in: context.surroundings) : []
    let completion = Completion(
      commands: CommandTable.all,
      names: Completion.Names(
        servers: { (try? OwnFile.open(context.surroundings).get())?.entries.map(\.key) ?? [] },
        tools: { tools.map { Completion.Candidate(word: $0.name, effect: $0.description) } },
        secrets: { SecretUsers(context.surroundings).names },
        editors: { EditorTable.all.map { ($0.name, $0.title) } }))
    guard let found = completion.candidates(context.invocation.arguments) else {
      return context.console.say(":files\n")
    }
    return context.console.say(shown: found.map { "\($0.word)\t\($0.effect)\n" }.joined())
  }

  private static let scripts = [
    "bash": """
    _mcp_junction() {
      local IFS=$'\\n' found
      found=$(mcp-junction complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f 1)
      if [[ $found == :files ]]; then
        COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        compopt -o filenames 2>/dev/null
      else
        COMPREPLY=($found)
      fi
    }
    complete -F _mcp_junction mcp-junction

    """,
    "zsh": """
    #compdef mcp-junction
    _mcp_junction() {
      local -a found candidates
      local line
      found=("${(@f)$(mcp-junction complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
      if [[ $found[1] == :files ]]; then
        _files
        return
      fi
      for line in $found; do
        candidates+=("${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}")
      done
      _describe mcp-junction candidates
    }
    if [[ $funcstack[1] == _mcp_junction || $funcstack[1] == _mcp-junction ]]; then
      _mcp_junction "$@"
    else
      compdef _mcp_junction mcp-junction
    fi

    """,
    "fish": """
    function __mcp_junction_complete
      set -l found (mcp-junction complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
      if test "$found[1]" = :files
        __fish_complete_path (commandline -ct)
      else
        printf '%s\\n' $found
      end
    end
    complete -c mcp-junction -f -a '(__mcp_junction_complete)'

    """,
  ]
}
