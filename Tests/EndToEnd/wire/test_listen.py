"""`subscriptions/listen`: what a modern client is told, on which of its listens, and what servers are asked for it."""

import base64
import json

import pytest

from support import processes
from support.junction import scripted, stateless
from support.modern import Modern, meta
from support.record import received

changed = "notifications/tools/list_changed"
updated = "notifications/resources/updated"
tool = {"name": "fresh", "inputSchema": {"type": "object"}}


@pytest.fixture
def client(start, tmp_path):
    """A modern client before a legacy server "old" and a modern one "new", each with two resources."""
    records = {name: tmp_path / name for name in ("old", "new")}

    def owned(name: str) -> list[dict]:
        return [{"uri": f"{name}://{part}", "name": part} for part in ("a", "b")]

    wire = start(
        {
            "old": scripted(record=str(records["old"]), name="old", resources=owned("old"), owns="old://"),
            "new": stateless(record=str(records["new"]), name="new", resources=owned("new")),
        },
        junction={"listsWait": "20s"},
    )
    client = Modern(wire)
    client.records = records
    client.items("resources")
    return client


def change(client: Modern, server: str, *items: dict) -> None:
    client.call(f"{server}__change", {"list": "tools", "keep": True, "items": [*items]})


def update(client: Modern, server: str, uri: str) -> None:
    if server == "new":
        client.call("new__update", {"uri": uri})
    else:
        frame = json.dumps({"jsonrpc": "2.0", "method": updated, "params": {"uri": uri}}).encode() + b"\n"
        client.call("old__play", {"before": [base64.b64encode(frame).decode()]})


@pytest.mark.parametrize("id", [7, "7", "x", 0, "", 9007199254740993])
def test_a_listen_is_acknowledged_first_and_everything_on_it_has_its_id(client, id):
    listen = client.listen(id, toolsListChanged=True, resourceSubscriptions=["new://a"])
    assert listen.honoured() == {"toolsListChanged": True, "resourceSubscriptions": ["new://a"]}
    change(client, "old", tool)
    listen.wait_for(changed)
    update(client, "new", "new://a")
    listen.wait_for(updated, uri="new://a")
    assert listen.frames[0].method == "notifications/subscriptions/acknowledged"


def test_each_listen_hears_what_it_asked_for_and_nothing_else(client):
    tools = client.listen("tools", toolsListChanged=True)
    prompts = client.listen("prompts", promptsListChanged=True, resourcesListChanged=True)
    one = client.listen(1, resourceSubscriptions=["old://a"])
    both = client.listen("1", toolsListChanged=True, resourceSubscriptions=["old://a", "new://b"])
    for listen in (tools, prompts, one, both):
        listen.honoured()
    change(client, "new", tool)
    tools.wait_for(changed)
    both.wait_for(changed)
    update(client, "old", "old://a")
    one.wait_for(updated)
    both.wait_for(updated)
    update(client, "new", "new://b")
    both.wait_for(updated, uri="new://b")
    client.call("old__change", {"list": "prompts", "items": [{"name": "p"}]})
    prompts.wait_for("notifications/prompts/list_changed")
    client.call("new__change", {"list": "resources", "items": [{"uri": "new://c", "name": "c"}]})
    prompts.wait_for("notifications/resources/list_changed")
    assert [frame.method for frame in tools.frames[1:]] == [changed]
    assert [frame.method for frame in one.frames[1:]] == [updated]
    assert sorted(frame.method for frame in both.frames[1:]) == sorted([changed, updated, updated])
    assert len(prompts.frames) == 3


def test_a_listen_for_nothing_is_acknowledged_as_such(client):
    assert client.listen().honoured() == {}
    assert (
        client.listen(toolsListChanged=False, resourceSubscriptions=[]).honoured().get("toolsListChanged") is not True
    )


@pytest.mark.parametrize("params", [{}, {"notifications": 7}, {"notifications": None}, {"notifications": []}])
def test_a_listen_without_a_filter_is_refused(client, params):
    client.wire.strict = False
    assert client.request("subscriptions/listen", params)["error"]["code"] == -32602


def test_a_legacy_client_has_no_listens(client):
    client.wire.initialize()
    client.wire.strict = False
    assert client.wire.request("subscriptions/listen", {"notifications": {}})["error"]["code"] in (-32601, -32602)


def test_a_cancelled_listen_ends_without_an_answer(client):
    gone = client.listen("gone", toolsListChanged=True)
    stays = client.listen("stays", toolsListChanged=True)
    gone.honoured()
    stays.honoured()
    gone.cancel()
    change(client, "old", tool)
    stays.wait_for(changed)
    assert len(gone.frames) == 1 and client.wire.answers_to("gone") == []
    again = client.listen("gone", toolsListChanged=True)
    assert again.honoured()


def test_listens_end_with_a_result_when_the_gateway_does(client):
    ids = ["x", 5]
    for id in ids:
        client.listen(id, toolsListChanged=True).honoured()
    client.wire.close_input()
    for id in ids:
        answer = client.wire.result_of(id)
        assert answer["result"]["resultType"] == "complete"
        assert json.dumps(answer.subscription) == json.dumps(id)
    assert client.wire.finish() == 0


def test_a_legacy_server_is_subscribed_to_once_and_until_the_last_listen_ends(client):
    listens = [client.listen(id, resourceSubscriptions=["old://a"]) for id in ("x", "y")]
    for listen in listens:
        assert listen.honoured() == {"resourceSubscriptions": ["old://a"]}
    record = client.records["old"]
    assert [one["params"]["uri"] for one in received(record, "resources/subscribe")] == ["old://a"]
    listens[0].cancel()
    client.call("old__echo")
    assert received(record, "resources/unsubscribe") == []
    update(client, "old", "old://a")
    listens[1].wait_for(updated)
    listens[1].cancel()
    client.call("old__echo")
    processes.wait_until(lambda: received(record, "resources/unsubscribe"), 5, "the end of the subscription")


def test_the_change_of_a_part_reaches_those_who_listen_to_the_whole(client):
    for server in ("old", "new"):
        listen = client.listen(f"{server} listen", resourceSubscriptions=[f"{server}://a"])
        listen.honoured()
        update(client, server, f"{server}://a/part")
        listen.wait_for(updated, uri=f"{server}://a/part")


def open_listens(record) -> list[dict]:
    """Returns the filters of the listens that a modern server has open."""
    cancelled = [frame["params"]["requestId"] for frame in received(record, "notifications/cancelled")]
    listens = received(record, "subscriptions/listen")
    return [frame["params"]["notifications"] for frame in listens if frame["id"] not in cancelled]


def test_a_modern_server_has_one_listen_for_all_of_ours(client):
    first = client.listen("first", toolsListChanged=True, resourceSubscriptions=["new://a"])
    second = client.listen("second", resourceSubscriptions=["new://a", "new://b"])
    first.honoured()
    second.honoured()
    record = client.records["new"]

    def wanted() -> bool:
        filters = open_listens(record)
        return len(filters) == 1 and sorted(filters[0].get("resourceSubscriptions", [])) == ["new://a", "new://b"]

    processes.wait_until(wanted, 5, lambda: str(open_listens(record)))
    update(client, "new", "new://a")
    first.wait_for(updated)
    second.wait_for(updated)
    update(client, "new", "new://b")
    second.wait_for(updated, uri="new://b")
    assert [frame["params"].get("uri") for frame in first.frames[1:]] == ["new://a"]
    assert [frame["params"].get("uri") for frame in second.frames[1:]] == ["new://a", "new://b"]


def test_only_what_a_server_acknowledges_is_acknowledged(start):
    wire = start(
        {
            "new": stateless(honour=["toolsListChanged"], resources=[{"uri": "new://a", "name": "a"}]),
            "mute": scripted(capabilities={"tools": {}, "resources": {}}, resources=[{"uri": "mute://a", "name": "a"}]),
        },
        junction={"listsWait": "20s"},
    )
    client = Modern(wire)
    client.items("resources")
    listen = client.listen(toolsListChanged=True, resourceSubscriptions=["new://a", "mute://a", "nobody://a"])
    honoured = listen.honoured()
    assert honoured["toolsListChanged"] is True
    assert not {"new://a", "mute://a"} & set(honoured.get("resourceSubscriptions", []))


def test_a_server_that_acknowledges_nothing_does_not_hold_the_others_up(start):
    wire = start(
        {
            "silent": stateless(listen="ignore", resources=[{"uri": "silent://a", "name": "a"}]),
            "new": stateless(resources=[{"uri": "new://a", "name": "a"}]),
        },
        junction={"listsWait": "20s"},
    )
    client = Modern(wire)
    client.items("resources")
    listen = client.listen(toolsListChanged=True, resourceSubscriptions=["silent://a", "new://a"])
    assert listen.honoured(seconds=5) == {"toolsListChanged": True, "resourceSubscriptions": ["new://a"]}


def test_a_listen_goes_on_when_a_server_ends_its_own(client):
    listen = client.listen(toolsListChanged=True, resourceSubscriptions=["new://a"])
    listen.honoured()
    count = len(received(client.records["new"], "subscriptions/listen"))
    client.call("new__end")
    processes.wait_until(
        lambda: len(received(client.records["new"], "subscriptions/listen")) > count, 10, "another listen"
    )
    before = len(client.wire.frames)
    change(client, "new", tool)
    listen.wait_for(changed, after=before)
    update(client, "new", "new://a")
    listen.wait_for(updated, after=before)


@pytest.mark.parametrize(
    "server, tool_name, arguments", [("old", "play", {"answer": False, "exit": 1}), ("new", "leave", {})]
)
def test_a_listen_goes_on_when_a_server_comes_back(client, server, tool_name, arguments):
    listen = client.listen(resourceSubscriptions=[f"{server}://a"])
    listen.honoured()
    before = len(client.wire.frames)
    client.call(f"{server}__{tool_name}", arguments)
    listen.wait_for(updated, after=before, uri=f"{server}://a")
    before = len(client.wire.frames)
    update(client, server, f"{server}://a/part")
    listen.wait_for(updated, after=before, uri=f"{server}://a/part")


def test_an_untagged_change_is_for_the_legacy_session_alone(client):
    wire = client.wire
    wire.initialize()
    wire.tool_names()
    listen = client.listen("m", toolsListChanged=True)
    listen.honoured()
    before = len(wire.frames)
    change(client, "new", tool)
    listen.wait_for(changed, after=before)
    wire.wait_for(lambda frame: frame.method == changed and frame.subscription is None, after=before)
    assert len([frame for frame in wire.frames[before:] if frame.method == changed]) == 2


def test_what_a_legacy_client_subscribes_to_at_a_modern_server_is_listened_to(client):
    wire = client.wire
    wire.initialize()
    assert wire.request("resources/subscribe", {"uri": "new://a"})["result"] == {}
    before = len(wire.frames)
    update(client, "new", "new://a")
    frame = wire.wait_for_method(updated, after=before)
    assert frame["params"]["uri"] == "new://a" and frame.subscription is None
    assert wire.request("resources/unsubscribe", {"uri": "new://a"})["result"] == {}
    processes.wait_until(
        lambda: not any(one.get("resourceSubscriptions") for one in open_listens(client.records["new"])),
        5,
        lambda: str(open_listens(client.records["new"])),
    )


def test_a_legacy_client_is_refused_a_subscription_that_a_modern_server_does_not_honour(start):
    wire = start(
        {
            "new": stateless(honour=["toolsListChanged"], resources=[{"uri": "new://a", "name": "a"}]),
            "two": scripted(),
        }
    )
    wire.initialize()
    wire.items("resources")
    assert wire.request("resources/subscribe", {"uri": "new://a"})["error"]["code"] in (-32601, -32602)


def test_a_clashing_uri_is_listened_to_under_its_listed_name(start):
    resources = [{"uri": "mem://same", "name": "same"}]
    wire = start({"one": stateless(resources=resources), "two": stateless(resources=resources)})
    client = Modern(wire)
    uris = [item["uri"] for item in client.items("resources")]
    listen = client.listen(resourceSubscriptions=uris)
    assert listen.honoured() == {"resourceSubscriptions": uris}
    client.call("two__update", {"uri": "mem://same"})
    assert listen.wait_for(updated)["params"]["uri"] == uris[1]
    client.call("one__update", {"uri": "mem://same"})
    listen.wait_for(updated, uri=uris[0])


def test_a_listen_whose_id_is_in_use_is_refused(client):
    client.listen("x", toolsListChanged=True).honoured()
    client.wire.strict = False
    client.wire.send({"jsonrpc": "2.0", "id": "x", "method": "tools/list", "params": {"_meta": meta()}})
    assert client.wire.result_of("x")["error"]["code"] == -32600
