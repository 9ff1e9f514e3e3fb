"""A new user's path in a home of their own: import, list, register, a call as the editor makes it, unregister."""

import json
import os
import re
import shlex

import pytest
import tomllib

from support import processes
from support.home import Home
from support.junction import binary, end_to_end, scripted
from support.wire import Wire

fixtures = end_to_end / "editors"

# What Codex gives a server of its environment (codex-rs/rmcp-client/src/utils.rs).
codex_passes = "HOME LOGNAME PATH SHELL USER __CF_USER_TEXT_ENCODING LANG LC_ALL TERM TMPDIR TZ".split()


def guarded(variable: str, value: str, **behaviour) -> list[str]:
    """Returns the command line of a server that only starts when a variable reaches it."""
    entry = scripted(**behaviour)
    words = " ".join(shlex.quote(word) for word in [entry["command"], *entry["args"]])
    return ["/bin/sh", "-c", f'test "${variable}" = {value} && exec {words}']


@pytest.fixture
def home(tmp_path):
    one = Home(tmp_path / "home")
    one.environment |= {
        "CURSOR_TOKEN": "cursor-token-value",
        "CODEX_TOKEN": "codex-token-value",
        "COPILOT_TOKEN": "copilot-token-value",
    }
    yield one
    one.end()


servers = ".config/mcp-junction/servers.json"


def cursor_file() -> bytes:
    words = guarded("TOKEN", "cursor-token-value", name="from-cursor")
    entry = {"command": words[0], "args": words[1:], "env": {"TOKEN": "${env:CURSOR_TOKEN}"}}
    text = f"""{{
\t// kept by hand
\t"mcpServers": {{
\t\t// the first one
\t\t"alpha": {json.dumps(entry)}, // why
\t}},
}}"""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def codex_file() -> bytes:
    words = guarded("CODEX_TOKEN", "codex-token-value", name="from-codex")
    return f"""model = "gpt" # mine
[mcp_servers.beta]
command = {json.dumps(words[0])}
args = {json.dumps(words[1:])}
env_vars = ["CODEX_TOKEN"]
startup_timeout_sec = 20
[tui]
x = 1""".encode()


def copilot_file() -> bytes:
    words = guarded("T", "copilot-token-value", name="from-copilot")
    entry = {"type": "local", "command": words[0], "args": words[1:], "env": {"T": "${COPILOT_TOKEN}"}, "tools": ["*"]}
    return json.dumps({"mcpServers": {"gamma": entry}}).encode()


files = {
    ".cursor/mcp.json": cursor_file,
    ".codex/config.toml": codex_file,
    ".copilot/mcp-config.json": copilot_file,
}


def call_alpha(command: list[str], environment: dict[str, str], home: Home) -> None:
    """Starts the gateway as an editor does and makes one call through it."""
    # The marker finds what is left behind; no editor has it.
    wire = Wire(command, env={**environment, processes.variable: home.mark}, cwd=home.path)
    wire.initialize()
    assert {f"{name}__echo" for name in ("alpha", "beta", "gamma")} <= set(wire.tool_names())
    for name in ("alpha", "beta", "gamma"):
        assert wire.call(f"{name}__echo", {"said": name})["result"]["structuredContent"] == {"said": name}
    wire.close_input()
    assert wire.finish() == 0


def test_a_new_users_path(home):
    before = {name: make() for name, make in files.items()}
    for name, data in before.items():
        home.write(name, data)

    shown = home.good("import", "--dry-run")
    assert "3 of 3 servers to take over" in shown
    assert not (home.path / servers).exists()
    shown += home.good("import", "--yes")
    own = home.read(servers).decode()
    assert "// the first one" in own and "// why" not in own
    assert (home.path / servers).stat().st_mode & 0o777 == 0o600
    for value in ("cursor-token-value", "codex-token-value", "copilot-token-value"):
        assert value not in shown
    assert all(f"${{{name}}}" in own for name in ("env:CURSOR_TOKEN", "CODEX_TOKEN", "COPILOT_TOKEN"))
    assert "0 of 3 servers to take over" in home.good("import")

    checked = home.good("doctor")
    assert checked.startswith("✓ configuration") and "registered in none" in checked
    listed = json.loads(home.good("--list", "--json"))
    assert [server["name"] for server in listed["servers"]] == ["alpha", "beta", "gamma"]

    asked = home.run("register", "cursor")
    assert asked.returncode == 2 and "--yes" in asked.stderr
    assert home.read(".cursor/mcp.json") == before[".cursor/mcp.json"]
    home.good("register", "cursor", "codex", "copilot", "--yes")
    assert "registered already" in home.good("register", "codex", "--yes")

    # Two start a server themselves, as well: the names are the same, and so are the command lines.
    doubles = [found["subject"] for found in findings(home) if "appear twice" in found["message"]]
    assert doubles == ["cursor", "codex", "copilot"]
    assert not [found for found in findings(home) if found["severity"] == "error"]

    entry = tomllib.loads(home.read(".codex/config.toml").decode())["mcp_servers"]["junction"]
    passed = {name: value for name, value in home.environment.items() if name in codex_passes + entry["env_vars"]}
    call_alpha([entry["command"], *entry["args"]], passed, home)

    entry = json.loads(home.read(".copilot/mcp-config.json"))["mcpServers"]["junction"]
    handed = {name: home.environment[text.removeprefix("${").removesuffix("}")] for name, text in entry["env"].items()}
    environment = {"PATH": home.environment["PATH"], "HOME": home.environment["HOME"], **handed}
    call_alpha([entry["command"], *entry["args"]], environment, home)

    home.good("unregister", "cursor", "codex", "copilot", "--yes")
    assert {name: home.read(name) for name in files} == before
    assert "not registered" in home.good("unregister", "cursor", "--yes")


def findings(home: Home, *arguments: str) -> list[dict]:
    """Returns what the doctor finds."""
    done = home.run("doctor", "--json", *arguments)
    report = json.loads(done.stdout)
    assert report["healthy"] == (done.returncode == 0)
    return report["findings"]


def test_the_doctor_says_what_is_wrong_and_the_cure(home):
    assert [found["cure"] for found in findings(home) if found["severity"] == "error"] == [
        "mcp-junction import, or mcp-junction add NAME -- COMMAND"
    ]
    # What lies in a directory that only this terminal's PATH has.
    only = home.path / "only"
    only.mkdir()
    (only / "private-server").write_text("#!/bin/sh\n")
    os.chmod(only / "private-server", 0o755)
    home.environment["PATH"] += f":{only}"
    home.environment["SHELL"] = "/bin/false"
    home.write(
        servers,
        b'{"mcpServers": {"gone": {"command": "no-such-server"}, "unset": {"command": "true", "env": {"A": "${B_B}"}},'
        b' "private": {"command": "private-server", "env": {"API_TOKEN": "plain"}}},\n "junction": {"nameLimit": 60}}',
    )
    os.chmod(home.path / servers, 0o644)
    home.write(".cursor/mcp.json", b'{"mcpServers": {"gone": {"command": "no-such-server"}}}')
    home.write(".codex/config.toml", b'[mcp_servers.junction]\ncommand = "/gone/mcp-junction"\n')
    home.write(".config/zed/settings.json", b"{,}")
    home.write(".cache/mcp-junction/server-1-2.json", b"broken")
    home.good("register", "cursor", "--yes")
    told = {(found["subject"], found["severity"]): found for found in findings(home)}
    assert told["gone", "error"]["cure"] == "install it, or mcp-junction disable gone"
    assert "B_B, which is not set" in told["unset", "error"]["message"]
    assert str(only / "private-server") in told["private", "warning"]["cure"]
    assert "API_TOKEN" in told["configuration", "warning"]["message"]
    assert told["codex", "error"]["cure"] == "mcp-junction register codex; --fix does it"
    for subject, code in {"gone": "J209", "unset": "J207", "codex": "J406", "zed": "J403"}.items():
        assert told[subject, "error"]["code"] == code
    assert told["private", "warning"]["code"] == "J604" and told["cache", "warning"]["code"] == "J603"
    assert ":1:2:" in told["zed", "error"]["message"]
    several = [found["message"] for found in findings(home) if found["subject"] == "cursor"]
    assert [word for word in ("B_B", "appear twice", "52 characters") if any(word in text for text in several)] == [
        "B_B",
        "appear twice",
        "52 characters",
    ]
    mended = [found["subject"] for found in findings(home, "--fix") if found.get("mended")]
    assert mended == ["configuration", "cache"]
    assert (home.path / servers).stat().st_mode & 0o777 == 0o600
    assert not (home.path / ".cache/mcp-junction/server-1-2.json").exists()
    home.write(servers, b'{"mcpServers": {')
    assert "servers.json:1:17" in findings(home)[0]["message"]


def test_the_doctor_writes_a_stale_registration_anew_and_shows_it(home):
    home.write(servers, b'{"mcpServers": {"a": {"command": "true"}}}')
    text = b'# mine\n[mcp_servers.junction]\ncommand = "/gone/mcp-junction"\n[tui]\nx = 1\n'
    home.write(".codex/config.toml", text)
    shown = home.run("doctor", "--fix").stdout
    assert shown.startswith(f"{home.path}/.codex/config.toml\n  + ") and os.path.realpath(binary()) in shown
    assert re.search(r"[✗!] codex +starts /gone/mcp-junction, which is not there \[J406\]\n +mended", shown)
    now = tomllib.loads(home.read(".codex/config.toml").decode())
    assert os.path.samefile(now["mcp_servers"]["junction"]["command"], binary()) and now["tui"] == {"x": 1}
    assert home.read(".codex/config.toml").startswith(b"# mine\n")
    assert not [found for found in findings(home) if found.get("code") == "J406"]


def test_a_file_that_changed_since_loses_only_the_entry(home):
    home.write(".cursor/mcp.json", cursor_file())
    home.write(servers, b'{"mcpServers": {"a": {"command": "true"}}}')
    home.good("register", "cursor", "--yes")
    changed = home.read(".cursor/mcp.json").replace(b"kept by hand", b"changed by hand")
    home.write(".cursor/mcp.json", changed)
    home.good("unregister", "cursor", "--yes")
    assert home.read(".cursor/mcp.json") == cursor_file().replace(b"kept by hand", b"changed by hand")


def test_a_file_that_was_made_goes_again(home):
    home.write(servers, b'{"mcpServers": {"a": {"command": "true"}}}')
    home.good("register", "goose", "--yes")
    assert b"cmd: " in home.read(".config/goose/config.yaml")
    home.good("unregister", "goose", "--yes")
    assert not (home.path / ".config/goose/config.yaml").exists()


def test_links_and_modes_stay(home):
    home.write("dotfiles/mcp.json", b"{}")
    os.chmod(home.path / "dotfiles/mcp.json", 0o644)
    (home.path / ".cursor").mkdir()
    (home.path / ".cursor/mcp.json").symlink_to("../dotfiles/mcp.json")
    home.good("register", "cursor", "--yes")
    assert (home.path / ".cursor/mcp.json").is_symlink()
    assert "junction" in json.loads(home.read("dotfiles/mcp.json"))["mcpServers"]
    assert (home.path / "dotfiles/mcp.json").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("editor", "name", "data", "place"),
    [
        ("cursor", ".cursor/mcp.json", b'{"mcpServers": {},\n "mcpServers": 1}', ":2:2: the key 'mcpServers' stands"),
        ("cursor", ".cursor/mcp.json", b'{"mcpServers": [1', ":1:18: "),
        ("codex", ".codex/config.toml", b"[mcp_servers]\nx = \n", ":2:5: a value was expected"),
        ("goose", ".config/goose/config.yaml", b"a:\n\tb: 1\n", ":2:2: the line is indented with a tab"),
        ("zed", ".config/zed/settings.json", "\ufeff{}".encode("utf-16"), ":1:1: the file is UTF-16 text"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_edited_stays_and_is_named(home, editor, name, data, place):
    home.write(name, data)
    done = home.run("register", editor, "--yes")
    assert done.returncode == 2
    assert f"{home.path / name}{place}" in done.stderr
    assert home.read(name) == data


def test_our_own_file_is_edited_as_text(home):
    home.write(servers, b'{\n    // mine\n    "mcpServers": {\n        "a": {"command": "true"} // first\n    }\n}\n')
    home.good("add", "time", "-e", "TZ=${TZ:-UTC}", "--", "uvx", "mcp-server-time", "--verbose")
    home.good("add", "docs", "--url", "https://docs.example.com/mcp", "--header", "X-Key: ${KEY}")
    text = home.read(servers).decode()
    assert '// mine\n    "mcpServers": {\n        "a": {"command": "true"}, // first\n        "time": {\n' in text
    assert home.run("add", "time", "--", "x").returncode == 2
    home.good("disable", "a", "time")
    assert home.read(servers).count(b'"disabled": true') == 2
    home.good("enable", "a", "time")
    assert home.read(servers).decode() == text
    home.good("remove", "time", "docs")
    assert b'"a": {"command": "true"} // first\n    }\n}\n' in home.read(servers)
    wrong = home.run("remove", "tme", "a")
    assert wrong.returncode == 6 and "no server is called 'tme'" in wrong.stderr


@pytest.mark.parametrize("fixture", sorted(path.name for path in fixtures.iterdir()))
def test_each_editors_file_is_imported_from_where_it_lies(home, fixture):
    editor = fixture.rsplit(".", 1)[0]
    place = home.run("register", editor, "--dry-run").stdout.splitlines()[0].split(": ", 1)[1]
    home.write(os.path.relpath(place, home.path), (fixtures / fixture).read_bytes())
    shown = home.good("import", editor, "--yes")
    assert "literal-" not in shown
    taken = shown.count("\n  + ")
    assert taken == 0 if editor in ("lmstudio", "vscode-insiders") else taken > 0
    if taken:
        # What is unset or remote is a failure of one server, never of the file.
        checked = home.run("config", "check")
        assert "stands twice" not in checked.stderr and "unknown key" not in checked.stderr
        assert f"servers.json: {taken} server" in checked.stdout
