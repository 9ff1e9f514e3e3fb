"""The test bed itself: the raw client, the scripted server and the tee, without a gateway between them."""

import base64
import subprocess
import sys

import pytest

from support import junction, processes, rawjson, schemas
from support.wire import Wire


@pytest.fixture
def direct(tmp_path):
    started = []

    def start(strict=True, **behaviour) -> Wire:
        entry = junction.teed(junction.scripted(**behaviour), tmp_path / "frames")
        wire = Wire([entry["command"], *entry["args"]])
        wire.strict = strict
        started.append(wire)
        return wire

    yield start
    for wire in started:
        wire.abandon()


def test_raw_members_keep_their_bytes():
    line = b'{ "a" : [1, {"b":"\\"]}"}] ,"c":1.0,"c" : 1e400, "d":{"e":"\\ud800"} }'
    assert rawjson.members(line)[0] == (b"a", b'[1, {"b":"\\"]}"}]')
    assert rawjson.member(line, "c") == b"1e400"
    assert rawjson.member(line, "d", "e") == b'"\\ud800"'
    assert rawjson.member(line, "x") is None


def test_the_scripted_server_echoes_argument_bytes(direct):
    wire = direct(strict=False)
    wire.initialize()
    raw = b'{"n":123456789012345678901234567890,"f":1.0, "f":1e400,"s":"\\ud800"}'
    assert wire.call("echo", raw).raw("result", "structuredContent") == raw


def test_the_scripted_server_pages_through_an_empty_cursor(direct):
    tools = [{"name": f"t{n}", "inputSchema": {"type": "object"}} for n in range(5)]
    wire = direct(builtIn=False, tools=tools, page=2)
    wire.initialize()
    assert wire.tool_names() == ["t0", "t1", "t2", "t3", "t4"]
    assert [frame["result"].get("nextCursor") for frame in wire.frames[1:]] == ["", "4", None]


def test_held_calls_answer_in_the_order_of_their_release(direct):
    wire = direct()
    wire.initialize()
    first, second = (wire.start_call("hold", {"key": key}) for key in "ab")
    wire.call("release", {"keys": ["b", "a"]})
    assert wire.result_of(first).text == "a"
    order = [frame["id"] for frame in wire.frames if frame.is_answer]
    assert order.index(second) < order.index(first)


def test_the_scripted_server_asks_its_client(direct):
    wire = direct()
    wire.answer("roots/list", b'{"roots":[{"uri":"file:///a","name":"\\u0061"}]}')
    wire.initialize(capabilities={"roots": {}})
    answer = wire.call("ask", {"method": "roots/list"})
    assert answer.raw("result", "structuredContent") == b'{"roots":[{"uri":"file:///a","name":"\\u0061"}]}'


def test_a_played_fault_reaches_the_wire(direct):
    wire = direct(strict=False)
    wire.initialize()
    id = wire.start_call("play", {"after": [base64.b64encode(b'{"half":').decode()], "exit": 3, "answer": False})
    assert wire.finish() == 3
    assert wire.answers_to(id) == []


def test_the_tee_records_both_directions_and_passes_on_the_status(tmp_path):
    record = tmp_path / "record"
    tee = junction.teed({"command": sys.executable, "args": ["-c", "print(input()); raise SystemExit(5)"]}, record)
    done = subprocess.run([tee["command"], *tee["args"]], input=b"hello\n", stdout=subprocess.PIPE, timeout=20)
    assert (done.returncode, done.stdout) == (5, b"hello\n")
    first, _, rest = record.read_bytes().partition(b"\n")
    assert first.startswith(b"= ") and rest == b"> hello\n< hello\n"


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_the_schemas_know_right_from_wrong(revision):
    schema = schemas.revision(revision)
    good = {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "a", "inputSchema": {"type": "object"}}]}}
    assert schema.complaints(good, "tools/list") == []
    bad = {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": 7, "inputSchema": {"type": "object"}}]}}
    assert schema.complaints(bad, "tools/list")
    assert schema.complaints({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 1}})
    assert schema.complaints({"jsonrpc": "2.0", "id": None, "method": "ping"})
    assert schema.complaints({"jsonrpc": "2.0", "method": "notifications/none"})
    assert schema.complaints({"jsonrpc": "2.0", "id": 1, "error": {"code": "x", "message": ""}})


def test_processes_are_found_by_their_mark_even_after_forking_twice():
    mark = processes.new_mark()
    entry = junction.scripted(daemon=True, group=True)
    wire = Wire([entry["command"], *entry["args"]], env={processes.variable: mark})
    wire.initialize()
    processes.wait_until(lambda: len(processes.marked(mark)) == 3, 10, lambda: str(processes.marked(mark)))
    wire.abandon()
    left = processes.marked(mark)
    assert len(left) == 2
    processes.end_all(mark)
    processes.wait_for_none(mark, 5)


def test_the_scripted_server_says_what_its_behaviour_says(direct):
    wire = direct(instructions="read me", revision="2025-06-18", banner="hello\n", strict=False)
    result = wire.initialize()["result"]
    assert (result["instructions"], result["protocolVersion"]) == ("read me", "2025-06-18")
    assert wire.frames[0].line == b"hello"
    assert result["serverInfo"] == {"name": "scripted", "version": "1"}
