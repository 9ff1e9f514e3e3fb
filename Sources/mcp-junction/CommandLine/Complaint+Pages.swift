extension Complaint {
  var page: Page {
    switch self {
    case .usage:
      Page(
        code: "J101", title: "the command line is not understood",
        meaning: "A command, an option or a value is not known, is missing, or stands where it means nothing.",
        cure: "The message names the nearest one that is known; 'mcp-junction help COMMAND' shows all of a command.")
    case .arguments:
      Page(
        code: "J102", title: "the arguments of a call do not fit",
        meaning: "They are no JSON, or not what the tool's schema wants. Nothing was called.",
        cure:
          "'mcp-junction describe TOOL' shows what it takes; arguments are key=value, one object of JSON, @FILE or '-'."
      )
    case .nobodyToAsk:
      Page(
        code: "J103", title: "there is nobody to ask",
        meaning: "The command wants to be told that it may write something, and has no terminal. Nothing was written.",
        cure: "--yes writes without asking; --dry-run shows what would be written.")
    case .outputUnusable:
      Page(
        code: "J104", title: "standard output cannot be written",
        meaning: "The disk is full, or the file behind it is at its limit. What was to be shown is lost.",
        cure: "Make room, or send the output somewhere else.")
    case .noConfiguration:
      Page(
        code: "J201", title: "there is no configuration",
        meaning: "The file is not there or cannot be read. The message says where it was looked for.",
        cure:
          "'mcp-junction import' takes servers over from editors, 'mcp-junction add' puts one in; --config names another file."
      )
    case .mistake:
      Page(
        code: "J202", title: "there is a mistake in the configuration",
        meaning:
          "What stands at this place cannot be understood. One entry's mistake costs that server alone; one of the whole file costs a command everything, while a gateway that serves goes on with what it had.",
        cure: "Mend the line as the message says; 'mcp-junction config check' looks again.")
    case .oddity:
      Page(
        code: "J203", title: "something in the configuration is odd",
        meaning: "It works, perhaps not as it was meant: an unknown key, a unit that is easily mistaken.",
        cure: "Write what the message says, or leave it.")
    case .ownFile:
      Page(
        code: "J204", title: "the configuration cannot be edited",
        meaning: "It cannot be read, or not changed in this place without risking the rest. Nothing was written.",
        cure: "Mend the line that is named, or edit the file by hand.")
    case .nameTaken:
      Page(
        code: "J205", title: "another server has the name",
        meaning: "A server of that name stands in the file already, and is left as it is.",
        cure: "Take another name, or remove or rename the other one first.")
    case .nested:
      Page(
        code: "J206", title: "the gateway would start itself without end",
        meaning: "A server of the configuration leads back to a gateway on the same file, for the third time.",
        cure: "Remove that server, or give the inner gateway another configuration.")
    case .unset:
      Page(
        code: "J207", title: "a variable is not set",
        meaning:
          "An entry refers to a variable of the environment that the gateway does not have. That server does not start.",
        cure:
          "Set it where the editor is started, register the gateway again ('mcp-junction register EDITOR') so that the editor hands it over, give a default with ${VAR:-text}, or keep the value with 'mcp-junction secret set' and write ${secret:NAME}."
      )
    case .noValue:
      Page(
        code: "J208", title: "a secret, a file or a command gives no value",
        meaning:
          "${secret:…}, ${input:…}, ${file:…} or ${cmd:…} stands for something that is not there. That server does not start.",
        cure:
          "'mcp-junction secret set NAME' keeps a secret or the answer to an input; commands run only where \"commands\" in 'junction' allows it; see docs/configuration.md."
      )
    case .noProgram:
      Page(
        code: "J209", title: "a program or a directory is not there",
        meaning:
          "The command of an entry is neither on the gateway's PATH nor on the login shell's, or its 'cwd' is missing.",
        cure: "Install it, write its full path, or 'mcp-junction disable SERVER'.")
    case .noSuchServer:
      Page(
        code: "J301", title: "no server has this name",
        meaning: "The configuration has no server that is called so.",
        cure: "'mcp-junction list' shows all; the message names the nearest one.")
    case .noSuchTool:
      Page(
        code: "J302", title: "no tool has this name",
        meaning: "All servers that could have it are ready, and none does; or it is kept from clients by a filter.",
        cure: "'mcp-junction list SERVER' shows its tools. Names are server__tool, server/tool or server tool.")
    case .notSent:
      Page(
        code: "J303", title: "the call did not reach its server",
        meaning: "The server is not there, did not start in time or took no more calls. Nothing was carried out.",
        cure:
          "It is safe to try again. 'mcp-junction status' and 'mcp-junction logs SERVER' say what is wrong with the server."
      )
    case .outcomeUnknown:
      Page(
        code: "J304", title: "the outcome of the call is not known",
        meaning:
          "It was sent, and the server or the gateway was lost before it answered. It may have been carried out.",
        cure: "Look whether it was, before you try again.")
    case .refused:
      Page(
        code: "J305", title: "the server has refused",
        meaning: "It answered with an error of its own, whose words are shown.",
        cure: "What it says, or 'mcp-junction logs SERVER'.")
    case .resultUnfit:
      Page(
        code: "J306", title: "the result cannot be shown or saved as asked",
        meaning: "The call was carried out. What it gave is no Base64, or has nothing for a file.",
        cure: "--json prints the result as it came.")
    case .noGateway:
      Page(
        code: "J307", title: "no gateway is running",
        meaning: "No gateway of this user serves, or none on this configuration.",
        cure: "An editor starts it; 'mcp-junction register' shows where it is registered.")
    case .gatewayGone:
      Page(
        code: "J308", title: "the gateway that was asked has ended",
        meaning: "A running gateway was asked, and its editor ended it before it answered.",
        cure: "Try again; --fresh asks no running gateway.")
    case .gatewayRefuses:
      Page(
        code: "J309", title: "a gateway does not do what it is asked",
        meaning: "It has no such server, is on another configuration, or is of another version.",
        cure: "What it says; restart its editor after an update.")
    case .noSuchEditor:
      Page(
        code: "J401", title: "the editor is not known",
        meaning: "It is not in the table of editors.",
        cure: "'mcp-junction register' shows those that are; for others the entry to paste is printed.")
    case .noEditorFile:
      Page(
        code: "J402", title: "the editor has no file here",
        meaning: "It was never started for this user, or nothing says where its file is.",
        cure: "Start it once, or set HOME.")
    case .editorFile:
      Page(
        code: "J403", title: "the editor's file cannot be read or edited",
        meaning:
          "It is broken, a key in it stands twice, or it cannot be changed without risking the rest. Nothing was written.",
        cure: "Mend the line that is named, in the editor; or paste the entry yourself.")
    case .changedMeanwhile:
      Page(
        code: "J404", title: "the file was changed meanwhile",
        meaning: "Another program wrote it between our reading and our writing. Nothing was written.",
        cure: "Try again.")
    case .notRegistered:
      Page(
        code: "J405", title: "the gateway is registered nowhere, or switched off",
        meaning: "No editor starts it.",
        cure: "'mcp-junction register EDITOR', or switch it on in the editor.")
    case .otherProgram:
      Page(
        code: "J406", title: "an editor starts something else",
        meaning:
          "Its entry leads to a program that is gone, to another mcp-junction than this, to another file, or twice.",
        cure: "'mcp-junction register EDITOR' writes it anew.")
    case .variablesLost:
      Page(
        code: "J407", title: "an editor does not pass variables on",
        meaning: "Servers need variables that this editor keeps from what it starts, and its entry does not hand over.",
        cure:
          "Set them and 'mcp-junction register EDITOR' again, or keep them as secrets: those need nothing handed over.")
    case .startedTwice:
      Page(
        code: "J408", title: "an editor starts servers a second time",
        meaning: "It starts itself what the gateway starts: tools appear twice.",
        cure: "'mcp-junction register EDITOR --replace' takes them out there.")
    case .namesTooLong:
      Page(
        code: "J409", title: "names are too long for an editor",
        meaning: "It cuts or refuses tools whose names are longer than its limit.",
        cure: "Set \"nameLimit\" in the top-level 'junction' to what the message says.")
    case .noSecret:
      Page(
        code: "J501", title: "this can be no secret",
        meaning:
          "The name has other characters than letters, digits and '._/@:-', or the value is empty, too long or no text.",
        cure: "Take another name; a value is UTF-8 text of up to 64 KiB without NUL.")
    case .secretNotKept:
      Page(
        code: "J502", title: "the secrets cannot be reached",
        meaning: "The keyring does not answer or is locked, or the file of secrets cannot be read or written.",
        cure: "Unlock the keyring, or keep secrets in a file: 'mcp-junction secret set --in file NAME'.")
    case .noSuchSecret:
      Page(
        code: "J503", title: "no secret has this name", meaning: "Nothing is kept under it.",
        cure: "'mcp-junction secret list' shows the names.")
    case .openToOthers:
      Page(
        code: "J504", title: "others may read what is secret",
        meaning: "A file with secrets in it may be read by other users of the machine.",
        cure: "'mcp-junction doctor --fix' takes their rights away; change what they may have seen.")
    case .loginImpossible:
      Page(
        code: "J505", title: "there is nothing to log in to",
        meaning: "The server is not remote, is not known, has a header of its own, or is reached without TLS.",
        cure: "What the message says; see docs/authorization.md.")
    case .loginFailed:
      Page(
        code: "J506", title: "the login has failed",
        meaning: "The authorization server refused, was not found, or the person did not come back.",
        cure: "What the message says; see docs/authorization.md.")
    case .logoutFailed:
      Page(
        code: "J507", title: "the logout was not whole",
        meaning: "The tokens could not be forgotten here, or not be revoked where they were given.",
        cure: "Try again; revoke them at the authorization server where it matters.")
    case .system:
      Page(
        code: "J601", title: "the machine refuses",
        meaning:
          "A file, a directory, a process or a socket could not be used; the message has the system's own words.",
        cure: "Rights, space and limits (ulimit -n) of the place that is named.")
    case .leftBehind:
      Page(
        code: "J602", title: "something was left behind",
        meaning: "Gateways that were killed have left sockets, or a gateway does not answer or is not well.",
        cure: "The next gateway removes sockets, --fix does it now; 'mcp-junction status' says how servers are.")
    case .brokenCache:
      Page(
        code: "J603", title: "a cache cannot be read",
        meaning: "A file in which something is remembered of servers is broken. It costs a slower start.",
        cure: "Remove it; --fix does it.")
    case .terminalOnly:
      Page(
        code: "J604", title: "a program is on the PATH of this terminal alone",
        meaning: "An editor that is started from the desktop would not find it.",
        cure: "Write its full path, or add its directory to PATH in the login shell's profile.")
    }
  }
}
