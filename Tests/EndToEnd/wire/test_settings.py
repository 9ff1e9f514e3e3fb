"""Settings that change what the gateway does, each with its effect."""

import json
import re
import time

import pytest

from support import processes
from support.junction import scripted


def entry(own: dict | None = None, **more) -> dict:
    """Returns the entry of a scripted server with settings of its own."""
    behaviour = more.pop("behaviour", {})
    return {**scripted(**behaviour), **more, **({"junction": own} if own else {})}


def failure(frame) -> dict:
    assert frame["result"]["isError"] is True
    return frame["result"]["_meta"]["mcp-junction/failure"]


@pytest.mark.parametrize("prefix, name", [("db", "db__echo"), ("", "echo")])
def test_a_server_may_have_another_prefix_or_none(start, prefix, name):
    wire = start({"one": entry({"prefix": prefix}), "two": scripted()})
    wire.initialize()
    names = wire.tool_names()
    assert name in names and "two__echo" in names and "one__echo" not in names
    assert wire.call(name, {"a": 1})["result"]["structuredContent"] == {"a": 1}


def test_names_are_cut_to_the_limit_and_stay_apart(start):
    tools = [{"name": f"a_rather_long_name_{n}", "inputSchema": {"type": "object"}} for n in range(20)]
    wire = start({"one": scripted(builtIn=False, tools=tools)}, junction={"nameLimit": 24})
    wire.initialize()
    names = wire.tool_names()
    assert len(set(names)) == 20
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,14}_[0-9a-f]{8}", name) for name in names), names
    assert wire.call(names[7]).text == "a_rather_long_name_7 ran"


def test_every_uri_may_get_its_servers_prefix_but_those_of_apps(start):
    resources = [{"uri": "mem://a", "name": "a"}, {"uri": "ui://app/x", "name": "x"}]
    templates = [{"uriTemplate": "mem://t/{x}", "name": "t"}]
    wire = start({"One": scripted(resources=resources, templates=templates)}, junction={"uriPolicy": "prefix"})
    wire.initialize()
    uris = [item["uri"] for item in wire.items("resources")]
    assert re.fullmatch(r"one\+mem://a", uris[0])
    assert uris[1].startswith("ui://")
    read = wire.request("resources/read", {"uri": uris[0]})["result"]["contents"][0]
    assert read["text"] == "scripted read mem://a" and read["uri"] == uris[0]
    template = wire.items("resources/templates")[0]["uriTemplate"]
    read = wire.request("resources/read", {"uri": template.replace("{x}", "7")})["result"]["contents"][0]
    assert read["text"] == "scripted read mem://t/7"


def test_the_first_lists_wait_as_long_as_they_are_told(start):
    mute = scripted(initialize="ignore")
    wire = start(
        {"mute": mute, "good": scripted()}, junction={"listsWait": "300ms", "initializeWait": "0ms"}, strict=False
    )
    begun = time.monotonic()
    wire.initialize()
    assert "good__echo" in wire.tool_names()
    assert time.monotonic() - begun < 1.5


def test_a_call_that_takes_too_long_is_given_up_and_its_server_told(start, tmp_path):
    record = tmp_path / "received"
    servers = {"one": entry({"callTimeout": "300ms"}, behaviour={"record": str(record)}), "two": scripted()}
    wire = start(servers)
    wire.initialize()
    id = wire.start_call("one__hold", {"key": "late"})
    said = failure(wire.result_of(id))
    assert (said["server"], said["outcome"]) == ("one", "unknown")
    assert wire.call("one__release", {"key": "late"}).text == "released"
    assert wire.call("one__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert len(wire.answers_to(id)) == 1, "the late answer is dropped"
    lines = [json.loads(line) for line in record.read_bytes().splitlines()]
    sent = [line["id"] for line in lines if line.get("method") == "tools/call" and line["params"]["name"] == "hold"]
    told = [line["params"]["requestId"] for line in lines if line.get("method") == "notifications/cancelled"]
    assert told == sent


def test_the_timeout_that_editors_write_is_in_milliseconds(start):
    wire = start({"one": entry(timeout=1200)}, strict=False)
    wire.initialize()
    wire.tool_names()
    begun = time.monotonic()
    assert failure(wire.call("one__hold", {"key": "never"}))["outcome"] == "unknown"
    assert 1.0 < time.monotonic() - begun < 3


def test_a_call_without_progress_is_given_up(start):
    wire = start({"one": entry({"progressTimeout": "300ms"})}, strict=False)
    wire.initialize()
    assert failure(wire.call("one__hold", {"key": "never"}))["server"] == "one"


def test_the_time_without_progress_stands_still_while_a_person_thinks(start):
    wire = start({"one": entry({"progressTimeout": "300ms"})})
    wire.initialize(capabilities={"elicitation": {}})
    params = '{"message":"?","requestedSchema":{"type":"object","properties":{}}}'
    id = wire.start_call("one__ask", {"method": "elicitation/create", "params": params})
    asked = wire.wait_for_method("elicitation/create")
    # A person needs longer than the limit; only time itself can show that it stands still.
    time.sleep(0.8)
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "cancel"}})
    assert wire.result_of(id)["result"]["structuredContent"] == {"action": "cancel"}


def test_calls_beyond_the_queue_are_refused_unsent(start, tmp_path):
    record = tmp_path / "received"
    servers = {"one": entry({"callsInFlight": 1, "queue": 1}, behaviour={"record": str(record)}), "two": scripted()}
    wire = start(servers, strict=False)
    wire.initialize()
    wire.tool_names()
    first = wire.start_call("one__hold", {"key": "a"})
    second = wire.start_call("one__hold", {"key": "b"})
    said = failure(wire.call("one__hold", {"key": "c"}))
    assert (said["server"], said["outcome"]) == ("one", "notSent")
    wire.notify("notifications/cancelled", {"requestId": second})
    wire.notify("notifications/cancelled", {"requestId": first})
    assert wire.call("one__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert record.read_bytes().count(b'"hold"') == 1


def test_the_limit_of_a_session_queues_and_loses_nothing(start):
    wire = start({"one": scripted(), "two": scripted()}, junction={"callsPerSession": 4})
    wire.initialize()
    wire.tool_names()
    ids = [wire.start_call(f"{'one' if n % 2 else 'two'}__echo", {"n": n}) for n in range(100)]
    for number, id in enumerate(ids):
        assert wire.result_of(id)["result"]["structuredContent"] == {"n": number}


def test_a_disabled_server_is_not_started(start):
    wire = start({"off": entry(disabled=True, behaviour={"daemon": True}), "on": scripted()})
    wire.initialize()
    assert all(name.startswith("on__") for name in wire.tool_names())
    assert not [line for line in processes.marked(wire.setting.mark).values() if '"daemon"' in line or "sleep" in line]


def test_a_lazy_server_is_started_by_its_first_call(start):
    wire = start({"lazy": entry({"lazy": True}), "good": scripted()}, strict=False)
    wire.initialize()
    wire.tool_names()
    answer = wire.call("lazy__echo", {"n": 1}, seconds=20)
    assert answer["result"]["structuredContent"] == {"n": 1}


def test_pages_beyond_the_limit_are_not_fetched(start, tmp_path):
    record = tmp_path / "received"
    behaviour = {"endless": True, "record": str(record)}
    wire = start({"one": entry({"maxPages": 5}, behaviour=behaviour), "good": scripted()}, strict=False)
    wire.initialize()
    assert "good__echo" in wire.tool_names()
    assert record.read_bytes().count(b'"tools/list"') <= 5


def test_the_environment_comes_from_the_gateway_then_a_file_then_the_entry(start, tmp_path):
    (tmp_path / "env").write_text("# a comment\nFROM_FILE=file\nBOTH='from the file'\nexport QUOTED=\"a b\"\n")
    both = entry(envFile=str(tmp_path / "env"), env={"BOTH": "entry", "EXPANDED": "${FROM_GATEWAY}!"})
    wire = start({"one": both}, env={"FROM_GATEWAY": "gateway"}, tee=False)
    wire.initialize()
    process = wire.call("one__pid").text
    variables = dict(
        item.split(b"=", 1) for item in open(f"/proc/{process}/environ", "rb").read().split(b"\0") if b"=" in item
    )
    wanted = {
        b"FROM_GATEWAY": b"gateway",
        b"FROM_FILE": b"file",
        b"BOTH": b"entry",
        b"QUOTED": b"a b",
        b"EXPANDED": b"gateway!",
    }
    assert {key: variables.get(key) for key in wanted} == wanted


def test_the_budget_of_instructions_is_kept(start):
    text = "Word by word. " * 100
    wire = start(
        {"one": scripted(instructions=text), "two": scripted(instructions=text)},
        junction={"instructionsBudget": "512B"},
    )
    instructions = wire.initialize()["result"]["instructions"]
    assert len(instructions.encode()) <= 512
    assert "one" in instructions and "two" in instructions


def test_the_end_of_input_waits_as_long_as_it_is_told(start):
    wire = start({"one": scripted(), "two": scripted()}, junction={"endOfInputWait": "0ms"}, strict=False)
    wire.initialize()
    wire.tool_names()
    id = wire.start_call("one__hold", {"key": "never"})
    wire.close_input()
    assert "--drain" in wire.result_of(id).line.decode()
    assert wire.finish() == 0
