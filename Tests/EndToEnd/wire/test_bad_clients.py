"""What a client sends wrongly is answered with the right error and harms nothing else."""

import json

import pytest

from support import rawjson
from support.junction import scripted


@pytest.fixture
def wire(start):
    wire = start({"one": scripted()}, strict=False)
    wire.initialize()
    return wire


def refused(wire, line: bytes):
    """Sends a line and returns the next answer, after which the gateway must still serve."""
    before = len(wire.frames)
    wire.send_bytes(line + b"\n")
    answer = wire.wait_for(lambda frame: frame.is_answer, after=before)
    assert wire.call("one__echo", b'{"still":"here"}').raw("result", "structuredContent") == b'{"still":"here"}'
    assert "error" in answer, answer
    return answer


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"{",
        b'{"jsonrpc":"2.0","id":1,"method":"ping"',
        b"{'a':1}",
        b'{"a":1}}',
        b'{"a":01}',
        b"nul",
        b'"\\x"',
    ],
    ids=lambda line: line.decode(),
)
def test_what_is_not_json_is_a_parse_error(wire, line):
    answer = refused(wire, line)
    assert answer["error"]["code"] == -32700
    # The id may be told where it could still be read.
    assert answer.json.get("id") is None or b'"id":1,' in line


@pytest.mark.parametrize("line", [b"7", b'"text"', b"null", b"true", b"[]", b"1.0"], ids=lambda line: line.decode())
def test_what_is_not_an_object_is_an_invalid_request(wire, line):
    answer = refused(wire, line)
    assert answer["error"]["code"] == -32600
    assert answer.json.get("id") is None


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}',
        b'{"jsonrpc":"2.0","id":[1],"method":"ping"}',
        b'{"jsonrpc":"2.0","id":true,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":null,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":77,"method":7}',
        b'{"jsonrpc":"2.0","id":77}',
        b'{"id":77,"method":"ping"}',
        b'{"jsonrpc":"1.0","id":77,"method":"ping"}',
    ],
    ids=lambda line: line.decode(),
)
def test_a_broken_envelope_is_an_invalid_request(wire, line):
    answer = refused(wire, line)
    assert answer["error"]["code"] == -32600
    assert answer.json.get("id") in (None, 77)


def test_invalid_utf8_is_refused_and_never_forwarded(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record))}, strict=False)
    wire.initialize()
    for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"):
        answer = refused(
            wire,
            b'{"jsonrpc":"2.0","id":80,"method":"tools/call","params":{"name":"one__echo","arguments":{"a":"%s"}}}'
            % bad,
        )
        assert answer["error"]["code"] == -32700
    for line in record.read_bytes().split(b"\n"):
        line.decode()


def test_an_unknown_method_is_not_found(wire):
    answer = refused(wire, b'{"jsonrpc":"2.0","id":"u","method":"no/such"}')
    assert answer["error"]["code"] == -32601 and answer["id"] == "u"


def test_an_unknown_notification_is_ignored(wire):
    before = len(wire.frames)
    wire.notify("notifications/no/such", {"a": 1})
    assert wire.request("ping")["result"] == {}
    assert len(wire.frames) == before + 1


@pytest.mark.parametrize("name", ["three__nothing", "nothing", "two__echo", "", "echo"])
def test_an_unknown_tool_is_an_invalid_parameter(wire, name):
    answer = refused(
        wire, b'{"jsonrpc":"2.0","id":81,"method":"tools/call","params":{"name":%s}}' % json.dumps(name).encode()
    )
    assert answer["error"]["code"] == -32602 and answer["id"] == 81


def test_an_unknown_tool_is_refused_with_the_servers_that_are_not_ready(start):
    wire = start({"one": scripted(), "dead": scripted(exit=1)})
    wire.initialize()
    wire.tool_names()
    answer = wire.call("dead__anything")
    assert answer["error"]["code"] == -32602
    assert "dead" in answer["error"]["message"]


@pytest.mark.parametrize(
    "line",
    [
        b'"method":"tools/call"',
        b'"method":"tools/call","params":[]',
        b'"method":"tools/call","params":{}',
        b'"method":"tools/call","params":{"name":7}',
        b'"method":"tools/call","params":{"name":null}',
        b'"method":"prompts/get","params":{}',
        b'"method":"prompts/get","params":{"name":"three__none"}',
        b'"method":"resources/read"',
        b'"method":"resources/read","params":{"uri":7}',
        b'"method":"resources/subscribe","params":{}',
        b'"method":"completion/complete","params":{}',
        b'"method":"completion/complete","params":{"ref":{"type":"ref/none"},"argument":{"name":"a","value":""}}',
        b'"method":"logging/setLevel","params":{"level":"loud"}',
        b'"method":"logging/setLevel"',
        b'"method":"tools/list","params":{"cursor":7}',
    ],
    ids=lambda line: line.decode(),
)
def test_bad_parameters_are_said_to_be_bad(wire, line):
    answer = refused(wire, b'{"jsonrpc":"2.0","id":82,%s}' % line)
    assert answer["error"]["code"] == -32602 and answer["id"] == 82


def test_an_id_in_flight_is_not_accepted_twice(wire):
    id = wire.start_call("one__hold", {"key": "first"}, id=90)
    wire.send({"jsonrpc": "2.0", "id": 90, "method": "ping"})
    refusal = wire.wait_for(lambda frame: frame.is_answer and "error" in frame)
    assert refusal["error"]["code"] == -32600 and refusal["id"] == 90
    wire.call("one__release", {"key": "first"})
    answer = wire.wait_for(lambda frame: frame.is_answer and frame["id"] == id and "result" in frame)
    assert answer.text == "first"


def test_an_oversized_frame_is_refused_and_the_next_one_served(start):
    wire = start({"one": scripted()}, junction={"maxFrame": "1MiB"}, strict=False)
    wire.initialize()
    answer = refused(wire, b'{"jsonrpc":"2.0","id":83,"method":"ping","params":{"x":"' + b"x" * 3_000_000 + b'"}}')
    assert answer["error"]["code"] in (-32600, -32700)
    assert answer.json.get("id") in (None, 83)
    assert wire.call("one__echo", b'{"x":"' + b"y" * 900_000 + b'"}').raw("result") is not None


@pytest.mark.parametrize("method", ["tools/list", "tools/call", "resources/list", "logging/setLevel"])
def test_a_request_before_initialize_is_refused_with_its_id(start, method):
    wire = start({"one": scripted()})
    answer = wire.request(method, {"name": "one__echo", "arguments": {}, "level": "info"})
    assert answer["error"]["code"] in (-32600, -32602)
    assert "result" in wire.initialize()


def test_ping_is_answered_before_initialize(start):
    wire = start({"one": scripted(initialize="ignore")})
    assert wire.request("ping", seconds=2).line == b'{"jsonrpc":"2.0","id":1,"result":{}}'


def test_nothing_is_written_before_the_first_request(start):
    wire = start({"one": scripted(), "two": scripted(exit=1)})
    wire.notify("notifications/initialized")
    wire.request("ping")
    assert len(wire.frames) == 1


@pytest.mark.parametrize(
    "offered, agreed",
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2024-10-07", "2025-11-25"),
        ("9999-01-01", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("", "2025-11-25"),
    ],
)
def test_the_version_is_negotiated(start, offered, agreed):
    wire = start({"one": scripted()})
    result = wire.initialize(revision=offered)["result"]
    assert result["protocolVersion"] == agreed
    assert result["serverInfo"]["name"] == "mcp-junction"
    assert wire.call("one__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


@pytest.mark.parametrize("params", [None, {}, {"protocolVersion": 7}, {"protocolVersion": None, "capabilities": []}])
def test_a_strange_initialize_is_answered_and_can_be_repeated(start, params):
    wire = start({"one": scripted()}, strict=False)
    answer = wire.request("initialize", params)
    assert "error" not in answer or answer["error"]["code"] == -32602
    assert wire.initialize()["result"]["protocolVersion"] == "2025-11-25"


def test_a_second_initialize_is_answered(start):
    wire = start({"one": scripted()})
    wire.initialize()
    assert wire.initialize()["result"]["protocolVersion"] == "2025-11-25"
    assert "one__echo" in wire.tool_names()


def test_a_batch_of_2025_03_26_is_answered_element_by_element(start):
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize(revision="2025-03-26")
    before = len(wire.frames)
    wire.send(
        [
            {
                "jsonrpc": "2.0",
                "id": "a",
                "method": "tools/call",
                "params": {"name": "one__echo", "arguments": {"n": 1}},
            },
            {"jsonrpc": "2.0", "method": "notifications/none"},
            {
                "jsonrpc": "2.0",
                "id": "b",
                "method": "tools/call",
                "params": {"name": "two__echo", "arguments": {"n": 2}},
            },
            7,
            {"jsonrpc": "2.0", "id": "c", "method": "ping"},
        ]
    )

    def answers() -> dict:
        found = {}
        for frame in wire.frames[before:]:
            for element in frame.json if isinstance(frame.json, list) else [frame.json]:
                if "method" not in element:
                    assert element.get("id") not in found, "answered twice"
                    found[element.get("id")] = element
        return found

    wire.wait_for(lambda _: {"a", "b", "c", None} <= set(answers()), what="four answers")
    got = answers()
    assert got["a"]["result"]["structuredContent"] == {"n": 1}
    assert got["b"]["result"]["structuredContent"] == {"n": 2}
    assert got["c"]["result"] == {}
    assert got[None]["error"]["code"] == -32600
    arrays = [frame for frame in wire.frames[before:] if isinstance(frame.json, list)]
    assert len(arrays) == 1 and len(arrays[0].json) == 4, "a batch is answered by one array"


def test_a_batch_of_notifications_is_answered_by_nothing(start):
    wire = start({"one": scripted()}, strict=False)
    wire.initialize(revision="2025-03-26")
    before = len(wire.frames)
    wire.send([{"jsonrpc": "2.0", "method": "notifications/none"}] * 2)
    wire.request("ping")
    assert len(wire.frames) == before + 1


@pytest.mark.parametrize("revision", ["2025-06-18", "2025-11-25"])
def test_a_batch_is_an_invalid_request_in_later_revisions(start, revision):
    wire = start({"one": scripted()}, strict=False)
    wire.initialize(revision=revision)
    before = len(wire.frames)
    wire.send([{"jsonrpc": "2.0", "id": 5, "method": "ping"}])
    answer = wire.wait_for(lambda frame: frame.json is not None, after=before)
    assert answer["error"]["code"] == -32600


def test_lines_may_end_in_carriage_returns_and_be_empty(wire):
    wire.send_bytes(b'\n\r\n{"jsonrpc":"2.0","id":95,"method":"ping"}\r\n\n')
    assert wire.result_of(95)["result"] == {}
    assert all(frame.json is not None for frame in wire.frames)


def test_a_frame_that_comes_byte_by_byte_is_one_frame(wire):
    for byte in (
        b'{"jsonrpc":"2.0","id":96,"method":"tools/call","params":{"name":"one__echo","arguments":{"a":"\xc3\xa9"}}}\n'
    ):
        wire.send_bytes(bytes([byte]))
    assert rawjson.member(wire.result_of(96).line, "result", "structuredContent") == b'{"a":"\xc3\xa9"}'


def test_a_thousand_frames_in_one_write_are_all_answered(wire):
    ids = [f"m{n}" for n in range(1000)]
    wire.send_bytes(b"".join(b'{"jsonrpc":"2.0","id":"%s","method":"ping"}\n' % id.encode() for id in ids))
    for id in ids:
        assert wire.result_of(id)["result"] == {}


def test_answers_that_nobody_asked_for_are_ignored(wire):
    for line in (
        {"jsonrpc": "2.0", "id": 12345, "result": {}},
        {"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "m"}},
    ):
        wire.send(line)
    assert wire.request("ping")["result"] == {}


def test_the_last_frame_needs_no_newline(start):
    wire = start({"one": scripted()})
    wire.initialize()
    wire.send_bytes(b'{"jsonrpc":"2.0","id":97,"method":"ping"}')
    wire.close_input()
    assert wire.result_of(97)["result"] == {}
    assert wire.finish() == 0
