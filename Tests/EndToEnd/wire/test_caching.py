"""How long, and for whom, results may be kept: what we say of it, and what we keep ourselves."""

import pytest

from support.junction import scripted, stateless
from support.modern import Modern
from support.record import received

resources = [{"uri": "new://a", "name": "a"}, {"uri": "new://b", "name": "b"}]
long = 600_000


@pytest.fixture
def record(tmp_path):
    return tmp_path / "received"


@pytest.fixture
def client(start, record):
    """A client before a modern server with these hints, and its record."""

    def client(**behaviour) -> Modern:
        wire = start({"new": stateless(record=str(record), resources=resources, **behaviour)})
        client = Modern(wire)
        client.items("resources")
        client.reads = lambda: [one["params"]["uri"] for one in received(record, "resources/read")]
        return client

    return client


@pytest.mark.parametrize("kind", ["tools", "prompts", "resources", "resources/templates"])
@pytest.mark.parametrize(
    "first, second, expected",
    [
        ((5000, "public"), (60000, "public"), (5000, "public")),
        ((60000, "private"), (5000, "public"), (5000, "private")),
        ((60000, "public"), (0, "public"), (0, "public")),
    ],
)
def test_a_merged_list_is_kept_as_briefly_and_privately_as_its_strictest_part(start, kind, first, second, expected):
    one = stateless(ttlMs=first[0], scope=first[1])
    two = stateless(ttlMs=second[0], scope=second[1])
    client = Modern(start({"one": one, "two": two}))
    client.items("tools")
    result = client.request(f"{kind}/list")["result"]
    assert result["cacheScope"] == expected[1]
    assert result["ttlMs"] <= expected[0] and (result["ttlMs"] > 0) == (expected[0] > 0)


def test_a_list_with_a_legacy_server_in_it_is_private(start):
    client = Modern(start({"one": stateless(ttlMs=long, scope="public"), "two": scripted()}))
    client.items("tools")
    result = client.request("tools/list")["result"]
    assert result["cacheScope"] == "private"


@pytest.mark.parametrize("kind", ["tools", "prompts", "resources", "resources/templates"])
def test_a_fresh_list_is_not_read_again(client, record, kind):
    one = client(ttlMs=long)
    one.items(kind)
    count = len(received(record, f"{kind}/list"))
    for _ in range(3):
        one.items(kind)
    assert len(received(record, f"{kind}/list")) == count == 1


def test_a_list_that_changed_is_read_again_however_fresh(client):
    one = client(ttlMs=long)
    listen = one.listen(toolsListChanged=True)
    listen.honoured()
    one.call(
        "new__change", {"list": "tools", "keep": True, "items": [{"name": "x", "inputSchema": {"type": "object"}}]}
    )
    listen.wait_for("notifications/tools/list_changed")
    assert "new__x" in one.tool_names()


def test_a_fresh_resource_is_not_read_again(client):
    one = client(ttlMs=long)
    first = one.request("resources/read", {"uri": "new://a"})["result"]
    second = one.request("resources/read", {"uri": "new://a"})["result"]
    assert one.reads() == ["new://a"]
    assert second["contents"] == first["contents"]
    assert 0 < second["ttlMs"] <= first["ttlMs"] <= long
    one.request("resources/read", {"uri": "new://b"})
    assert one.reads() == ["new://a", "new://b"], "another resource is another result"


def test_a_stale_resource_is_read_again(client):
    one = client(ttlMs=0)
    for _ in range(2):
        assert one.request("resources/read", {"uri": "new://a"})["result"]["ttlMs"] == 0
    assert one.reads() == ["new://a"] * 2


def test_a_resource_is_fresh_for_as_long_as_its_server_said(client):
    one = client(ttlMs=300)
    left = one.request("resources/read", {"uri": "new://a"})["result"]["ttlMs"]
    while left > 0:
        answer = one.request("resources/read", {"uri": "new://a"})["result"]["ttlMs"]
        if answer > left:
            break
        left = answer
    assert len(one.reads()) == 2


def test_a_resource_that_changed_is_read_again_however_fresh(client):
    one = client(ttlMs=long)
    listen = one.listen(resourceSubscriptions=["new://a"])
    listen.honoured()
    one.request("resources/read", {"uri": "new://a"})
    one.call("new__update", {"uri": "new://a"})
    listen.wait_for("notifications/resources/updated")
    one.request("resources/read", {"uri": "new://a"})
    assert one.reads() == ["new://a"] * 2


def test_a_legacy_client_is_served_what_is_fresh_as_well(client):
    one = client(ttlMs=long, scope="public")
    wire = one.wire
    wire.initialize()
    one.request("resources/read", {"uri": "new://a"})
    result = wire.request("resources/read", {"uri": "new://a"})["result"]
    assert result["contents"][0]["text"].endswith("read new://a")
    assert one.reads() == ["new://a"]


def test_what_came_of_an_input_is_never_kept(client):
    one = client(ttlMs=long, inputs={"resources/read": {"q": {"method": "roots/list"}}})
    for _ in range(2):
        answer = one.request("resources/read", {"uri": "new://a"}, capabilities={"roots": {}})
        _, state = one.asked(answer)
        said = {"inputResponses": {"q": {"roots": []}}, "requestState": state}
        answer = one.request("resources/read", {"uri": "new://a", **said}, capabilities={"roots": {}})
        assert answer["result"]["resultType"] == "complete"
    assert len(one.reads()) == 4


def test_an_error_is_never_kept(client):
    one = client(ttlMs=long, missing=["new://a"])
    for _ in range(2):
        assert one.request("resources/read", {"uri": "new://a"})["error"]["code"] == -32602
    assert len(one.reads()) == 2


def test_nothing_is_kept_over_a_restart_of_its_server(client):
    one = client(ttlMs=long)
    one.request("resources/read", {"uri": "new://a"})
    one.call("new__leave")
    one.call("new__echo")
    one.request("resources/read", {"uri": "new://a"})
    assert one.reads() == ["new://a"] * 2


def test_prompts_and_tools_are_asked_every_time(client, record):
    one = client(ttlMs=long, prompts=[{"name": "p"}])
    one.items("prompts")
    for _ in range(2):
        one.request("prompts/get", {"name": "new__p"})
        one.call("new__echo")
    assert len(received(record, "prompts/get")) == len(received(record, "tools/call")) == 2


def test_reading_many_names_that_are_not_there_harms_nothing(client):
    one = client(ttlMs=long)
    for number in range(300):
        answer = one.request("resources/read", {"uri": f"new://none/{number}"})
        assert answer["error"]["code"] == -32602
    assert one.request("resources/read", {"uri": "new://a"})["result"]["contents"]
