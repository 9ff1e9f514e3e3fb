"""What clients are shown: filters and names on the list and on the call, in both eras, by entry and by profile."""

import pytest

from support.junction import scripted, stateless
from support.modern import Modern
from support.record import received

reads = {"name": "look", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
writes = {"name": "put", "inputSchema": {"type": "object"}, "annotations": {"destructiveHint": False}}
destroys = {"name": "drop", "inputSchema": {"type": "object"}}
tools = [reads, writes, destroys]


@pytest.fixture(params=["legacy", "modern"])
def connect(start, request, tmp_path):
    """Starts a gateway over a server of one era, and connects a client of the same."""

    def connect(junction: dict | None = None, entry: dict | None = None, arguments=()):
        make = scripted if request.param == "legacy" else stateless
        record = tmp_path / "received"
        one = {**make(tools=tools, record=str(record)), **(entry or {})}
        wire = start({"one": one, "two": make(tools=tools)}, junction, arguments=arguments)
        client = wire if request.param == "legacy" else Modern(wire)
        if request.param == "legacy":
            wire.initialize()
        client.record = record
        return client

    return connect


def names(client) -> list[str]:
    """The listed tools, but for those that the servers of the test bed always have."""
    listed = [tool["name"] for tool in client.request("tools/list")["result"]["tools"]]
    return sorted(name for name in listed if name.split("__")[-1] in ("look", "put", "drop", "see"))


def refused(client, name: str) -> bool:
    answer = client.request("tools/call", {"name": name, "arguments": {}})
    return "error" in answer and answer["error"]["code"] == -32602


def reached(client) -> list[str]:
    return [one["params"]["name"] for one in received(client.record, "tools/call")]


@pytest.mark.parametrize(
    "entry, seen",
    [
        ({"excludeTools": ["d*"]}, ["look", "put"]),
        ({"includeTools": ["l*"]}, ["look"]),
        ({"junction": {"readOnly": True}}, ["look"]),
        ({"junction": {"hideDestructive": True}}, ["look", "put"]),
    ],
)
def test_what_an_entry_hides_is_neither_listed_nor_called(connect, entry, seen):
    client = connect(entry=entry)
    assert [name for name in names(client) if name.startswith("one__")] == [f"one__{name}" for name in seen]
    for tool in ["look", "put", "drop"]:
        assert refused(client, f"one__{tool}") == (tool not in seen)
    # A name that no list holds is the server's affair, unless it may be hidden.
    client.request("tools/call", {"name": "one__unlisted", "arguments": {}})
    assert set(reached(client)) == {*seen, *(["unlisted"] if "excludeTools" in entry else [])}


def test_a_profile_is_given_by_the_name_of_the_client(connect):
    profiles = {
        "x": {"clients": ["WIR*"], "servers": {"one": {"prefix": "", "rename": {"look": "see"}}}, "readOnly": True}
    }
    client = connect({"profiles": profiles})
    assert names(client) == ["see"]
    assert refused(client, "drop")
    client.request("tools/call", {"name": "see", "arguments": {}})
    assert reached(client) == ["look"]


def test_a_profile_is_given_on_the_command_line(connect):
    profiles = {"x": {"servers": ["two"]}, "y": {"clients": ["*"]}}
    client = connect({"profiles": profiles}, arguments=("serve", "--profile", "x"))
    assert names(client) == ["two__drop", "two__look", "two__put"]
    assert refused(client, "one__look")


def test_a_profile_that_is_not_there_shows_nothing(connect):
    client = connect(arguments=("serve", "--profile", "x"))
    assert names(client) == []
    assert refused(client, "one__look")
