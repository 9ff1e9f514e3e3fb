"""Where values come from that must not stand in a file, and that none of them is ever shown."""

import base64
import json
import os
import shutil
import stat
import subprocess
import urllib.parse

import pytest

from support import processes
from support.home import Home, Terminal
from support.junction import binary, scripted
from support.wire import Wire

servers = ".config/mcp-junction/servers.json"
kept = ".local/state/mcp-junction/secrets.json"


@pytest.fixture
def home(tmp_path):
    # Its environment has no bus, so there is no keyring, wherever the tests are run.
    one = Home(tmp_path / "home")
    yield one
    one.end()


def with_reference(reference: str, value: str, **behaviour) -> dict:
    """Returns a server that gets a reference in a variable and only starts when it stands for that value."""
    # The value itself must not stand in the file: it is compared by its digest.
    entry = scripted(**behaviour)
    digest = subprocess.run(["sha256sum"], input=value.encode(), capture_output=True, check=True).stdout.split()[0]
    check = f'test "$(printf %s "$GIVEN" | sha256sum | cut -d" " -f1)" = {digest.decode()} && exec "$0" "$@"'
    return {
        "command": "/bin/sh",
        "args": ["-c", check, entry["command"], *entry["args"]],
        "env": {"GIVEN": reference},
    }


def configure(home: Home, entries: dict, **others) -> None:
    home.write(servers, json.dumps({"mcpServers": entries, **others}).encode())


def states(home: Home) -> dict[str, str]:
    listed = json.loads(home.run("list", "--json").stdout)
    return {server["name"]: server["state"] for server in listed["servers"]}


def test_a_secret_is_kept_in_a_file_for_its_owner_alone(home):
    assert "kept in the file" in home.good("secret", "set", "git/TOKEN", input="a secret value\n")
    assert stat.S_IMODE((home.path / kept).stat().st_mode) == 0o600
    assert stat.S_IMODE((home.path / kept).parent.stat().st_mode) == 0o700
    configure(
        home, {"one": with_reference("${secret:git/TOKEN}", "a secret value"), "two": with_reference("${secret:X}", "")}
    )
    assert states(home) == {"one": "ready", "two": "failed"}
    assert "no secret is kept under 'X': 'mcp-junction secret set X' keeps it" in home.run("config", "check").stderr
    shown = home.good("secret", "list")
    assert [line.split() for line in shown.splitlines()] == [
        ["NAME", "KEPT", "IN", "USED", "BY"],
        ["git/TOKEN", "file", "one"],
        ["X", "nowhere", "two"],
    ]
    assert json.loads(home.good("secret", "list", "--json")) == {
        "secrets": [
            {"name": "git/TOKEN", "place": "file", "servers": ["one"]},
            {"name": "X", "place": None, "servers": ["two"]},
        ]
    }
    home.good("secret", "rm", "git/TOKEN")
    gone = home.run("secret", "rm", "git/TOKEN")
    assert gone.returncode == 6 and "no secret is kept" in gone.stderr


def test_a_file_of_secrets_that_others_may_read_is_refused_until_it_is_mended(home):
    home.good("secret", "set", "A", input="a secret value")
    configure(home, {"one": with_reference("${secret:A}", "a secret value")})
    os.chmod(home.path / kept, 0o644)
    refused = home.run("config", "check")
    assert refused.returncode == 2 and f"others may read {home.path / kept}" in refused.stderr
    assert "a secret value" not in refused.stderr
    fixed = json.loads(home.run("doctor", "--fix", "--json").stdout)["findings"]
    assert [found["mended"] for found in fixed if found["subject"] == "secrets"] == [True]
    assert stat.S_IMODE((home.path / kept).stat().st_mode) == 0o600
    assert home.run("config", "check").returncode == 0


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("a b", "x", "a secret's name is up to 128"),
        ("A", "", "nothing was typed"),
        ("A", "x" * 70000, "up to 65536 bytes"),
        ("A", "a\0b", "without NUL"),
    ],
)
def test_what_can_be_no_secret_is_refused(home, name, value, complaint):
    done = home.run("secret", "set", name, input=value)
    assert done.returncode == 2 and complaint in done.stderr
    assert not (home.path / kept).exists()


def test_a_person_types_a_secret_unseen(home):
    terminal = Terminal(home, "secret", "set", "A")
    terminal.wait_for("A: ")
    terminal.type("a hidden value\n")
    assert terminal.finish() == 0
    assert "hidden" not in terminal.shown and "kept in the file" in terminal.shown
    assert json.loads(home.read(kept)) == {"A": "a hidden value"}


def test_an_interrupted_question_leaves_the_terminal_as_it_was(home):
    terminal = Terminal(home, "secret", "set", "A")
    terminal.wait_for("A: ")
    terminal.type("half\x03")
    assert terminal.finish() == 130
    assert not (home.path / kept).exists()


def test_an_input_is_asked_for_once_and_a_serving_gateway_says_what_to_type(home):
    question = {"id": "api-key", "type": "promptString", "description": "Your key", "password": True}
    configure(home, {"one": with_reference("${input:api-key}", "typed by hand")}, inputs=[question])
    cure = "type it once: 'mcp-junction secret set input:api-key'"
    assert cure in home.run("list").stderr
    wire = Wire([binary()], env=home.environment, cwd=home.path)
    wire.initialize()
    processes.wait_until(lambda: cure in wire.stderr, 10, "the gateway says nothing")
    terminal = Terminal(home, "list")
    terminal.wait_for(r"Your key \(api-key\): ")
    terminal.type("typed by hand\n")
    assert terminal.finish() == 0
    assert "by hand" not in terminal.shown and "one" in terminal.shown
    # Whoever serves takes it up by itself.
    processes.wait_until(lambda: "one__echo" in wire.tool_names(), 20, "the server is not there")
    wire.close_input()
    assert wire.finish() == 0
    assert states(home) == {"one": "ready"}


def test_files_and_commands_are_asked_where_the_file_allows_it(home):
    home.write("key.txt", b"from a file\n")
    home.write(".config/mcp-junction/get", b"#!/bin/sh\nprintf '%s of a command\\n' \"$1\"\n")
    os.chmod(home.path / ".config/mcp-junction/get", 0o755)
    entries = {
        "file": with_reference("${file:~/key.txt}", "from a file"),
        "words": with_reference("${cmd:./get 'two words'}", "two words of a command"),
        "shell": with_reference("${cmd:echo a | tr a b}", "b"),
    }
    configure(home, entries)
    assert states(home) == {"file": "ready", "words": "failed", "shell": "failed"}
    configure(home, entries, junction={"commands": "direct"})
    assert states(home) == {"file": "ready", "words": "ready", "shell": "failed"}
    configure(home, {"shell": entries["shell"]}, junction={"commands": "shell"})
    assert states(home) == {"shell": "ready"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sleep 60", "it took longer than 500 ms"),
        ("yes a-line-of-text", "it printed more than 65536 bytes"),
        ("echo a-secret; exit 3", "the command ended with exit code 3"),
        ("printf 'a\\0b'", "it is no UTF-8 text without NUL"),
        ("kill -9 $$", "the command ended with signal 9 (SIGKILL)"),
    ],
)
def test_a_command_that_fails_is_a_failure_of_its_server(home, command, reason):
    configure(
        home,
        {"one": with_reference("${cmd:%s}" % command, ""), "right": scripted()},
        junction={"commands": "shell", "commandTimeout": "500ms"},
    )
    assert states(home) == {"one": "failed", "right": "ready"}
    told = home.run("config", "check")
    assert told.returncode == 1 and reason in told.stderr and "a-secret" not in told.stderr.replace("echo a-secret", "")


def test_a_slow_command_keeps_no_other_server_waiting(home):
    configure(
        home,
        {"slow": with_reference("${cmd:sleep 4; echo late}", "late"), "right": scripted()},
        junction={"commands": "shell"},
    )
    wire = Wire([binary()], env=home.environment, cwd=home.path)
    wire.initialize()
    names = wire.tool_names()
    assert "right__echo" in names and "slow__echo" not in names
    processes.wait_until(lambda: "slow__echo" in wire.tool_names(), 20, "the slow server is not there")
    wire.close_input()
    assert wire.finish() == 0


@pytest.mark.skipif(
    not (shutil.which("dbus-run-session") and shutil.which("gnome-keyring-daemon")), reason="no keyring is installed"
)
def test_a_keyring_keeps_secrets_where_there_is_one(home):
    configure(home, {"one": with_reference("${secret:A}", "a secret value")})
    script = """
        printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null
        set -e
        printf 'a secret value' | "$0" secret set A
        "$0" secret list
        "$0" list --json
        # What an editor passes on of the environment: the bus is found where it usually is.
        bus=${DBUS_SESSION_BUS_ADDRESS#unix:path=}; bus=${bus%%,*}
        ln -s "$bus" "$XDG_RUNTIME_DIR/bus"
        env -u DBUS_SESSION_BUS_ADDRESS "$0" list one --json
        printf 'another value' | "$0" secret set --in file A
        "$0" secret list
        "$0" secret rm A
        "$0" secret list
    """
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", script, binary()],
        capture_output=True,
        text=True,
        env=home.environment,
        cwd=home.path,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[0] == "A: kept in the keyring"
    assert lines[2].split() == ["A", "keyring", "one"]
    assert [json.loads(line)["servers"][0]["state"] for line in lines[3:5]] == ["ready", "ready"]
    assert lines[5] == "A: kept in the file" and lines[7].split() == ["A", "file", "one"]
    assert lines[8] == "A: forgotten" and lines[10].split() == ["A", "nowhere", "one"]
    assert "value" not in done.stdout + done.stderr
    # What ran for the session ends with it, a moment later.
    subprocess.run(["sh", "-c", "sleep 0.5"], check=True)


# Everything that is secret, by where it is planted.
planted = {
    "variable": "planted-variable-1a2b",
    "environment": "planted-environment-3c4d",
    "file": "planted-file-5e6f",
    "command": "planted-command-7a8b",
    "secret": "planted/secret+9c0d?é",
    "input": "planted-input-1e2f",
    "header": "planted-header-3a4b",
    "argument": "planted-argument-5c6d",
    "address": "planted-address-7e8f",
    "client": "planted-client-9a0b",
    "short": "q7x2z",
}


def spellings(value: str) -> set[str]:
    """Returns what gives a secret away."""
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    return {
        value,
        json.dumps(value)[1:-1],
        urllib.parse.quote(value),
        urllib.parse.quote(value, safe=""),
        encoded,
        value.encode().hex(),
    }


def test_no_planted_secret_is_ever_shown(home):
    """Every output and every file that was written is searched for every secret in every spelling."""
    home.write("planted.env", f"ENVIRONMENT={planted['environment']}\n".encode())
    home.write("planted.txt", planted["file"].encode())
    home.good("secret", "set", "PLANTED", input=planted["secret"])
    home.good("secret", "set", "SHORT", input=planted["short"])
    home.good("secret", "set", "input:planted", input=planted["input"])
    home.write("command.sh", f"echo {planted['command']}".encode())
    home.environment["PLANTED"] = planted["variable"]
    given = {
        "A_VARIABLE": "${PLANTED}",
        "A_FILE": "${file:~/planted.txt}",
        "A_COMMAND": "${cmd:sh %s/command.sh}" % home.path,
        "A_SECRET": "${secret:PLANTED}",
        "AN_INPUT": "${input:planted}",
        "A_SHORT": "${secret:SHORT}",
    }
    # Servers that say all they know: on standard error, in a handshake that fails, on standard output.
    talk = """
        for value in "$A_VARIABLE" "$ENVIRONMENT" "$A_FILE" "$A_COMMAND" "$A_SECRET" "$AN_INPUT" "$A_SHORT" "$@"; do
          echo "plain $value quoted \\"$value\\" base64 $(printf %s "$value" | base64)"
          printf %s "$value" | od -An -tx1 | tr -d ' \\n'; echo
          printf '{"jsonrpc":"2.0","method":"notifications/%s"}\\n' "$value" >&3
        done >&2
    """.strip()
    arguments = ["--token", planted["argument"]]
    entries = {
        "talks": {
            "command": "/bin/sh",
            "args": ["-c", f"exec 3>&1; {talk}; exit 3", "sh", *arguments],
            "env": given,
            "envFile": str(home.path / "planted.env"),
        },
        "garbage": {
            "command": "/bin/sh",
            "args": ["-c", f"exec 3>&1; {{ {talk} }} 2>&1; read -r x; exit 4", "sh", *arguments],
            "env": given,
            "envFile": str(home.path / "planted.env"),
        },
        "remote": {
            "url": f"http://ada:{planted['address']}@127.0.0.1:9/mcp",
            "headers": {"Authorization": f"Bearer {planted['header']}"},
            "junction": {"oauth": {"clientSecret": planted["client"]}},
        },
        "missing": {"command": "no-such-program", "args": arguments, "env": given},
        "slip": {"command": f"no-such {planted['argument']}", "args": arguments, "env": given, "frob": 1},
        "right": {**scripted(stderr=f"I know {planted['argument']}"), "env": given},
    }
    configure(
        home,
        entries,
        junction={"commands": "direct", "metricsFile": str(home.path / "metrics.prom"), "logLevel": "debug"},
    )
    outputs = {"configuration": ""}
    for arguments in (
        ["list"], ["list", "--json"], ["list", "--log-level", "debug"], ["config", "check"], ["doctor"],
        ["doctor", "--json"], ["secret", "list"], ["secret", "list", "--json"], ["auth", "status"], ["login", "remote"],
        ["call", "right__echo"], ["call", "talks__x"], ["call", "remote__x"], ["call", "garbage__x"],
        ["register", "cursor", "--yes"], ["register", "goose", "--dry-run"], ["disable", "slip", "--dry-run"],
        ["complete", "--", "secret", "rm", ""],
        ["add", "new", "-e", f"API_TOKEN={planted['variable']}", "--dry-run", "--", "x"],
        ["add", "new", "--url", f"https://ada:{planted['address']}@h/x", "--dry-run"],
    ):  # fmt: skip
        done = home.run(*arguments)
        outputs[" ".join(arguments[:2])] = outputs.get(" ".join(arguments[:2]), "") + done.stdout + done.stderr
    wire = Wire([binary()], env=home.environment, cwd=home.path)
    wire.strict = False
    said = json.dumps(wire.initialize().json)
    said += json.dumps(wire.request("tools/list", {}).json)
    for name in ("talks__x", "garbage__x", "missing__x", "slip__x", "remote__x"):
        said += json.dumps(wire.request("tools/call", {"name": name, "arguments": {}}).json)
    said += json.dumps(wire.request("resources/list", {}).json)
    said += json.dumps(wire.request("resources/read", {"uri": "junction://status"}).json)
    outputs["status"] = home.run("status").stdout + home.run("status", "--json").stdout
    outputs["instructions and answers"] = said
    wire.close_input()
    wire.finish()
    outputs["log"] = wire.stderr
    assert "•••" in wire.stderr and "garbage" in outputs["status"]
    own = {servers, "planted.env", "planted.txt", "command.sh", kept}
    for file in home.path.rglob("*"):
        name = str(file.relative_to(home.path))
        if file.is_file() and name not in own:
            outputs[name] = file.read_bytes().decode(errors="replace")
    found = [
        f"{where} shows the {kind}: {text[max(0, text.index(form) - 120) : text.index(form) + len(form) + 40]!r}"
        for where, text in outputs.items()
        for kind, value in planted.items()
        for form in spellings(value)
        if form in text and not (kind == "short" and form != value)
    ]
    assert not found, "\n".join(found)


def test_import_copies_no_secret(home):
    entry = {
        "command": "a",
        "args": ["--api-key", "planted-argument-5c6d"],
        "env": {"TOKEN": "planted-variable-1a2b", "MODE": "fast"},
    }
    remote = {
        "url": "https://h/mcp?token=planted-address-7e8f",
        "headers": {"Authorization": "Bearer planted-header-3a4b"},
    }
    home.write(".cursor/mcp.json", json.dumps({"mcpServers": {"s": entry, "r": remote}}).encode())
    shown = home.good("import", "--dry-run") + home.good("import", "--yes")
    own = home.read(servers).decode()
    assert "planted" not in shown + own
    assert '"Bearer ${secret:r/Authorization}"' in own and '"fast"' in own
    assert json.loads(home.read(kept)) == {
        "s/api-key": "planted-argument-5c6d",
        "s/TOKEN": "planted-variable-1a2b",
        "r/token": "planted-address-7e8f",
        "r/Authorization": "planted-header-3a4b",
    }
    assert "0 of 2 servers to take over" in home.good("import")
    checked = home.run("config", "check")
    assert checked.returncode == 1 and "${secret:" not in checked.stderr


def test_import_asks_before_it_keeps_a_secret(home):
    entry = {"command": "a", "env": {"TOKEN": "planted-variable-1a2b"}}
    home.write(".cursor/mcp.json", json.dumps({"mcpServers": {"s": entry}}).encode())
    terminal = Terminal(home, "import")
    terminal.wait_for(r"Write .*\[y/N\] ")
    terminal.type("y\n")
    terminal.wait_for(r"Keep 1 secret \(s/TOKEN\)\? \[y/N\] ")
    terminal.type("n\n")
    assert terminal.finish() == 0
    assert "not kept: s/TOKEN; 'mcp-junction secret set NAME' keeps one" in terminal.shown
    assert "${secret:s/TOKEN}" in home.read(servers).decode()
    assert not (home.path / kept).exists()
