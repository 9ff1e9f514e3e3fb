"""Which era a server is spoken to in, and how that is found out."""

import json
import os
import subprocess
import sys

import pytest

from support import processes
from support.junction import scripted, stateless
from support.modern import Modern
from support.wire import Wire


def methods(record) -> list[str]:
    """Returns the methods of all that a server received, over all its processes."""
    lines = record.read_bytes().splitlines() if record.exists() else []
    return [frame["method"] for frame in map(json.loads, lines) if "method" in frame]


def opening(record) -> list[str]:
    return [method for method in methods(record) if method in ("initialize", "server/discover")]


@pytest.fixture
def record(tmp_path):
    return tmp_path / "received"


def works(wire, era: str, seconds: float = 15) -> dict:
    """Has a client of that era call a tool, and returns the result."""
    if era == "legacy":
        wire.initialize(seconds=seconds)
        return wire.call("one__echo", {"n": 1}, seconds=seconds)["result"]
    client = Modern(wire)
    return wire.result_of(client.start_call("one__echo", {"n": 1}), seconds)["result"]


eras = pytest.mark.parametrize("era", ["legacy", "modern"])


@eras
def test_a_legacy_server_is_found(start, record, era):
    assert works(start({"one": scripted(record=str(record)), "two": scripted()}), era)["structuredContent"] == {"n": 1}
    assert opening(record) == (["initialize"] if era == "legacy" else ["server/discover", "initialize"])


@eras
def test_a_modern_server_is_found(start, record, era):
    assert works(start({"one": stateless(record=str(record)), "two": scripted()}), era)["structuredContent"] == {"n": 1}
    assert opening(record) == (["server/discover"] if era == "modern" else ["initialize", "server/discover"])


@eras
def test_a_server_of_both_eras_is_spoken_to_in_the_clients_own(start, record, era):
    wire = start({"one": stateless(record=str(record), initialize="answer"), "two": scripted()})
    assert works(wire, era)["structuredContent"] == {"n": 1}
    assert opening(record) == [{"legacy": "initialize", "modern": "server/discover"}[era]]
    other = "modern" if era == "legacy" else "legacy"
    assert works(wire, other)["structuredContent"] == {"n": 1}
    assert len(opening(record)) == 1, "later requests of the other era are bridged"


def test_a_server_that_exits_on_the_probe_is_started_again(start, record):
    wire = start({"one": scripted(record=str(record), discover="exit"), "two": scripted()})
    assert works(wire, "modern")["structuredContent"] == {"n": 1}
    assert opening(record) == ["server/discover", "initialize"]


def test_a_modern_server_that_exits_on_the_handshake_is_started_again(start, record):
    wire = start({"one": stateless(record=str(record), initialize="exit"), "two": scripted()})
    assert works(wire, "legacy")["structuredContent"] == {"n": 1}
    assert opening(record) == ["initialize", "server/discover"]


def test_a_server_that_ignores_the_probe_shakes_hands_on_the_same_pipe(start, record):
    wire = start({"one": scripted(record=str(record), discover="ignore"), "two": scripted()})
    assert works(wire, "modern", seconds=20)["structuredContent"] == {"n": 1}
    assert opening(record) == ["server/discover", "initialize"]


def test_a_server_that_ignores_the_probe_holds_nobody_else_up(start):
    wire = start({"one": scripted(discover="ignore"), "two": scripted()})
    assert Modern(wire).call("two__echo", {"n": 2}, seconds=4)["result"]["structuredContent"] == {"n": 2}


@pytest.mark.parametrize(
    "error",
    [
        {"code": -32601, "message": "Method not found"},
        {"code": -32602, "message": "Invalid request parameters"},
        {"code": -32600, "message": "not initialized"},
        {"code": -32000, "message": "Server not initialized"},
        {"code": -32700, "message": "what?"},
        {"code": 0, "message": ""},
        {"code": -32022, "message": "without data"},
        {"code": -32021, "message": "without data"},
    ],
    ids=lambda error: str(error["code"]),
)
def test_an_error_of_any_legacy_kind_means_a_legacy_server(start, record, error):
    wire = start({"one": scripted(record=str(record), discover=error), "two": scripted()})
    assert works(wire, "modern")["structuredContent"] == {"n": 1}
    assert opening(record) == ["server/discover", "initialize"]


@pytest.mark.parametrize("code", [-32601, -32602, -32603, -32000, 1])
def test_an_error_to_the_handshake_gives_way_to_the_discovery(start, record, code):
    how = {"code": code, "message": "what is initialize?"}
    wire = start({"one": stateless(record=str(record), initialize=how), "two": scripted()})
    assert works(wire, "legacy")["structuredContent"] == {"n": 1}
    assert opening(record)[-1] == "server/discover"


@eras
def test_a_server_of_a_later_revision_only_is_a_failure_that_says_so(start, era):
    unsupported = {"code": -32022, "message": "no", "data": {"supported": ["2099-01-01"], "requested": "2026-07-28"}}
    wire = start(
        {"one": stateless(supported=["2099-01-01"], discover=unsupported), "two": scripted()},
        junction={"unknownNameWait": "3s"},
    )
    if era == "legacy":
        wire.initialize()
        assert wire.call("two__echo")["result"]
        text = json.dumps(wire.call("one__echo").json)
    else:
        assert Modern(wire).call("two__echo")["result"]
        text = json.dumps(Modern(wire).call("one__echo").json)
    assert "one" in text
    processes.wait_until(lambda: "2099-01-01" in wire.stderr, 5, lambda: wire.stderr[-800:])


def test_a_server_that_names_legacy_revisions_is_legacy(start, record):
    how = {"code": -32022, "message": "no", "data": {"supported": ["2025-11-25"], "requested": "2026-07-28"}}
    wire = start({"one": stateless(record=str(record), discover=how, initialize="answer"), "two": scripted()})
    assert works(wire, "modern")["structuredContent"] == {"n": 1}
    assert opening(record) == ["server/discover", "initialize"]


def test_a_server_that_discovers_legacy_revisions_only_is_legacy(start, record):
    wire = start(
        {
            "one": stateless(record=str(record), supported=["2025-11-25", "2026-07-28"], initialize="answer"),
            "two": scripted(),
        }
    )
    assert works(wire, "modern")["resultType"] == "complete"


def switching(tmp_path, before: dict, after: dict) -> tuple[dict, object]:
    """Returns the entry of a server that is another one as soon as the returned file exists."""
    flag = tmp_path / "upgraded"
    program = tmp_path / "switching.py"
    program.write_text(
        "import os, sys\n"
        f"entry = {after!r} if os.path.exists({str(flag)!r}) else {before!r}\n"
        "os.execv(entry['command'], [entry['command'], *entry['args']])\n"
    )
    return {"command": sys.executable, "args": ["-S", "-E", str(program)]}, flag


@eras
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_server_that_changes_its_era_over_a_restart_is_found_again(start, tmp_path, record, era, way):
    old, new = scripted(record=str(record)), stateless(record=str(record))
    entry, flag = switching(tmp_path, old, new) if way == "up" else switching(tmp_path, new, old)
    wire = start({"one": entry, "two": scripted()})
    assert works(wire, era)["structuredContent"] == {"n": 1}
    flag.touch()
    leave, arguments = ("play", {"answer": False, "exit": 1}) if way == "up" else ("leave", {})
    client = Modern(wire)
    call = wire.call if era == "legacy" else client.call
    call(f"one__{leave}", arguments)
    assert call("one__echo", {"n": 2}, seconds=20)["result"]["structuredContent"] == {"n": 2}
    assert methods(record)[-1] == "tools/call"


@eras
def test_a_server_that_changed_between_two_starts_of_the_gateway_is_found_again(start, tmp_path, record, era):
    entry, flag = switching(tmp_path, scripted(record=str(record)), stateless(record=str(record)))
    wire = start({"one": entry, "two": scripted()})
    assert works(wire, era)["structuredContent"] == {"n": 1}
    wire.abandon()
    flag.touch()
    again = Wire(wire.setting.command(), env=wire.setting.environment)
    try:
        assert works(again, era, seconds=20)["structuredContent"] == {"n": 1}
        again.check()
    finally:
        again.abandon()


@pytest.mark.parametrize(
    "kind, era, known", [("modern", "legacy", "server/discover"), ("legacy", "modern", "initialize")]
)
def test_what_is_known_of_a_server_saves_the_question(start, record, kind, era, known):
    entry = (stateless if kind == "modern" else scripted)(record=str(record))
    wire = start({"one": entry, "two": scripted()})
    assert works(wire, era)["structuredContent"] == {"n": 1}
    wire.abandon()
    record.unlink()
    again = Wire(wire.setting.command(), env=wire.setting.environment)
    try:
        assert works(again, era)["structuredContent"] == {"n": 1}
        assert opening(record) == [known]
        again.check()
    finally:
        again.abandon()


def test_a_modern_server_is_probed_by_discovery(start, record):
    entry = {**stateless(record=str(record)), "junction": {"probeInterval": "200ms", "probeTimeout": "200ms"}}
    wire = start({"one": entry, "two": scripted()})
    works(wire, "legacy")
    processes.wait_until(lambda: methods(record).count("server/discover") >= 3, 8, lambda: str(methods(record)))
    assert "ping" not in methods(record)


def test_a_modern_server_gets_nothing_of_the_handshake(start, record):
    wire = start({"one": stateless(record=str(record)), "two": scripted()})
    wire.initialize(capabilities={"roots": {"listChanged": True}})
    wire.tool_names()
    wire.request("logging/setLevel", {"level": "info"})
    wire.notify("notifications/roots/list_changed")
    wire.call("one__echo")
    said = set(methods(record)) - {"initialize", "server/discover", "subscriptions/listen", "notifications/cancelled"}
    assert said <= {"tools/list", "prompts/list", "resources/list", "resources/templates/list", "tools/call"}


def test_the_lists_of_a_modern_server_are_read_over_all_pages(start):
    resources = [{"uri": f"new://{n}", "name": str(n)} for n in range(23)]
    wire = start({"one": stateless(page=5, resources=resources), "two": scripted()})
    wire.initialize()
    assert [item["uri"] for item in wire.items("resources") if item["uri"].startswith("new:")] == [
        item["uri"] for item in resources
    ]
    assert "one__pid" in wire.tool_names() and "one__pid" in Modern(wire).tool_names()


def test_listing_and_calling_from_the_command_line_find_modern_servers(setting):
    one = setting({"one": stateless(), "two": scripted()})
    listed = subprocess.run(
        one.command("--list", "--json"), env={**os.environ, **one.environment}, capture_output=True, timeout=30
    )
    assert b"one__echo" in listed.stdout, listed.stderr[-500:]
    called = subprocess.run(
        one.command("call", "one__pid"), env={**os.environ, **one.environment}, capture_output=True, timeout=30
    )
    assert called.returncode == 0 and called.stdout.strip().isdigit(), called.stderr[-500:]
