"""The few tools that stand in the place of all for clients that cannot search, in both eras."""

import json
import shlex

import pytest

from support.junction import scripted, stateless
from support.modern import Modern
from support.record import lines, received

reads = {
    "name": "find_page",
    "description": "Finds pages of the handbook",
    "inputSchema": {"type": "object", "properties": {"words": {"type": "string"}}},
    "annotations": {"readOnlyHint": True},
}
writes = {"name": "erase_page", "description": "Erases a page", "inputSchema": {"type": "object"}}


@pytest.fixture(params=["legacy", "modern"])
def client(start, request, tmp_path):
    make = scripted if request.param == "legacy" else stateless
    record = tmp_path / "received"
    docs = make(tools=[reads, writes], record=str(record), instructions="Pages of the handbook")
    wire = start({"docs": docs, "other": make()}, {"face": "search"})
    client = wire if request.param == "legacy" else Modern(wire)
    if request.param == "legacy":
        wire.initialize()
    client.record = record
    return client


def call(client, own: str, **arguments):
    return client.request("tools/call", {"name": own, "arguments": arguments})


def test_the_list_is_four_tools_whatever_servers_have(client):
    tools = {tool["name"]: tool["annotations"] for tool in client.request("tools/list")["result"]["tools"]}
    assert list(tools) == ["search_tools", "describe_tool", "call_read_tool", "call_write_tool"]
    assert [hints["readOnlyHint"] for hints in tools.values()] == [True, True, True, False]
    assert [hints["destructiveHint"] for hints in tools.values()] == [False, False, False, True]


def test_a_tool_is_found_described_and_called(client):
    found = json.loads(call(client, "search_tools", query="pages of the handbook")["result"]["content"][0]["text"])
    assert found[0]["name"] == "docs__find_page" and len(found) <= 6
    assert found[0]["server"] == "docs" and found[0]["category"] == "Pages of the handbook"
    assert found[0]["inputSchema"] == reads["inputSchema"] and found[0]["callWith"] == "call_read_tool"
    whole = json.loads(call(client, "describe_tool", name="docs__find_page")["result"]["content"][0]["text"])
    assert whole == {**reads, "name": "docs__find_page"}
    call(client, "call_read_tool", name="docs__find_page", arguments={"words": "a"})
    (request,) = received(client.record, "tools/call")
    assert request["params"]["name"] == "find_page" and request["params"]["arguments"] == {"words": "a"}


def test_a_jump_to_the_other_class_is_refused(client):
    for wrong, tool, right in [
        ("call_read_tool", "docs__erase_page", "call_write_tool"),
        ("call_write_tool", "docs__find_page", "call_read_tool"),
    ]:
        answer = call(client, wrong, name=tool, arguments={})["result"]
        assert answer["isError"] is True and right in answer["content"][0]["text"]
    assert call(client, "docs__erase_page")["error"]["code"] == -32602
    assert lines(client.record, "tools/call") == []


def test_a_call_that_waits_for_a_slow_server_arrives_whole(start, tmp_path):
    """Its list comes before it can be called, and what waits for it is what was carried."""
    record = tmp_path / "received"
    entry = scripted(tools=[reads], record=str(record))
    words = " ".join(shlex.quote(word) for word in [entry["command"], *entry["args"]])
    slow = {"command": "/bin/sh", "args": ["-c", f"sleep 1.5; exec {words}"]}
    wire = start({"docs": slow, "other": scripted()}, {"face": "search", "listsWait": "200ms"}, tee=False)
    wire.initialize()
    calls = [
        wire.start_call("call_read_tool", {"name": "docs__find_page", "arguments": {"words": f"w{n}"}})
        for n in range(3)
    ]
    for id in calls:
        assert "result" in wire.result_of(id, 20)
    sent = received(record, "tools/call")
    assert [request["params"]["name"] for request in sent] == ["find_page"] * 3
    assert sorted(request["params"]["arguments"]["words"] for request in sent) == ["w0", "w1", "w2"]
