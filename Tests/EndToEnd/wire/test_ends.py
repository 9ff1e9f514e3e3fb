"""The end: every way to go, and nothing stays behind."""

import fcntl
import json
import os
import pty
import signal
import socket
import stat
import subprocess
import termios
import time

import pytest

from support import processes
from support.junction import scripted
from support.wire import Wire

ladder = 2.7  # seconds, at worst
margin = 1.3  # for a loaded machine

kinds = {
    "well behaved": {},
    "ignores SIGTERM": {"ignoreTerm": True},
    "stays after end of input": {"linger": True},
    "forks twice": {"daemon": True},
    "changes its group": {"group": True},
    "never reads": {"deaf": True},
    "ignores SIGTERM and forks twice": {"ignoreTerm": True, "daemon": True, "group": True},
}
ends = ["end of input", "SIGTERM", "SIGINT", "SIGKILL"]


@pytest.mark.parametrize("end", ends)
@pytest.mark.parametrize("kind", kinds)
def test_nothing_is_left_behind(start, end, kind):
    wire = start({"odd": scripted(**kinds[kind]), "good": scripted()}, tee=False, strict=False)
    wire.initialize()
    wire.tool_names()
    expected = 3 + (1 if "daemon" in kinds[kind] else 0) + (1 if "group" in kinds[kind] else 0)
    processes.wait_until(
        lambda: len(processes.marked(wire.setting.mark)) >= expected,
        10,
        lambda: f"the tree never stood: {processes.marked(wire.setting.mark)}",
    )
    if end == "end of input":
        wire.close_input()
    else:
        wire.process.send_signal(getattr(signal, end))
    begun = time.monotonic()
    status = wire.finish(ladder + margin)
    processes.wait_for_none(wire.setting.mark, max(0.1, ladder + margin - (time.monotonic() - begun)))
    if end == "end of input":
        assert status == 0
    elif end == "SIGKILL":
        assert status == -signal.SIGKILL
    else:
        assert status in (0, -getattr(signal, end), 128 + getattr(signal, end))


def test_the_gateway_goes_last(start):
    wire = start({"odd": scripted(ignoreTerm=True, daemon=True)}, tee=False, strict=False)
    wire.initialize()
    wire.tool_names()
    wire.close_input()
    assert wire.finish(ladder + margin) == 0
    assert processes.marked(wire.setting.mark) == {}, "when the gateway is gone, all is"


def test_servers_without_calls_end_at_once_when_input_ends(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    wire.close_input()
    begun = time.monotonic()
    assert wire.finish() == 0
    assert time.monotonic() - begun < 0.9


def test_the_supervisor_killed_leaves_nothing_behind_either(start):
    wire = start({"one": scripted(daemon=True), "two": scripted()}, tee=False, strict=False)
    wire.initialize()
    wire.tool_names()
    tree = processes.marked(wire.setting.mark)
    gateway = processes.executable(wire.process.pid)
    supervisors = [
        process for process in tree if process != wire.process.pid and processes.executable(process) == gateway
    ]
    assert len(supervisors) == 1, tree
    os.kill(supervisors[0], signal.SIGKILL)
    wire.close_input()
    wire.finish(ladder + margin)
    processes.wait_for_none(wire.setting.mark, ladder + margin)


def test_death_during_the_start_leaves_nothing_behind(start):
    for _ in range(5):
        wire = start({f"s{n}": scripted(daemon=True) for n in range(5)}, tee=False, strict=False)
        wire.start(
            "initialize",
            {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "w", "version": "1"}},
        )
        wire.process.kill()
        wire.finish()
        processes.wait_for_none(wire.setting.mark, ladder + margin)


def test_calls_in_flight_at_the_end_of_input_are_answered_or_say_why_not(start):
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize()
    wire.tool_names()
    quick = [wire.start_call("two__echo", {"n": n}) for n in range(20)]
    stuck = wire.start_call("one__hold", {"key": "never"})
    wire.close_input()
    for number, id in enumerate(quick):
        assert wire.result_of(id)["result"]["structuredContent"] == {"n": number}
    assert "--drain" in wire.result_of(stuck).line.decode()
    assert wire.finish(ladder + 1 + margin) == 0


def frames(*messages) -> bytes:
    return b"".join(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n" for message in messages)


initialize = {
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "sh", "version": "1"}},
}
initialized = {"method": "notifications/initialized"}


def echo(id: int) -> dict:
    return {
        "id": id,
        "method": "tools/call",
        "params": {"name": f"{'one' if id % 2 else 'two'}__echo", "arguments": {"n": id}},
    }


def check_answers(output: bytes, count: int) -> None:
    answers = {frame["id"]: frame for frame in map(json.loads, output.splitlines()) if "id" in frame}
    assert answers[0]["result"]["serverInfo"]["name"] == "mcp-junction"
    for id in range(1, count + 1):
        assert answers[id]["result"]["structuredContent"] == {"n": id}, answers[id]


def test_drain_answers_everything_that_was_printed_into_it(setting):
    one = setting({"one": scripted(), "two": scripted()})
    done = subprocess.run(
        one.command("--drain"),
        input=frames(initialize, initialized, *map(echo, range(1, 51))),
        stdout=subprocess.PIPE,
        env={**os.environ, **one.environment},
        timeout=30,
    )
    assert done.returncode == 0
    check_answers(done.stdout, 50)


def test_drain_works_from_a_shell_script(setting):
    one = setting({"one": scripted(), "two": scripted()})
    text = frames(initialize, echo(1)).decode()
    done = subprocess.run(
        ["/bin/sh", "-c", 'printf "%s" "$0" | "$@" | grep -c structuredContent', text, *one.command("--drain")],
        stdout=subprocess.PIPE,
        env={**os.environ, **one.environment},
        timeout=30,
    )
    assert done.stdout.strip() == b"1"


def test_standard_input_and_output_may_be_files(setting, tmp_path):
    one = setting({"one": scripted(), "two": scripted()})
    (tmp_path / "in").write_bytes(frames(initialize, initialized, *map(echo, range(1, 11))))
    with open(tmp_path / "in", "rb") as source, open(tmp_path / "out", "wb") as target:
        done = subprocess.run(
            one.command("--drain"), stdin=source, stdout=target, env={**os.environ, **one.environment}, timeout=30
        )
    assert done.returncode == 0
    check_answers((tmp_path / "out").read_bytes(), 10)


def test_output_is_appended_to_a_file_that_has_content(setting, tmp_path):
    one = setting({"one": scripted(), "two": scripted()})
    (tmp_path / "out").write_bytes(b"before\n")
    with open(tmp_path / "out", "ab") as target:
        subprocess.run(
            one.command("--drain"),
            input=frames(initialize, echo(1)),
            stdout=target,
            env={**os.environ, **one.environment},
            timeout=30,
            check=True,
        )
    text = (tmp_path / "out").read_bytes()
    assert text.startswith(b"before\n{")
    check_answers(text.removeprefix(b"before\n"), 1)


def test_standard_input_that_is_empty_ends_at_once(setting):
    one = setting({"one": scripted()})
    for extra in ((), ("--drain",)):
        begun = time.monotonic()
        done = subprocess.run(
            one.command(*extra),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            env={**os.environ, **one.environment},
            timeout=20,
        )
        assert (done.returncode, done.stdout) == (0, b"")
        assert time.monotonic() - begun < ladder + margin


def test_closed_descriptors_are_not_mistaken_for_others(setting):
    one = setting({"one": scripted()})
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" "$@" <&-', *one.command()],
        stdout=subprocess.PIPE,
        env={**os.environ, **one.environment},
        timeout=20,
    )
    assert done.stdout == b""
    assert done.returncode in (0, 2)


def test_output_to_the_null_device_is_accepted(setting):
    one = setting({"one": scripted(), "two": scripted()})
    done = subprocess.run(
        one.command("--drain"),
        input=frames(initialize, echo(1)),
        stdout=subprocess.DEVNULL,
        env={**os.environ, **one.environment},
        timeout=20,
    )
    assert done.returncode == 0


def test_a_socket_serves_as_standard_input_and_output(setting):
    one = setting({"one": scripted(), "two": scripted()})
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        one.command(), stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env={**os.environ, **one.environment}
    )
    theirs.close()
    ours.settimeout(20)
    ours.sendall(frames(initialize, initialized, echo(1), echo(2)))
    got = b""
    while got.count(b"\n") < 3:
        got += ours.recv(1 << 16)
    check_answers(got, 2)
    ours.shutdown(socket.SHUT_WR)
    assert process.wait(ladder + margin) == 0
    ours.close()


def test_a_terminal_is_served_and_usable_afterwards(setting):
    one = setting({"one": scripted(), "two": scripted()})
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    flags = fcntl.fcntl(theirs, fcntl.F_GETFL)
    process = subprocess.Popen(
        one.command("serve"),
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **one.environment},
    )
    os.write(ours, frames(initialize))
    os.write(ours, frames(echo(1)))
    got = b""
    while got.count(b"\n") < 2:
        got += os.read(ours, 1 << 16)
    check_answers(got.replace(b"\r\n", b"\n"), 1)
    process.send_signal(signal.SIGTERM)
    process.wait(ladder + margin)
    assert fcntl.fcntl(theirs, fcntl.F_GETFL) == flags, "O_NONBLOCK is taken back"
    assert termios.tcgetattr(theirs) == attributes
    os.close(theirs)
    os.close(ours)


def test_a_client_that_closes_its_end_of_the_output_ends_the_gateway(setting):
    one = setting({"one": scripted(), "two": scripted()})
    process = subprocess.Popen(
        one.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **one.environment},
    )
    process.stdin.write(frames(initialize, echo(1)))
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(frames(*map(echo, range(2, 40))))
    process.stdin.close()
    assert process.wait(ladder + margin) in (0, 1)
    processes.wait_for_none(one.mark, margin)


def test_a_stopped_gateway_goes_on_where_it_was(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    before = wire.call("one__pid").text
    wire.process.send_signal(signal.SIGSTOP)
    ids = [wire.start_call("one__echo", {"n": n}) for n in range(10)]
    wire.process.send_signal(signal.SIGCONT)
    for number, id in enumerate(ids):
        assert wire.result_of(id)["result"]["structuredContent"] == {"n": number}
    assert wire.call("one__pid").text == before


def test_the_cache_is_readable_by_its_owner_only(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    wire.close_input()
    wire.finish()
    cache = wire.setting.place / "cache" / "mcp-junction"
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_second_start_knows_the_servers_and_waits_for_none(start):
    servers = {"one": scripted(instructions="remember me"), "mute": scripted()}
    wire = start(servers, tee=False)
    assert "remember me" in wire.initialize()["result"]["instructions"]
    wire.tool_names()
    wire.close_input()
    wire.finish()
    again = Wire(wire.setting.command(), env=wire.setting.environment)
    try:
        begun = time.monotonic()
        instructions = again.initialize()["result"]["instructions"]
        waited = time.monotonic() - begun
    finally:
        again.abandon()
    assert "remember me" in instructions
    assert waited < 0.3
