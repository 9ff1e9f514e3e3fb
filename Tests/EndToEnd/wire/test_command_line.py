"""The command line: what it prints, and with which status it ends."""

import base64
import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
import threading
import time

import jsonschema
import pytest

from support.junction import binary, root, scripted

names = ["one", "two"]


def run(
    arguments: list[str], environment: dict | None = None, input: bytes = b"", stdout=subprocess.PIPE
) -> subprocess.CompletedProcess:
    return subprocess.run(
        arguments,
        input=input,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        timeout=40,
    )


@pytest.fixture
def junction(setting):
    """Runs the gateway's command line over two scripted servers, or over those given."""

    def junction(*arguments: str, servers: dict | None = None, input: bytes = b"", **more):
        one = setting(servers or {name: scripted() for name in names}, more.get("junction"))
        return run(one.command(*arguments), one.environment, input)

    return junction


def test_help_names_every_command_and_goes_to_standard_output(junction):
    done = junction("--help")
    assert done.returncode == 0
    for word in (
        b"--config",
        b"--list",
        b"--json",
        b"call",
        b"config check",
        b"config schema",
        b"--drain",
        b"--version",
    ):
        assert word in done.stdout
    assert done.stderr == b""


def test_the_version_is_one_line():
    done = run([binary(), "--version"])
    assert done.returncode == 0
    assert re.fullmatch(rb"(mcp-junction )?\d+\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
@pytest.mark.parametrize("limit", [6, 10, 16, 63])
def test_too_few_descriptors_are_an_error_that_names_the_cure(setting, limit):
    one = setting({"one": scripted()})
    done = run(["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", *one.command("--list")], one.environment)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        f"mcp-junction: only {limit} files may be open: raise the limit (ulimit -n) to 64 or more [J601]\n"
    )


def test_a_result_that_cannot_be_written_is_no_success():
    with open("/dev/full", "wb") as full:
        done = run([binary(), "--version"], stdout=full)
    assert done.returncode == 1
    assert b"standard output is unusable" in done.stderr


def test_a_reader_who_has_seen_enough_is_no_failure():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = run([binary(), "--version"], stdout=pipe)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.parametrize(
    "arguments",
    [["--no-such"], ["no-such"], ["call"], ["config"], ["config", "no-such"], ["--config"], ["--log-level", "loud"]],
    ids=" ".join,
)
def test_wrong_arguments_are_an_error_of_ours(arguments):
    done = run([binary(), *arguments])
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_the_list_is_for_a_person(junction):
    tools = [{"name": "t", "description": "Does a thing\nand more", "inputSchema": {"type": "object"}}]
    done = junction(
        "--list", servers={"one": scripted(builtIn=False, tools=tools), "dead": scripted(exit=3, stderr="no luck\n")}
    )
    text = done.stdout.decode()
    assert done.returncode == 1
    for word in ("one", "ready", "2025-11-25", "one__t", "Does a thing", "dead", "failed", "no luck", "3"):
        assert word in text, word
    assert "and more" not in text
    assert "\x1b" not in text, "no escapes where there is no terminal"


def test_the_list_for_a_program_has_every_field(junction):
    tools = [
        {"name": "t", "description": "Does a thing\nand more", "inputSchema": {"type": "object"}},
        {"name": 7, "inputSchema": {"type": "object"}},
    ]
    servers = {
        "one": scripted(builtIn=False, tools=tools, prompts=[{"name": "p"}], name="the one", banner="hello\n"),
        "dead": scripted(exit=3, stderr="no luck\n"),
        "off": {**scripted(), "disabled": True},
    }
    done = junction("--list", "--json", servers=servers)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["gateway"]["name"] == "mcp-junction" and document["gateway"]["version"]
    assert document["configuration"].endswith("servers.json")
    one, dead, off = document["servers"]
    assert (one["name"], one["state"], one["revision"]) == ("one", "ready", "2025-11-25")
    assert one["serverInfo"] == {"name": "the one", "version": "1"}
    assert 0 < one["startMilliseconds"] < 30_000
    assert one["tools"] == [{"name": "one__t", "original": "t", "description": "Does a thing"}]
    assert (one["prompts"], one["resources"], one["resourceTemplates"], one["skippedLines"]) == (1, 0, 0, 1)
    assert one["quarantined"][0]["kind"] == "tool" and one["quarantined"][0]["reason"]
    assert dead["state"] == "failed" and dead["phase"] and "no luck" in dead["reason"]
    assert off["state"] == "disabled"


@pytest.mark.parametrize(
    "servers, status", [({"one": {}}, 0), ({"one": {}, "dead": {"exit": 1}}, 1), ({"dead": {"exit": 1}}, 1)]
)
def test_the_status_of_the_list_says_whether_all_are_ready(junction, servers, status):
    entries = {name: scripted(**behaviour) for name, behaviour in servers.items()}
    assert junction("--list", servers=entries).returncode == status
    assert junction("--list", "--json", servers=entries).returncode == status


def test_a_call_prints_the_text_of_the_result(junction):
    done = junction("call", "one__release", '{"key": "x"}')
    assert (done.returncode, done.stdout, done.stderr) == (0, b"released\n", b"")


def test_a_call_for_a_program_prints_the_exact_bytes(junction):
    raw = '{"n":1.0,"n":123456789012345678901234567890,"s":"\\ud800"}'
    done = junction("call", "--json", "one__echo", raw)
    assert done.returncode == 0
    expected = b'{"content":[{"type":"text","text":"echoed"}],"structuredContent":' + raw.encode() + b"}"
    assert done.stdout.rstrip(b"\n") == expected


def test_a_call_takes_its_arguments_from_standard_input(junction):
    done = junction("call", "one__echo", "-", "--json", input=b'{"from": "stdin"}\n')
    assert done.returncode == 0
    assert json.loads(done.stdout)["structuredContent"] == {"from": "stdin"}


def test_a_call_needs_no_arguments(junction):
    done = junction("call", "one__pid")
    assert done.returncode == 0 and int(done.stdout) > 1


def test_a_tool_that_reports_an_error_is_status_one(junction):
    result = base64.b64encode(b'{"content":[{"type":"text","text":"did not work"}],"isError":true}').decode()
    done = junction("call", "one__raw", json.dumps({"result": result}))
    assert done.returncode == 1
    assert b"did not work" in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [["one__echo", "{not json"], ["one__echo", "[1]"]], ids=" ".join)
def test_arguments_that_are_no_object_are_status_two(junction, arguments):
    done = junction("call", *arguments)
    assert done.returncode == 2
    assert done.stderr
    assert done.stdout == b""


def test_a_call_does_not_wait_for_servers_it_does_not_need(junction):
    begun = time.monotonic()
    done = junction("call", "one__pid", servers={"one": scripted(), "mute": scripted(initialize="ignore")})
    assert done.returncode == 0
    assert time.monotonic() - begun < 8


@pytest.fixture
def check(tmp_path):
    """Runs `config check` on the text of a configuration."""

    def check(text: str | bytes, *arguments: str, environment: dict | None = None):
        path = tmp_path / "servers.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return run([binary(), "--config", str(path), *(arguments or ("config", "check"))], environment)

    return check


def test_a_good_configuration_passes_the_check(check):
    done = check('{"mcpServers": {"one": {"command": "true", "args": ["a"]}}}')
    assert done.returncode == 0


def test_comments_and_trailing_commas_are_allowed(check):
    done = check('// a\n{"mcpServers": {/* b */ "one": {"command": "true", "args": ["a",],},},}\n')
    assert done.returncode == 0


def test_the_spelling_of_another_editor_is_allowed(check):
    assert check('{"servers": {"one": {"type": "stdio", "command": "true"}}}').returncode == 0


@pytest.mark.parametrize(
    "text, place",
    [
        ('{"mcpServers": {\n  "one": {"command": "true" "args": []}}}', "2:29"),
        ('{"mcpServers": {\n  "one": {"command": 7}}}', "2:22"),
        ('{"mcpServers": {\n  "one": {"command": "true", "args": ["a", {}]}}}', "2:44"),
        ('{"mcpServers": {\n  "one": {"command": "true", "command": "false"}}}', "2:30"),
        ('{"mcpServers": {\n  "one": {"command": "true"},\n  "one": {"command": "true"}}}', "3:3"),
        ('{"mcpServers": 7}', "1:16"),
        ("", "1:1"),
        ("[]", "1:1"),
        ('{"mcpServers": {"one": {"command": "true"}}', "1:44"),
    ],
    ids=lambda value: value.replace("\n", " "),
)
def test_an_error_has_file_line_and_column(check, text, place):
    done = check(text)
    assert done.returncode == 2
    assert f"servers.json:{place}" in done.stderr.decode() + done.stdout.decode()


def test_an_unknown_setting_of_ours_names_the_nearest_right_one(check):
    done = check('{"mcpServers": {"one": {"command": "true"}},\n "junction": {"maxFram": "1MiB"}}')
    text = done.stderr.decode() + done.stdout.decode()
    assert done.returncode == 2
    assert "maxFram" in text and "maxFrame" in text.replace('maxFram"', "") and "servers.json:2:" in text


def test_an_unknown_key_of_a_server_is_one_warning(check):
    done = check('{"mcpServers": {"one": {"command": "true", "autoApprove": [], "frobnicate": "x"}}}')
    assert done.returncode == 0
    (line,) = done.stderr.decode().splitlines()
    assert line.endswith("servers.json:1:63: warning: server 'one': unknown key 'frobnicate' is ignored [J203]")


@pytest.mark.parametrize("value", ['"1 parsec"', '"MiB"', "7", '"-1MiB"', '"1e99GiB"'])
def test_a_setting_with_a_wrong_unit_is_refused(check, value):
    done = check('{"mcpServers": {"one": {"command": "true"}}, "junction": {"maxFrame": %s}}' % value)
    assert done.returncode == 2
    assert "maxFrame" in done.stderr.decode() + done.stdout.decode()


def test_an_unset_variable_names_server_key_and_variable(check):
    text = '{"mcpServers": {"one": {"command": "true", "env": {"KEY": "${NOT_SET_ANYWHERE}"}}}}'
    done = check(text)
    said = done.stderr.decode() + done.stdout.decode()
    assert done.returncode == 2
    assert "one" in said and "KEY" in said and "NOT_SET_ANYWHERE" in said
    assert check(text, environment={"NOT_SET_ANYWHERE": "x"}).returncode == 0
    assert check(text.replace("ANYWHERE}", "ANYWHERE:-default}")).returncode == 0


def test_one_wrong_server_leaves_the_others_working(setting):
    one = setting({"good": scripted()})
    document = json.loads(one.configuration.read_text())
    document["mcpServers"]["bad"] = {"command": 7}
    document["mcpServers"]["far"] = {"url": "http://127.0.0.1:1/mcp"}
    one.write(document)
    done = run(one.command("--list", "--json"), one.environment)
    assert done.returncode == 1
    servers = {server["name"]: server for server in json.loads(done.stdout)["servers"]}
    assert servers["good"]["state"] == "ready"
    assert servers["bad"]["state"] == servers["far"]["state"] == "failed"
    assert re.search(r"servers\.json:\d+:\d+", servers["bad"]["reason"])


@pytest.mark.parametrize("arguments", [[], ["--list"], ["call", "x"], ["config", "check"]], ids=" ".join)
def test_without_a_configuration_the_places_are_named(tmp_path, arguments):
    environment = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "MCP_JUNCTION_CONFIG": ""}
    (tmp_path / "servers.json").write_text('{"mcpServers": {}}')
    done = subprocess.run(
        [binary(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **environment},
        cwd=tmp_path,
        timeout=20,
    )
    # Serving goes on without servers, until there is a file.
    assert done.returncode == (2 if arguments else 0)
    said = done.stderr.decode()
    assert (
        "--config" in said and "MCP_JUNCTION_CONFIG" in said and str(tmp_path / "mcp-junction" / "servers.json") in said
    )


def test_the_configuration_is_found_by_variable_and_in_the_users_directory(tmp_path):
    (tmp_path / "mcp-junction").mkdir()
    path = tmp_path / "mcp-junction" / "servers.json"
    path.write_text(json.dumps({"mcpServers": {"one": scripted()}}))
    for environment in ({"XDG_CONFIG_HOME": str(tmp_path)}, {"MCP_JUNCTION_CONFIG": str(path)}):
        done = run([binary(), "--list", "--json"], {"XDG_CACHE_HOME": str(tmp_path / "cache"), **environment})
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["configuration"] == str(path)


def test_a_configuration_that_is_not_there_is_an_error(tmp_path):
    done = run([binary(), "--config", str(tmp_path / "none.json"), "--list"])
    assert done.returncode == 2
    assert str(tmp_path / "none.json") in done.stderr.decode()


def test_a_configuration_in_which_every_server_is_wrong_ends_the_start(check):
    assert check('{"mcpServers": {"one": {"command": 7}}}', "--list").returncode == 2


def test_the_schema_of_the_configuration_is_a_schema_that_accepts_it():
    done = run([binary(), "config", "schema"])
    assert done.returncode == 0
    schema = json.loads(done.stdout)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    validator = jsonschema.validators.validator_for(schema)(schema)
    validator.validate({"mcpServers": {"one": {"command": "uvx", "args": ["x"], "env": {"A": "b"}, "junction": {}}}})
    validator.validate({"mcpServers": {}, "junction": {"maxFrame": "1MiB", "labels": False}})
    assert not validator.is_valid({"mcpServers": {"one": {"command": 7}}})
    assert not validator.is_valid({"mcpServers": {}, "junction": {"maxFram": "1MiB"}})


def test_the_top_level_configuration_of_this_package_is_right():
    done = run([binary(), "config", "check", str(root / "servers.json")])
    assert done.returncode in (0, 1)
    # What it names need not be installed here.
    for line in done.stderr.decode().splitlines():
        assert ": error: server '" in line and line.partition("': ")[2].startswith("'command': "), line


def test_the_check_finds_what_is_not_there(tmp_path):
    path = tmp_path / "servers.json"
    lines = [
        '{"mcpServers": {',
        '  "good": {"command": "sh"},',
        '  "far": {"command": "no-such-program"},',
        '  "near": {"command": "bin/none"},',
        '  "place": {"command": "sh", "cwd": "none"},',
        '  "off": {"command": "no-such-program", "disabled": true}}}',
    ]
    path.write_text("\n".join(lines))
    done = run([binary(), "config", "check", str(path)], {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"})
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        f"{path}:3:22: error: server 'far': 'command': no-such-program was not found in PATH: /usr/bin:/bin [J209]",
        f"{path}:4:23: error: server 'near': 'command': {tmp_path}/bin/none does not exist [J209]",
        f"{path}:5:37: error: server 'place': 'cwd': {tmp_path}/none is no directory [J209]",
    ]
    assert done.stdout.decode() == f"{path}: 5 servers, 3 errors\n"


def test_a_program_that_only_the_login_shell_finds_is_there(tmp_path):
    (tmp_path / "bin").mkdir()
    for name, text in (
        ("found", "#!/bin/sh\n"),
        ("shell", f'#!/bin/sh\nPATH={tmp_path}/bin:$PATH exec /bin/sh -c "$2"\n'),
    ):
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    path = tmp_path / "servers.json"
    path.write_text('{"mcpServers": {"one": {"command": "found"}}}')
    environment = {"PATH": "/usr/bin:/bin", "SHELL": str(tmp_path / "bin" / "shell")}
    done = run([binary(), "config", "check", str(path)], environment)
    assert (done.returncode, done.stdout.decode()) == (0, f"{path}: 1 server, no problem\n"), done.stderr


def test_a_server_that_an_editor_has_switched_off_is_not_started(setting, tmp_path):
    record = tmp_path / "record"
    off = {"enabled": {"enabled": False}, "isActive": {"isActive": False}}
    one = setting({name: {**scripted(record=str(record)), **more} for name, more in off.items()})
    done = run(one.command("--list", "--json"), one.environment)
    assert [server["state"] for server in json.loads(done.stdout)["servers"]] == ["disabled", "disabled"]
    assert not record.exists()


def test_a_configuration_that_nobody_writes_is_given_up(tmp_path):
    os.mkfifo(tmp_path / "servers.json")
    done = run([binary(), "config", "check", str(tmp_path / "servers.json")])
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"cannot read the pipe {tmp_path}/servers.json" in done.stderr.decode()


def test_a_pipe_that_is_written_is_read(tmp_path):
    text = '{"mcpServers": {"one": {"command": "sh", "envFile": "%s"}}}' % (tmp_path / "secrets")
    os.mkfifo(tmp_path / "secrets")
    script = f'(sleep 0.3; echo A=1) >{tmp_path}/secrets & "$0" config check <(sleep 0.3; printf %s "$1")'
    done = run(["bash", "-c", script, binary(), text])
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(b": 1 server, no problem\n")


@pytest.mark.parametrize("entry, expected", [({"cwd": "."}, "place"), ({"env": {"A": "${HOME}"}}, "home")])
def test_a_server_gets_its_directory_and_its_environment(setting, entry, expected):
    show = "import os,sys;print(os.getcwd(),os.environ.get('A'),os.environ.get('OURS'),file=sys.stderr);sys.exit(9)"
    one = setting({"one": {"command": sys.executable, "args": ["-c", show], **entry}})
    done = run(one.command("--list", "--json"), {**one.environment, "OURS": "inherited", "HOME": "/home/somebody"})
    said = json.loads(done.stdout)["servers"][0]["reason"]
    assert "inherited" in said
    assert ("/home/somebody" if expected == "home" else str(one.place)) in said


def test_an_argument_never_passes_a_shell(setting):
    show = "import sys;print(sys.argv[1:],file=sys.stderr);sys.exit(9)"
    one = setting({"one": {"command": sys.executable, "args": ["-c", show, "$(id)", "a b", "*", ";ls", "`x`", ""]}})
    said = json.loads(run(one.command("--list", "--json"), one.environment).stdout)["servers"][0]["reason"]
    assert "['$(id)', 'a b', '*', ';ls', '`x`', '']" in said


def test_a_relative_command_is_found_beside_the_configuration(setting):
    one = setting({"one": scripted()})
    (one.place / "bin").mkdir()
    entry = scripted()
    script = one.place / "bin" / "server"
    script.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in [entry["command"], *entry["args"]]) + "\n")
    script.chmod(0o755)
    one.write({"mcpServers": {"one": {"command": "bin/server"}, "two": {"command": "./bin/server"}}})
    done = run(one.command("--list", "--json"), one.environment)
    assert [server["state"] for server in json.loads(done.stdout)["servers"]] == ["ready", "ready"]


def test_the_list_works_on_a_terminal(setting):
    one = setting({"one": scripted(), "dead": scripted(exit=3)})
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        one.command("--list"), stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **one.environment}
    )
    shown = bytearray()
    reader = threading.Thread(target=lambda: read_until_closed(ours, shown), daemon=True)
    reader.start()
    assert process.wait(30) == 1
    assert termios.tcgetattr(theirs) == attributes
    os.close(theirs)
    reader.join(5)
    assert b"one__echo" in shown and b"failed" in shown


def test_a_person_without_a_command_sees_where_things_stand(tmp_path):
    ours, theirs = pty.openpty()
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path)}
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_text('{"mcpServers": {"a": {"command": "true"}}}')
    process = subprocess.Popen([binary()], stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    shown = bytearray()
    reader = threading.Thread(target=lambda: read_until_closed(ours, shown), daemon=True)
    reader.start()
    assert process.wait(10) == 0
    os.close(theirs)
    reader.join(5)
    for word in (b"none yet", b"no editor", b"mcp-junction import", b"take over 1 server from editors", b"doctor"):
        assert word in shown, word
    assert all(len(line) <= 80 for line in shown.decode().splitlines() if str(tmp_path) not in line)


def read_until_closed(descriptor: int, into: bytearray) -> None:
    """Takes all that a terminal shows; the kernel reports its end as an error."""
    with contextlib.suppress(OSError):
        while data := os.read(descriptor, 1 << 16):
            into.extend(data)
    os.close(descriptor)


def test_every_error_has_a_code_and_a_page(tmp_path):
    configuration = tmp_path / "servers.json"
    configuration.write_text('{"mcpServers": {"a": {"command": "true", "env": {"A": "${NOT_SET}"}, "frob": 1}}}')
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    runs = [
        ["frob"],
        ["--frob"],
        ["call"],
        ["help", "frob"],
        ["completion", "csh"],
        ["--config", str(tmp_path / "none.json"), "list"],
        ["--config", str(configuration), "list"],
        ["--config", str(configuration), "remove", "b"],
        ["--config", str(configuration), "add", "a", "--", "x"],
        ["--config", str(configuration), "add", "b"],
        ["--config", str(configuration), "login", "b"],
        ["--config", str(configuration), "logs", "b"],
        ["--config", str(configuration), "logs", "-n", "x"],
        ["--config", str(configuration), "reload"],
        ["--config", str(broken), "disable", "a"],
        ["--config", str(broken), "config", "check"],
        ["register", "no-such-editor"],
        ["secret", "set", "a b"],
        ["secret", "rm", "none"],
        ["status"],
    ]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
    codes = set()
    for arguments in runs:
        done = subprocess.run([binary(), *arguments], capture_output=True, text=True, env=environment, input="x")
        assert done.returncode not in (0, None), arguments
        found = re.findall(r" \[(J\d{3})\]$", done.stderr, re.M)
        assert found, (arguments, done.stderr)
        codes |= set(found)
    assert len(codes) >= 12
    for code in codes:
        page = subprocess.run([binary(), "help", code.lower()], capture_output=True, text=True, env=environment)
        assert page.returncode == 0 and page.stdout.startswith(f"{code}: ") and "What to do: " in page.stdout


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_the_manual_page_is_well_formed(tmp_path):
    page = subprocess.run([binary(), "help", "--man"], capture_output=True, text=True, check=True).stdout
    (tmp_path / "mcp-junction.1").write_text(page)
    lint = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", str(tmp_path / "mcp-junction.1")], capture_output=True, text=True
    )
    assert lint.returncode == 0, lint.stdout
    shown = subprocess.run(
        ["mandoc", "-T", "ascii", str(tmp_path / "mcp-junction.1")], capture_output=True, text=True, check=True
    ).stdout
    shown = re.sub(".\b", "", shown)
    for word in ("register [EDITOR...]", "--dry-run", "EXIT STATUS", "J207", "$XDG_CONFIG_HOME/mcp-junction"):
        assert word in shown
    assert max(len(line) for line in shown.splitlines()) <= 80
