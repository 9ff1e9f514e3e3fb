"""The test bed of the modern era itself: the raw client and the scripted server, without a gateway between them."""

import base64

import pytest

from support import junction
from support.modern import Modern, retry
from support.wire import Wire


@pytest.fixture
def direct():
    started = []

    def start(**behaviour) -> Modern:
        entry = junction.stateless(**behaviour)
        started.append(Wire([entry["command"], *entry["args"]]))
        return Modern(started[-1])

    yield start
    for wire in started:
        wire.abandon()
        wire.check()


def test_the_scripted_server_speaks_the_modern_era(direct):
    client = direct(instructions="read me", resources=[{"uri": "a:b", "name": "b"}], prompts=[{"name": "p"}], page=4)
    assert client.discover()["instructions"] == "read me"
    assert len(client.tool_names()) == 13
    assert client.call("echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}
    assert client.request("resources/read", {"uri": "a:b"})["result"]["contents"][0]["uri"] == "a:b"
    assert client.request("resources/read", {"uri": "a:c"})["error"]["code"] == -32602
    assert client.request("prompts/get", {"name": "p"})["result"]["messages"]
    assert client.request("ping")["error"]["code"] == -32601
    assert client.request("tools/list", version="1999-01-01")["error"]["data"]["supported"] == ["2026-07-28"]
    assert client.wire.request("tools/list")["error"]["code"] == -32602
    assert client.call("need", {"name": "sampling"})["error"]["code"] == -32021
    refusal = base64.b64encode(b'{"code":7,"message":"no"}').decode()
    assert client.call("refuse", {"error": refusal})["error"]["code"] == 7


def test_the_scripted_server_asks_in_rounds(direct):
    client = direct()
    rounds = {"rounds": ['"inputRequests":{"a":{"method":"roots/list"}},"requestState":"\\u0041"', '"requestState":""']}
    assert client.asked(client.call("rounds", rounds)) == ({"a": {"method": "roots/list"}}, "A")
    wrong = client.call("rounds", rounds, retry=retry("A"))
    assert "instead of" in wrong.text, "the state did not come back as it was written"


def test_the_scripted_server_serves_listens(direct):
    client = direct()
    listen = client.listen(id="x", toolsListChanged=True, resourceSubscriptions=["a:b"])
    assert listen.honoured() == {"toolsListChanged": True, "resourceSubscriptions": ["a:b"]}
    client.call("change", {"list": "tools", "keep": True, "items": []})
    listen.wait_for("notifications/tools/list_changed")
    client.call("update", {"uri": "a:b/c"})
    listen.wait_for("notifications/resources/updated", uri="a:b/c")
    client.call("end")
    assert client.wire.result_of("x").subscription == "x"


def test_the_scripted_server_may_speak_both_eras(direct):
    client = direct(initialize="answer")
    assert client.wire.initialize()["result"]["protocolVersion"] == "2025-11-25"
    assert "resultType" not in client.wire.call("echo", {"a": 1})["result"]
    assert client.call("echo", {"a": 1})["result"]["resultType"] == "complete"
