"""The wire to a server cut at every byte of a request and of an answer: a call runs at most once, and the caller hears
whether its outcome is known."""

import sys

import pytest

from support import junction, processes
from support.junction import scripted


@pytest.mark.timeout(600)
def test_a_call_runs_at_most_once_wherever_the_wire_is_cut(start, request, tmp_path):
    record = tmp_path / "received"
    entry = scripted(record=str(record))
    cutter = [str(junction.end_to_end / "support" / "cutter.py"), entry["command"], *entry["args"]]
    one = {"command": sys.executable, "args": ["-S", "-E", *cutter]}
    wire = start(
        {"one": one, "two": scripted()},
        {"breakerAfter": None, "reconnect": {"policy": "constant", "base": "0ms"}},
        strict=False,
        tee=False,
    )
    wire.initialize()
    processes.wait_until(lambda: "one__echo" in wire.tool_names(), 10, "the server")
    # What the server is sent is at least as long as this; so is its answer.
    request_length = len(b'{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"echo","arguments":{}}}')
    answer_length = 60
    step = 1 if request.config.getoption("--long") else 9
    cuts = list(range(0, request_length, step)) + [-length - 1 for length in range(0, answer_length, step)]
    for number, cut in enumerate(cuts):
        answer = wire.call("one__echo", b'{"cut":%d,"number":%d}' % (cut, number), seconds=20)
        assert answer["result"].get("isError"), f"cut {cut}: {answer}"
        failure = answer["result"]["_meta"]["mcp-junction/failure"]
        assert failure["outcome"] == "unknown" and failure["server"] == "one", f"cut {cut}: {failure}"
        assert "unknown" in answer.text
        processes.wait_until(
            lambda: not wire.call("one__echo", {"n": 1}, seconds=20)["result"].get("isError"), 15, "the next process"
        )
        assert wire.call("two__echo", {"n": 2})["result"]["structuredContent"] == {"n": 2}
        seen = record.read_bytes().count(b'"number":%d}' % number)
        assert seen == (0 if cut >= 0 else 1), f"cut {cut}: the server saw the call {seen} times"
