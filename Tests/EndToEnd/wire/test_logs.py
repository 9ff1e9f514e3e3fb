"""What is kept of what servers and gateways say, and how it is read."""

import json
import re
import stat
import subprocess
import time

import pytest

from support import processes
from support.home import Home, Terminal
from support.junction import binary, scripted
from support.wire import Wire

servers = ".config/mcp-junction/servers.json"
logs = ".local/state/mcp-junction/logs"
stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture
def home(tmp_path):
    one = Home(tmp_path / "home")
    yield one
    one.end()


def configure(home: Home, entries: dict, **junction) -> None:
    home.write(servers, json.dumps({"mcpServers": entries, "junction": junction}).encode())


def serve(home: Home) -> Wire:
    wire = Wire([binary()], env=home.environment, cwd=home.path)
    wire.initialize()
    return wire


def end(wire: Wire) -> str:
    wire.close_input()
    assert wire.finish() == 0
    return wire.stderr


def says(*lines: str, status: int | None = None) -> dict:
    """Returns a server that writes lines to its standard error, and then serves or ends."""
    written = "; ".join(f"echo '{line}' >&2" for line in lines)
    entry = scripted()
    if status is not None:
        return {"command": "/bin/sh", "args": ["-c", f"{written}; exit {status}"]}
    return {"command": "/bin/sh", "args": ["-c", f'{written}; exec "$0" "$@"', entry["command"], *entry["args"]]}


def test_each_server_has_a_file_and_logs_reads_them(home):
    configure(home, {"one": says("one starts"), "two/2": says("two starts", "and goes on")})
    wire = serve(home)
    wire.tool_names()
    # They can be read while the gateway runs.
    processes.wait_until(lambda: "two starts" in home.run("logs").stdout, 10, "nothing is written")
    shown = end(wire)
    assert all(re.match(f"time={stamp} level=", line) for line in shown.splitlines())
    names = sorted(file.name for file in (home.path / logs).iterdir())
    assert names[:2] == ["gateway.log", "server-one.log"] and re.fullmatch(r"server-two_2-[0-9a-f]+\.log", names[2])
    assert {stat.S_IMODE(file.stat().st_mode) for file in (home.path / logs).iterdir()} == {0o600}
    one = home.good("logs", "one")
    assert re.search(r"^\d{4}-\d\d-\d\d [\d:.]{12} one: one starts$", one, re.M) and "two" not in one
    assert "one: server_ready" in one
    assert "two/2: two starts\n" in home.good("logs", "two/2")
    rows = [json.loads(line) for line in home.good("logs", "--json").splitlines()]
    assert [row["line"] for row in rows if row["event"] == "stderr" and row["server"] == "two/2"] == [
        "two starts",
        "and goes on",
    ]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert home.good("logs", "-n", "1").count("\n") == 1
    wrong = home.run("logs", "tow")
    assert wrong.returncode == 6 and "no server is called 'tow'" in wrong.stderr
    assert home.run("logs", "-n", "many").returncode == 2


def test_the_log_can_be_json_and_files_can_be_left_out(home):
    configure(home, {"one": says('a "line"')}, logFormat="json", logFiles=False)
    wire = serve(home)
    wire.tool_names()
    rows = [json.loads(line) for line in end(wire).splitlines()]
    assert all(re.fullmatch(stamp, row["time"]) for row in rows)
    assert 'a "line"' in [row.get("line") for row in rows]
    assert not (home.path / logs).exists()
    assert "nothing has been logged yet" in home.run("logs").stderr


def test_files_are_bounded(home):
    lines = "i=0; while [ $i -lt 3000 ]; do echo line $i of many that are written >&2; i=$((i+1)); sleep 0.0002; done"
    configure(home, {"one": {"command": "/bin/sh", "args": ["-c", lines]}}, logFileSize="16KiB", logFileCount=3)
    wire = serve(home)
    processes.wait_until((home.path / logs / "server-one.log.2").exists, 30, "nothing is moved aside")
    end(wire)
    files = [file for file in (home.path / logs).iterdir() if file.name.startswith("server-one")]
    assert len(files) == 3 and all(file.stat().st_size < 48 << 10 for file in files)
    assert len(home.good("logs", "one", "-n", "250").splitlines()) == 250


def test_follow_goes_on_through_the_moving_of_files(home):
    configure(home, {"one": scripted()}, logFileSize="16KiB")
    wire = serve(home)
    wire.tool_names()
    reader = subprocess.Popen(
        [binary(), "logs", "one", "-f", "--json"],
        stdout=subprocess.PIPE,
        text=True,
        env=home.environment,
        cwd=home.path,
    )
    heard = []

    def hear(last: str) -> None:
        while not heard or heard[-1] != last:
            heard.append(json.loads(reader.stdout.readline()).get("line"))

    path = home.path / logs / "server-one.log"
    processes.wait_until(path.exists, 10, "nothing is written")
    for number in range(40):
        # As another gateway writes it.
        with path.open("a") as file:
            file.write(f"time=2026-01-01T00:00:00.000Z level=info event=stderr server=one line=news-{number}\n")
        if number == 20:
            hear("news-20")
            path.rename(f"{path}.1")
    hear("news-39")
    reader.send_signal(2)
    assert not reader.communicate(timeout=10)[0]
    assert reader.returncode == 130
    assert [line for line in heard if line and line.startswith("news-")] == [f"news-{number}" for number in range(40)]
    end(wire)


def test_a_server_that_fails_for_ever_says_so_once(home):
    configure(home, {"dies": says("the same words", status=3)}, reconnect={"base": "10ms", "cap": "20ms"})
    wire = serve(home)
    time.sleep(3)
    shown = end(wire)
    assert home.run("logs", "dies", "-n", "9999").stdout.count("the same words") > 20
    assert shown.count('line="the same words"') == 3
    changes = [line for line in shown.splitlines() if "endpoint_changed" in line and "to=reconnecting" in line]
    assert len(changes) <= 4, changes


def test_calls_are_written_down_where_that_is_asked_for(home):
    secret = "planted-argument-1a2b"
    home.environment["TOKEN"] = secret
    entry = {**scripted(), "env": {"TOKEN": "${TOKEN}"}}
    for audit in ("off", "calls", "arguments"):
        configure(home, {"one": entry}, audit=audit)
        wire = serve(home)
        wire.call("one__echo", {"said": audit, "token": secret})
        wire.call("one__fill", {"bytes": 1})
        end(wire)
    rows = [json.loads(line) for line in home.good("logs", "--audit", "--json").splitlines()]
    assert [(row["tool"], "arguments" in row) for row in rows] == [
        ("echo", False), ("fill", False), ("echo", True), ("fill", True),
    ]  # fmt: skip
    assert json.loads(rows[2]["arguments"])["said"] == "arguments" and secret not in rows[2]["arguments"]
    assert {row["outcome"] for row in rows} == {"ok"} and all(row["milliseconds"] >= 0 for row in rows)
    assert {row["client"] for row in rows} == {rows[0]["client"]} and rows[0]["session"] == 1
    assert stat.S_IMODE((home.path / logs / "audit.log").stat().st_mode) == 0o600
    text = home.good("logs", "--audit", "-n", "1")
    assert re.search(r"one: fill .*: ok after \d+ ms, for ", text)


def test_following_ends_with_the_terminal(home):
    configure(home, {"one": scripted()})
    terminal = Terminal(home, "logs", "-f")
    time.sleep(0.3)
    terminal.type("\x03")
    assert terminal.finish() == 130


def test_following_ends_when_nobody_reads_any_more(home):
    configure(home, {"one": says("one starts")})
    wire = serve(home)
    wire.tool_names()
    follow = subprocess.Popen(
        ["/bin/sh", "-c", f"{binary()} logs -f | head -n 1"],
        env=home.environment,
        cwd=home.path,
        stdout=subprocess.PIPE,
    )
    assert follow.stdout.readline()
    end(wire)
    end(serve(home))
    assert follow.wait(10) == 0


def test_every_mistake_of_an_entry_is_said_however_alike(home):
    configure(home, {"one": {**scripted(), "args": ["${NOPE_1}", "${NOPE_2}"]}})
    shown = end(serve(home))
    assert "NOPE_1" in shown and "NOPE_2" in shown
