"""Servers of several replicas, some of them far away, and servers behind a Unix socket."""

import os
import time

import pytest

from support import processes
from support.http_script import HTTPScript, text
from support.junction import scripted

quick = {"reconnect": {"first": "0ms", "base": "100ms", "cap": "500ms"}, "affinity": False}


@pytest.fixture
def far():
    """Starts scripted servers whose tool `pid` says a name."""
    made = []

    def far(name: str, **more) -> HTTPScript:
        def play(request) -> bool:
            if request.name == "tools/list":
                tools = [{"name": tool, "inputSchema": {"type": "object"}} for tool in ("pid", "echo")]
                request.result({"tools": tools})
                return True
            if request.name == "tools/call" and request.message["params"]["name"] == "pid":
                request.result(text(name))
                return True
            return False

        made.append(HTTPScript(play, **more))
        return made[-1]

    yield far
    for one in made:
        one.stop()


def who(wire, count: int = 30) -> set[str]:
    """Returns who has answered some calls that were made at once."""
    ids = [wire.start_call("many__pid") for _ in range(count)]
    said = [wire.result_of(id) for id in ids]
    return {"failed" if answer["result"].get("isError") else answer.text for answer in said}


def test_calls_are_spread_over_a_process_and_two_addresses_and_one_of_them_may_go(start, far):
    one, two = far("one"), far("two")
    entry = {**scripted(), "junction": {**quick, "replicas": [{"url": one.url}, {"url": two.url}]}}
    wire = start({"many": entry}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    processes.wait_until(lambda: len(who(wire)) == 3, 15, "all replicas answer")
    two.stop()
    end = time.monotonic() + 3
    seen = set()
    while time.monotonic() < end:
        seen |= who(wire, 5)
    assert "one" in seen and len(seen - {"two", "failed"}) == 2
    assert "failed" not in who(wire), "what is known to be away gets no calls"
    two.start()
    processes.wait_until(lambda: "two" in who(wire), 15, "it is back")
    (process,) = who(wire) - {"one", "two"}
    os.kill(int(process), 9)
    processes.wait_until(lambda: len(who(wire) - {"failed", process}) == 3, 15, "the process is started again")


def test_an_address_of_a_lower_tier_is_for_when_the_process_is_away(start, far):
    spare = far("spare")
    replica = {"url": spare.url, "priority": 1}
    entry = {**scripted(), "junction": {**quick, "reconnect": {"first": "3s", "cap": "3s"}, "replicas": [replica]}}
    wire = start({"many": entry}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    processes.wait_until(lambda: "spare" not in who(wire, 5), 15, "the process is there")
    (process,) = who(wire)
    os.kill(int(process), 9)
    processes.wait_until(lambda: who(wire, 5) == {"spare"}, 10, "the spare one takes over")
    processes.wait_until(lambda: "spare" not in who(wire, 5), 15, "the process is back")


def test_a_server_may_be_behind_a_unix_socket(start, far, tmp_path):
    path = str(tmp_path / "tools.sock")
    server = far("inside", socket_path=path)
    wire = start({"many": {"url": server.url}}, strict=False, env={"HTTP_PROXY": "http://127.0.0.1:9"})
    wire.initialize()
    assert who(wire) == {"inside"}
    assert server.named("tools/call")[0].path == "/mcp"
    server.stop()
    os.unlink(path)
    processes.wait_until(lambda: who(wire, 1) == {"failed"}, 10, "it is away")
    server.start()
    processes.wait_until(lambda: who(wire, 1) == {"inside"}, 15, "it is back")
