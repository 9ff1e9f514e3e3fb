"""The example server by itself, every frame held against the schema of the revision."""

import json
import signal
import subprocess
import threading
import time

import pytest

from support import junction
from support.wire import Wire

revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
everything_declared = {
    "roots": {"listChanged": True},
    "sampling": {},
    "elicitation": {"form": {}, "url": {}},
}


@pytest.fixture
def begin():
    """Starts the example server and shakes hands with it."""
    started = []

    def begin(*arguments: str, revision: str | None = "2025-11-25", capabilities: dict | None = None) -> Wire:
        entry = junction.example(*arguments)
        wire = Wire([entry["command"], *entry["args"]])
        started.append(wire)
        if revision is not None:
            wire.initialize(revision, capabilities)
        return wire

    yield begin
    for wire in started:
        wire.abandon()
    for wire in started:
        wire.check()


def test_a_client_that_writes_all_its_calls_before_it_reads_is_answered(begin):
    wire = begin()
    wire.stop_reading()
    calls = [wire.start_call("echo", {"text": "x" * 65536}) for _ in range(200)]
    wire.go_on_reading()
    for call in calls:
        assert "result" in wire.result_of(call)


def task_of(wire: Wire, id) -> str:
    return wire.result_of(id)["result"]["task"]["taskId"]


@pytest.mark.parametrize("revision", revisions)
def test_every_answer_fits_the_schema_of_the_revision(begin, revision):
    wire = begin(revision=None)
    answer = wire.initialize(revision, everything_declared)["result"]
    assert answer["protocolVersion"] == revision
    assert ("tasks" in answer["capabilities"]) == (revision == "2025-11-25")
    assert ("completions" in answer["capabilities"]) == (revision > "2024-11-05")
    wire.answer("sampling/createMessage", {"role": "assistant", "model": "m", "content": {"type": "text", "text": "x"}})
    wire.answer("elicitation/create", {"action": "accept", "content": {"name": "Ada"}})
    wire.answer("roots/list", {"roots": [{"uri": "file:///home/one"}]})
    wire.answer("ping", {})
    needed = {"message": "m", "question": "q", "a": 1, "b": 2, "bytes": 10, "milliseconds": 1, "name": "new"}
    for tool in wire.items("tools"):
        arguments = {key: needed[key] for key in tool["inputSchema"].get("required", [])}
        wire.result_of(wire.start_call(tool["name"], arguments, token=f"for {tool['name']}"))
    for kind in ("resources", "resources/templates", "prompts"):
        assert wire.items(kind)
    for uri in ("example://greeting", "example://picture", "example://counter", "example://item/7"):
        assert wire.request("resources/read", {"uri": uri})["result"]["contents"][0]["uri"] == uri
    trip = {"country": "Japan", "city": "Kyoto"}
    said = wire.request("prompts/get", {"name": "travel", "arguments": trip})["result"]["messages"][0]
    assert said["content"]["text"] == "Plan a pleasant day in Kyoto, Japan."
    for reference in ({"type": "ref/prompt", "name": "travel"}, {"type": "ref/resource", "uri": "example://item/{id}"}):
        wire.request("completion/complete", {"ref": reference, "argument": {"name": "city", "value": ""}})
    names = {frame.method for frame in wire.frames}
    assert {"notifications/progress", "notifications/message", "sampling/createMessage", "roots/list"} <= names
    assert ("elicitation/create" in names) == (revision >= "2025-06-18")


def test_a_newer_tool_is_unknown_to_an_older_client(begin):
    wire = begin(revision="2025-03-26")
    assert "ask" not in wire.tool_names()
    assert wire.call("ask")["error"]["code"] == -32602
    assert wire.request("tasks/list")["error"]["code"] == -32601


def test_lists_come_in_pages_of_the_size_that_was_asked_for(begin):
    wire = begin("--page-size", "2")
    first = wire.request("tools/list")["result"]
    assert len(first["tools"]) == 2 and first["nextCursor"]
    assert len(wire.tool_names()) == len(set(wire.tool_names())) > 15
    assert len(wire.items("resources")) == 3
    assert wire.request("tools/list", {"cursor": "?"})["error"]["code"] == -32602
    assert wire.request("tools/list", {"cursor": "1000"})["error"]["code"] == -32602


def test_wrong_arguments_are_something_the_model_can_read_since_the_last_revision(begin):
    for arguments, word in (
        ({}, "missing"),
        ({"milliseconds": "1"}, "whole number"),
        ({"milliseconds": -1}, "from 0 to"),
        ({"milliseconds": 1.5}, "whole number"),
    ):
        said = begin().call("sleep", arguments)
        assert said["result"]["isError"] is True and word in said.text
        assert word in begin(revision="2025-06-18").call("sleep", arguments)["error"]["message"]
    assert begin().call("sleep", {"milliseconds": 1.0}).text == "Slept for 1 ms."


def test_sums_are_exact_as_long_as_they_can_be(begin):
    wire = begin()
    for a, b, total in ((2, 40, 42), (0.5, 1, 1.5), (9007199254740993, 1, 9007199254740994)):
        assert wire.call("add", {"a": a, "b": b})["result"]["structuredContent"] == {"sum": total}
    assert wire.call("add", b'{"a":1e308,"b":1e308}')["result"]["isError"] is True
    assert wire.call("add", b'{"a":1e400,"b":1}')["result"]["isError"] is True


def test_log_messages_below_the_level_are_not_sent(begin):
    wire = begin()
    assert wire.request("logging/setLevel", {"level": "error"})["result"] == {}
    wire.call("log", {"message": "boom"})
    levels = [frame["params"]["level"] for frame in wire.frames if frame.method == "notifications/message"]
    assert levels == ["error", "critical", "alert", "emergency"]
    assert wire.request("logging/setLevel", {"level": "loud"})["error"]["code"] == -32602


def test_a_cancelled_call_stops_and_gets_no_answer(begin):
    wire = begin()
    call = wire.start_call("sleep", {"milliseconds": 600_000})
    wire.notify("notifications/cancelled", {"requestId": call})
    # The id is free again, and the one answer to it is the new call's.
    wire.start_call("echo", {"message": "after"}, id=call)
    assert wire.result_of(call).text == "after"
    wire.close_input()
    assert wire.finish() == 0
    assert len(wire.answers_to(call)) == 1


def test_a_question_to_the_client_is_withdrawn_with_the_call_that_needed_it(begin):
    wire = begin(capabilities=everything_declared)
    call = wire.start_call("ask")
    question = wire.wait_for_method("elicitation/create")
    wire.notify("notifications/cancelled", {"requestId": call})
    assert wire.wait_for_method("notifications/cancelled")["params"]["requestId"] == question["id"]
    wire.send({"jsonrpc": "2.0", "id": question["id"], "result": {"action": "cancel"}})
    wire.request("ping")
    assert wire.answers_to(call) == []


def test_the_client_is_asked_only_for_what_it_declared(begin):
    wire = begin(capabilities={"elicitation": {}})
    for name, capability in (("sample", "sampling"), ("roots", "roots"), ("ask_url", "elicitation.url")):
        said = wire.call(name, {"question": "?"})
        assert said["result"]["isError"] is True and f"'{capability}'" in said.text
    assert not [frame for frame in wire.frames if frame.method and "id" in frame]


def test_an_error_of_the_client_is_an_error_of_the_tool(begin):
    wire = begin(capabilities=everything_declared)
    call = wire.start_call("sample", {"question": "?"})
    asked = wire.wait_for_method("sampling/createMessage")
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -1, "message": "User rejected"}})
    said = wire.result_of(call)
    assert said["result"]["isError"] is True and "-1: User rejected" in said.text


def test_a_page_can_be_required_before_a_call(begin):
    wire = begin(capabilities=everything_declared)
    error = wire.call("require_url", {"url": "https://example.test/"})["error"]
    assert error["code"] == -32042
    wanted = error["data"]["elicitations"][0]
    assert wanted["mode"] == "url" and wanted["url"] == "https://example.test/"
    done = wire.wait_for_method("notifications/elicitation/complete")
    assert done["params"]["elicitationId"] == wanted["elicitationId"]
    assert "has visited" in wire.call("require_url", {"url": "https://example.test/"}).text


def test_a_subscription_brings_updates_of_the_counter(begin):
    wire = begin()
    wire.call("count")
    wire.request("resources/subscribe", {"uri": "example://counter"})
    wire.call("count")
    wire.request("resources/unsubscribe", {"uri": "example://counter"})
    assert wire.call("count").text == "3"
    assert [frame["params"]["uri"] for frame in wire.frames if frame.method == "notifications/resources/updated"] == [
        "example://counter"
    ]
    assert wire.request("resources/read", {"uri": "example://counter"})["result"]["contents"][0]["text"] == "3"
    refused = wire.request("resources/subscribe", {"uri": "example://nowhere"})["error"]
    assert refused["code"] == -32002 and refused["data"] == {"uri": "example://nowhere"}


@pytest.mark.parametrize("kind", ["tool", "resource", "prompt"])
def test_lists_change_and_say_so(begin, kind):
    wire = begin()
    before = len(wire.items(f"{kind}s"))
    wire.call(f"add_{kind}", {"name": "new"})
    wire.wait_for_method(f"notifications/{kind}s/list_changed")
    added = wire.items(f"{kind}s")[-1]
    assert added["name"] == "new" and len(wire.items(f"{kind}s")) == before + 1
    if kind == "tool":
        assert wire.call("new").text == "new was added"
    elif kind == "resource":
        assert wire.request("resources/read", {"uri": added["uri"]})["result"]["contents"][0]["text"] == "This is new."
    else:
        assert wire.request("prompts/get", {"name": "new"})["result"]["messages"]
    for tool, name in ((f"add_{kind}", "new"), (f"add_{kind}", "a b"), (f"remove_{kind}", "greeting")):
        assert wire.call(tool, {"name": name})["result"]["isError"] is True
    wire.call(f"remove_{kind}", {"name": "new"})
    assert len(wire.items(f"{kind}s")) == before
    assert len([frame for frame in wire.frames if frame.method == f"notifications/{kind}s/list_changed"]) == 2


def test_completion_follows_what_is_typed_and_what_was_chosen(begin):
    wire = begin()

    def complete(reference, name, value, chosen=None):
        params = {"ref": reference, "argument": {"name": name, "value": value}}
        if chosen:
            params["context"] = {"arguments": chosen}
        return wire.request("completion/complete", params)["result"]["completion"]

    travel = {"type": "ref/prompt", "name": "travel"}
    assert complete(travel, "country", "g")["values"] == ["Germany"]
    assert complete(travel, "city", "", {"country": "Japan"})["values"] == ["Kyoto", "Osaka", "Tokyo"]
    assert complete(travel, "city", "l")["values"] == ["Leipzig", "Lyon"]
    items = complete({"type": "ref/resource", "uri": "example://item/{id}"}, "id", "")
    assert (len(items["values"]), items["total"], items["hasMore"]) == (100, 250, True)
    unknown = {"ref": {"type": "ref/prompt", "name": "none"}, "argument": {"name": "x", "value": ""}}
    assert wire.request("completion/complete", unknown)["error"]["code"] == -32602


def test_a_task_works_on_while_its_client_does_other_things(begin):
    wire = begin()
    task = task_of(
        wire, wire.start("tools/call", {"name": "sleep", "arguments": {"milliseconds": 300}, "task": {"ttl": 60_000}})
    )
    now = wire.request("tasks/get", {"taskId": task})["result"]
    assert (now["status"], now["ttl"]) == ("working", 60_000)
    assert [entry["taskId"] for entry in wire.request("tasks/list")["result"]["tasks"]] == [task]
    result = wire.request("tasks/result", {"taskId": task})
    assert result.text == "Slept for 300 ms."
    assert result["result"]["_meta"]["io.modelcontextprotocol/related-task"] == {"taskId": task}
    assert wire.request("tasks/get", {"taskId": task})["result"]["status"] == "completed"
    assert wire.request("tasks/cancel", {"taskId": task})["error"]["code"] == -32602
    assert wire.request("tasks/result", {"taskId": task}).text == "Slept for 300 ms."
    statuses = [frame["params"]["status"] for frame in wire.frames if frame.method == "notifications/tasks/status"]
    assert statuses == ["completed"]


def test_a_cancelled_task_stays_cancelled(begin):
    wire = begin()
    task = task_of(
        wire, wire.start("tools/call", {"name": "sleep", "arguments": {"milliseconds": 600_000}, "task": {}})
    )
    waiting = wire.start("tasks/result", {"taskId": task})
    assert wire.request("tasks/cancel", {"taskId": task})["result"]["status"] == "cancelled"
    assert "error" in wire.result_of(waiting)
    assert wire.request("tasks/get", {"taskId": task})["result"]["status"] == "cancelled"


def test_a_task_that_needs_the_user_says_so(begin):
    wire = begin(capabilities=everything_declared)
    task = task_of(wire, wire.start("tools/call", {"name": "ask", "task": {}}))
    asked = wire.wait_for_method("elicitation/create")
    assert asked["params"]["_meta"]["io.modelcontextprotocol/related-task"] == {"taskId": task}
    assert wire.request("tasks/get", {"taskId": task})["result"]["status"] == "input_required"
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "decline"}})
    assert json.loads(wire.request("tasks/result", {"taskId": task}).text) == {"action": "decline"}


def test_a_task_is_forgotten_after_its_time(begin):
    wire = begin()
    call = {"name": "sleep", "arguments": {"milliseconds": 600_000}, "task": {"ttl": 100}}
    task = task_of(wire, wire.start("tools/call", call))
    assert "expired" in wire.request("tasks/result", {"taskId": task})["error"]["message"]
    assert wire.request("tasks/get", {"taskId": task})["error"]["code"] == -32602
    assert wire.request("tasks/list")["result"]["tasks"] == []


def test_what_cannot_be_a_task_is_refused_as_one(begin):
    wire = begin()
    assert wire.request("tools/call", {"name": "echo", "task": {}})["error"]["code"] == -32601


def test_a_batch_is_answered_as_one_where_the_revision_has_batches(begin):
    wire = begin(revision="2025-03-26")
    wire.send(
        [
            {"jsonrpc": "2.0", "id": "a", "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/roots/list_changed"},
            {"jsonrpc": "2.0", "id": "b", "method": "tools/call", "params": {"name": "sleep", "arguments": {}}},
            {"jsonrpc": "2.0", "id": "c", "method": "tools/call", "params": {"name": "fail"}},
        ]
    )
    answers = wire.wait_for(lambda frame: isinstance(frame.json, list)).json
    assert {answer["id"] for answer in answers} == {"a", "b", "c"}
    wire = begin()
    wire.strict = False
    wire.send([{"jsonrpc": "2.0", "id": 9, "method": "ping"}])
    assert wire.wait_for(lambda frame: "error" in frame)["error"]["code"] == -32600


def test_bad_messages_are_refused_and_the_next_is_served(begin):
    wire = begin()
    wire.strict = False
    for line, code in (
        (b"not json", -32700),
        (b"[" * 600 + b"]" * 600, -32700),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600),
        (b'{"jsonrpc":"1.0","id":70,"method":"ping"}', -32600),
        (b'{"jsonrpc":"2.0","id":71,"method":"ping","params":[]}', -32600),
        (b'{"jsonrpc":"2.0","id":72,"method":"server/discover"}', -32601),
        (b'{"jsonrpc":"2.0","id":73,"method":"tools/call","params":{"name":"none"}}', -32602),
        (b'{"jsonrpc":"2.0","id":74,"method":"roots/list"}', -32601),
        (b'{"jsonrpc":"2.0","id":75,"method":"initialize"}', -32602),
    ):
        before = len(wire.frames)
        wire.send_bytes(line + b"\n")
        refused = wire.wait_for(lambda frame: "error" in frame, after=before)
        assert refused["error"]["code"] == code, line[:60]
    assert wire.request("ping")["result"] == {}


def test_only_ping_comes_before_the_handshake(begin):
    wire = begin(revision=None)
    assert wire.request("ping")["result"] == {}
    assert wire.request("tools/list")["error"]["code"] == -32600
    assert wire.call("echo", {"message": "x"})["error"]["code"] == -32600
    assert wire.initialize("1999-01-01")["result"]["protocolVersion"] == "2025-11-25"
    assert wire.call("echo", {"message": "x"}).text == "x"


def test_an_id_is_in_use_until_it_is_answered(begin):
    wire = begin()
    wire.start_call("sleep", {"milliseconds": 600_000}, id="same")
    again = wire.start_call("echo", {"message": "x"}, id="same")
    assert "in use" in wire.result_of(again)["error"]["message"]


def test_a_large_answer_arrives_whole(begin):
    wire = begin()
    assert len(wire.call("large", {"bytes": 20 << 20}).text) == 20 << 20


def test_a_client_that_does_not_read_is_read_on(begin):
    # Whoever stops reading while its own answers wait ends in a deadlock with a client that writes before it reads.
    wire = begin()
    wire.stop_reading()
    padding = "x" * 65536
    calls = []

    def ask() -> None:
        for _ in range(100):
            calls.append(wire.start_call("large", {"bytes": 1 << 20, "padding": padding}))

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(30)
    assert len(calls) == 100
    wire.go_on_reading()
    assert all(len(wire.result_of(call).text) == 1 << 20 for call in calls)


def test_at_the_end_of_input_what_can_be_answered_is_answered(begin):
    wire = begin(capabilities=everything_declared)
    sleeping = wire.start_call("sleep", {"milliseconds": 600_000})
    asking = wire.start_call("ask")
    wire.wait_for_method("elicitation/create")
    wire.start("tools/call", {"name": "sleep", "arguments": {"milliseconds": 600_000}, "task": {}})
    echo = wire.start_call("echo", {"message": "last"})
    start = time.monotonic()
    wire.close_input()
    assert wire.finish() == 0
    assert time.monotonic() - start < 3
    assert wire.result_of(echo).text == "last"
    assert wire.result_of(asking)["result"]["isError"] is True
    assert wire.answers_to(sleeping) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(begin, number):
    wire = begin()
    wire.start_call("sleep", {"milliseconds": 600_000})
    wire.request("ping")
    wire.process.send_signal(number)
    assert wire.finish() == 0


def test_the_command_line_is_explained():
    command = junction.example()["command"]
    said = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=10)
    assert said.returncode == 0 and "--page-size" in said.stdout
    for wrong in (["--page-size"], ["--page-size", "0"], ["--pages"]):
        said = subprocess.run([command, *wrong], capture_output=True, text=True, timeout=10)
        assert said.returncode == 2 and said.stdout == "" and "mcp-example-server: " in said.stderr
