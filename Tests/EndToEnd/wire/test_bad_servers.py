"""What a server does wrongly stays with that server, and is said clearly."""

import base64
import json
import os
import signal
import sys
import time

import pytest

from support import processes
from support.junction import scripted
from support.wire import Wire


def piece(data: bytes) -> str:
    return base64.b64encode(data).decode()


def assert_serves(wire, server: str = "good") -> None:
    assert wire.call(f"{server}__echo", b'{"n":1.0}').raw("result", "structuredContent") == b'{"n":1.0}'


def failure(frame) -> dict:
    """Returns what our own failure of a call says, after checking its shape."""
    result = frame["result"]
    assert result["isError"] is True
    assert result["content"][0]["text"]
    said = result["_meta"]["mcp-junction/failure"]
    assert set(said) >= {"server", "phase", "reason", "outcome"}
    assert said["outcome"] in ("notSent", "unknown")
    return said


@pytest.fixture
def pair(start):
    """A gateway over a server that misbehaves and one that does not."""
    wire = start({"bad": scripted(), "good": scripted()}, strict=False)
    wire.initialize()
    assert "bad__play" in wire.tool_names()
    return wire


@pytest.mark.parametrize(
    "banner",
    [
        "Welcome to the server!\n",
        "\n\n  \n",
        "{not json}\n[1,2\n",
        '"text"\n7\nnull\n',
        "x" * 100_000 + "\n",
        "\ufeff\u0000\n",
    ],
    ids=["text", "blank", "half json", "values", "long", "odd"],
)
def test_a_banner_on_standard_output_is_skipped(start, banner):
    wire = start({"bad": scripted(banner=banner), "good": scripted()}, strict=False)
    wire.initialize()
    names = wire.tool_names()
    assert "bad__echo" in names and "good__echo" in names
    assert_serves(wire, "bad")


def test_skipped_lines_are_counted_and_shown(start):
    wire = start({"bad": scripted(banner="one\ntwo\nthree\n")}, arguments=["--list", "--json"], strict=False)
    assert wire.finish() == 0
    document = json.loads(b"\n".join(frame.line for frame in wire.frames))
    assert document["servers"][0]["skippedLines"] == 3


@pytest.mark.parametrize(
    "garbage",
    [b"not json\n", b"\xff\xfe\n", b'{"jsonrpc":"2.0"}\n', b"[]\n", b'{"id":{}}\n', b"\0\n"],
    ids=repr,
)
def test_garbage_before_an_answer_does_not_hold_up_the_answer(pair, garbage):
    assert pair.call("bad__play", {"before": [piece(garbage)], "repeat": 50}).text == "played"
    assert_serves(pair)


def test_answers_to_unknown_ids_are_dropped(pair):
    line = b'{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n'
    unknown = [line % id for id in (b"987654", b'"x@N@"', b"-1", b"null", b"1e3")]
    before = len(pair.frames)
    assert pair.call("bad__play", {"before": [piece(data) for data in unknown], "repeat": 20}).text == "played"
    assert_serves(pair)
    assert len([frame for frame in pair.frames[before:] if frame.is_answer]) == 2


def test_of_two_answers_the_first_counts(pair):
    line = b'{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"answer @N@"}]}}\n'
    id = pair.start_call("bad__play", {"before": [piece(line)], "repeat": 3})
    assert pair.result_of(id).text == "answer 0"
    assert_serves(pair, "bad")
    assert len(pair.answers_to(id)) == 1


def test_an_answer_with_both_result_and_error_is_answered_once(pair):
    line = b'{"jsonrpc":"2.0","id":@ID@,"result":{"content":[]},"error":{"code":1,"message":"both"}}\n'
    id = pair.start_call("bad__play", {"before": [piece(line)], "answer": False})
    answer = pair.result_of(id)
    assert ("result" in answer) != ("error" in answer)
    assert_serves(pair, "bad")
    assert len(pair.answers_to(id)) == 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":@ID@,"error":"text"}\n',
        b'{"jsonrpc":"2.0","id":@ID@,"result":7}\n',
        b'{"jsonrpc":"2.0","id":@ID@}\n',
    ],
    ids=lambda line: line.decode().strip(),
)
def test_an_answer_of_the_wrong_shape_does_not_leave_the_caller_waiting(pair, line):
    id = pair.start_call("bad__play", {"before": [piece(line)], "answer": False})
    pair.result_of(id)
    assert_serves(pair)


def test_death_in_the_middle_of_a_frame_is_an_unknown_outcome(pair):
    half = b'{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","te'
    answer = pair.call(
        "bad__play",
        {"answer": False, "after": [piece(half)], "exit": 3, "stderr": "Traceback: the disk is full\n"},
    )
    said = failure(answer)
    assert said["server"] == "bad" and said["outcome"] == "unknown"
    text = json.dumps(answer.json)
    assert "bad" in text and "3" in said["reason"] + answer.text
    assert "the disk is full" in text, "the tail of its stderr is part of the message"
    assert_serves(pair)


def test_death_by_a_signal_names_the_signal(pair):
    answer = pair.call("bad__play", {"answer": False, "signal": int(signal.SIGKILL)})
    said = failure(answer)
    assert said["outcome"] == "unknown"
    assert "SIGKILL" in said["reason"] + answer.text or "signal 9" in said["reason"] + answer.text
    assert_serves(pair)


def test_every_call_in_flight_is_answered_when_its_server_dies(pair):
    ids = [pair.start_call("bad__hold", {"key": f"k{n}"}) for n in range(20)]
    pair.start_call("bad__play", {"answer": False, "exit": 1})
    for id in ids:
        assert failure(pair.result_of(id))["outcome"] == "unknown"
    assert_serves(pair)


def test_a_server_that_died_is_started_again(pair):
    first = pair.call("bad__pid").text
    pair.call("bad__play", {"answer": False, "exit": 1})
    second = pair.call("bad__pid", seconds=20)
    assert second["result"].get("isError") is not True, second
    assert second.text != first


def test_secrets_are_blotted_out_of_what_a_dying_server_said(start):
    entry = scripted()
    entry["env"] = {"API_TOKEN": "s3cr3t-value-12345"}
    wire = start({"bad": entry}, strict=False)
    wire.initialize()
    answer = wire.call("bad__play", {"answer": False, "exit": 1, "stderr": "denied for s3cr3t-value-12345\n"})
    wire.close_input()
    wire.finish()
    assert "denied for" in json.dumps(answer.json)
    assert "s3cr3t-value-12345" not in json.dumps(answer.json) + wire.stderr


def test_a_flood_of_notifications_delays_nobody_else(pair):
    log = b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"%s"}}\n' % (b"x" * 200)
    id = pair.start_call("bad__play", {"before": [piece(log)], "repeat": 50_000})
    start = time.monotonic()
    assert_serves(pair)
    assert time.monotonic() - start < 5
    assert pair.result_of(id, 40).text == "played"


def test_a_flood_of_requests_to_the_client_harms_nobody(pair):
    ping = b'{"jsonrpc":"2.0","id":"p@N@","method":"ping"}\n'
    assert pair.call("bad__play", {"before": [piece(ping)], "repeat": 5_000}, seconds=40).text == "played"
    assert_serves(pair)


def test_a_line_of_fifty_megabytes_arrives_and_the_loop_goes_on(start):
    wire = start({"bad": scripted(), "good": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    id = wire.start_call("bad__fill", {"bytes": 50_000_000})
    waits = []
    while not wire.answers_to(id) and len(waits) < 2000:
        begun = time.monotonic()
        assert_serves(wire)
        waits.append(time.monotonic() - begun)
    assert len(wire.result_of(id, 40).text) == 50_000_000
    assert max(waits) < 2, f"a call to another server waited {max(waits):.2f} s"


def test_a_line_beyond_the_limit_fails_that_server_only(start):
    wire = start({"bad": scripted(), "good": scripted()}, junction={"maxFrame": "1MiB"}, strict=False)
    wire.initialize()
    wire.tool_names()
    answer = wire.call("bad__fill", {"bytes": 4_000_000})
    said = failure(answer)
    assert said["server"] == "bad" and said["outcome"] == "unknown"
    assert_serves(wire)


@pytest.mark.parametrize(
    "behaviour, words",
    [
        ({"exit": 9, "stderr": "cannot open the database\n"}, ["9", "cannot open the database"]),
        ({"initialize": "exit"}, ["7", "gone during the handshake"]),
        ({"initialize": "error"}, ["the handshake was refused"]),
        ({"exit": 0}, ["0"]),
    ],
    ids=["at start", "in the handshake", "by refusing", "without a word"],
)
def test_a_server_that_fails_to_start_is_said_with_its_cause(start, behaviour, words):
    wire = start({"bad": scripted(**behaviour), "good": scripted()}, arguments=["--list", "--json"], strict=False)
    assert wire.finish(30) == 1
    bad, good = json.loads(b"\n".join(frame.line for frame in wire.frames))["servers"]
    assert (bad["name"], bad["state"], good["state"]) == ("bad", "failed", "ready")
    assert bad["phase"]
    for word in words:
        assert word in bad["reason"], bad["reason"]


def test_a_command_that_does_not_exist_is_said_with_the_path_that_was_searched(start):
    servers = {"bad": {"command": "no-such-program-anywhere", "args": []}, "good": scripted()}
    wire = start(servers, arguments=["--list", "--json"], strict=False, tee=False)
    assert wire.finish(30) == 1
    bad, good = json.loads(b"\n".join(frame.line for frame in wire.frames))["servers"]
    assert (bad["state"], good["state"]) == ("failed", "ready")
    said = bad["reason"] + bad.get("cure", "")
    assert "no-such-program-anywhere" in said and "PATH" in said and os.environ["PATH"].split(":")[-1] in said


@pytest.mark.parametrize("what", ["directory", "no permission", "no interpreter"])
def test_a_command_that_cannot_run_fails_alone(start, tmp_path, what):
    program = tmp_path / "program"
    if what == "directory":
        program.mkdir()
    else:
        program.write_text("#!/no/such/interpreter\n" if what == "no interpreter" else "#!/bin/sh\n")
        program.chmod(0o644 if what == "no permission" else 0o755)
    servers = {"bad": {"command": str(program), "args": []}, "good": scripted()}
    wire = start(servers, arguments=["--list", "--json"], strict=False, tee=False)
    assert wire.finish(30) == 1
    bad, good = json.loads(b"\n".join(frame.line for frame in wire.frames))["servers"]
    assert (bad["state"], good["state"]) == ("failed", "ready")
    assert str(program) in bad["reason"] + bad.get("cure", "")


def test_a_silent_handshake_holds_up_neither_initialize_nor_the_lists_beyond_their_bounds(start):
    wire = start({"mute": scripted(initialize="ignore"), "good": scripted()}, strict=False)
    begun = time.monotonic()
    wire.initialize()
    assert time.monotonic() - begun < 1.5, "initialize waits at most 1 s"
    names = wire.tool_names()
    assert time.monotonic() - begun < 5, "the first lists wait at most 4 s"
    assert "good__echo" in names and not [name for name in names if name.startswith("mute")]
    assert_serves(wire)


def test_a_deaf_server_delays_only_calls_to_itself(start):
    wire = start({"deaf": scripted(deaf=True), "good": scripted()}, strict=False)
    begun = time.monotonic()
    wire.initialize()
    assert "good__echo" in wire.tool_names()
    assert time.monotonic() - begun < 5
    assert_serves(wire)


def test_a_server_that_stops_reading_delays_only_calls_to_itself(start):
    wire = start({"bad": scripted(), "good": scripted()}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    process = int(wire.call("bad__pid").text)
    os.kill(process, signal.SIGSTOP)
    try:
        stuck = [wire.start_call("bad__echo", b'{"x":"' + b"x" * 100_000 + b'"}') for _ in range(20)]
        begun = time.monotonic()
        for _ in range(20):
            assert_serves(wire)
        assert time.monotonic() - begun < 5
    finally:
        try:
            os.kill(process, signal.SIGCONT)
        except ProcessLookupError:
            pass
    for id in stuck:
        wire.result_of(id, 30)


def test_a_server_that_comes_late_is_announced_and_served(start, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow = scripted()
    # The shell waits at the fifo until the test opens it.
    slow = {
        "command": "/bin/sh",
        "args": ["-c", 'read -r _ < "$0"; exec "$@"', str(gate), slow["command"], *slow["args"]],
    }
    wire = start({"slow": slow, "good": scripted()}, strict=False, tee=False)
    wire.initialize()
    first = wire.tool_names()
    assert "good__echo" in first and "slow__echo" not in first
    before = len(wire.frames)
    gate.write_text("go\n")
    wire.wait_for_method("notifications/tools/list_changed", after=before)
    assert "slow__echo" in wire.tool_names()
    assert_serves(wire, "slow")


def test_a_call_to_a_name_not_known_yet_waits_for_the_server(start, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    slow = scripted()
    slow = {
        "command": "/bin/sh",
        "args": ["-c", 'read -r _ < "$0"; exec "$@"', str(gate), slow["command"], *slow["args"]],
    }
    wire = start({"slow": slow, "good": scripted()}, strict=False, tee=False)
    wire.initialize()
    id = wire.start_call("slow__echo", {"early": True})
    assert_serves(wire)
    assert wire.answers_to(id) == []
    gate.write_text("go\n")
    assert wire.result_of(id)["result"]["structuredContent"] == {"early": True}


def test_a_server_that_never_answers_its_lists_does_not_hold_up_the_others(start):
    wire = start({"bad": scripted(silent=["tools/list"]), "good": scripted()}, strict=False)
    begun = time.monotonic()
    wire.initialize()
    assert "good__echo" in wire.tool_names()
    assert time.monotonic() - begun < 5


def test_a_server_of_an_unknown_revision_fails_alone(start):
    servers = {"bad": scripted(revision="1999-01-01"), "good": scripted()}
    wire = start(servers, arguments=["--list", "--json"], strict=False)
    assert wire.finish(30) == 1
    bad, good = json.loads(b"\n".join(frame.line for frame in wire.frames))["servers"]
    assert (bad["state"], good["state"]) == ("failed", "ready")
    assert "1999-01-01" in bad["reason"]


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_servers_of_every_revision_are_served(start, revision):
    wire = start({"old": scripted(revision=revision), "good": scripted()})
    wire.initialize()
    assert_serves(wire, "old")


def test_the_gateway_in_its_own_configuration_is_refused(start):
    wire = start({"good": scripted()}, arguments=["--list", "--json"], tee=False, strict=False)
    assert wire.finish() == 0
    one = wire.setting
    document = json.loads(one.configuration.read_text())
    document["mcpServers"]["self"] = {"command": one.command()[0], "args": one.command()[1:]}
    one.write(document)
    again = Wire(one.command("--list", "--json"), env=one.environment)
    again.strict = False
    try:
        assert again.finish(30) == 1
        good, itself = json.loads(b"\n".join(frame.line for frame in again.frames))["servers"]
    finally:
        again.abandon()
    assert good["state"] == "ready" and itself["state"] == "failed"
    assert "itself" in itself["reason"] or "own configuration" in itself["reason"], itself["reason"]


def test_the_gateway_behind_a_wrapper_does_not_fork_without_end(start):
    wire = start({"good": scripted()}, arguments=["--list", "--json"], tee=False, strict=False)
    assert wire.finish() == 0
    one = wire.setting
    document = json.loads(one.configuration.read_text())
    document["mcpServers"]["nested"] = {
        "command": "/bin/sh",
        "args": ["-c", 'exec "$0" "$@"', *one.command()],
        "env": dict(one.environment),
    }
    one.write(document)
    again = Wire(one.command(), env=one.environment)
    again.strict = False
    try:
        again.initialize(seconds=20)
        assert "good__echo" in again.tool_names()
        assert len(processes.marked(one.mark)) < 40
    finally:
        again.abandon()


def test_standard_error_of_a_server_is_passed_on_under_its_name(start):
    wire = start({"chatty": scripted(stderr="a line of its log\n"), "good": scripted()})
    wire.initialize()
    wire.tool_names()
    wire.close_input()
    wire.finish()
    lines = [line for line in wire.stderr.splitlines() if "a line of its log" in line]
    assert len(lines) == 1 and "chatty" in lines[0]


def test_a_server_that_prints_to_standard_error_without_end_is_still_served(start):
    noise = """
import os, runpy, sys, threading

def noise():
    while True:
        os.write(2, b"x" * 4096 + b"\\n")

threading.Thread(target=noise, daemon=True).start()
program = sys.argv.pop(1)
runpy.run_path(program, run_name="__main__")
"""
    inner = scripted()
    loud = {"command": sys.executable, "args": ["-S", "-E", "-c", noise, *inner["args"][2:]]}
    wire = start({"loud": loud, "good": scripted()}, strict=False, tee=False)
    wire.initialize()
    assert "loud__echo" in wire.tool_names()
    assert_serves(wire, "loud")
    assert_serves(wire)
    assert len(wire.stderr) < 20_000_000
