"""What is easily mixed up or forgotten where two eras, several servers and several conversations meet."""

import base64
import json
import time

import pytest

from support import processes
from support.junction import scripted, stateless
from support.modern import Modern, retry
from support.record import received
from support.wire import Wire

accepted = {"action": "accept", "content": {"n": "secret"}}
form = {"message": "Who?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "string"}}}}
question = {"q": {"method": "elicitation/create", "params": form}}


@pytest.mark.parametrize("first", [stateless, scripted])
def test_what_a_server_asked_for_is_told_to_no_other(start, tmp_path, first):
    """Nobody lists the resource: the first server does not know it, the second one asks."""
    record = tmp_path / "first"
    more = {"owns": "known:"} if first is scripted else {}
    servers = {
        "first": first(record=str(record), resources=[{"uri": "known:first", "name": "f"}], **more),
        "second": stateless(inputs={"resources/read": question}, resources=[{"uri": "known:second", "name": "s"}]),
    }
    client = Modern(start(servers), {"elicitation": {}})
    client.items("resources")
    _, state = client.asked(client.request("resources/read", {"uri": "nobody:lists"}))
    count = len(received(record, "resources/read"))
    again = {"uri": "nobody:lists", **retry(state, {"q": accepted})}
    assert client.request("resources/read", again)["error"]["code"] == -32602, "it is not there after all"
    assert len(received(record, "resources/read")) == count and b"secret" not in record.read_bytes()


def test_a_retry_that_nobody_asked_for_goes_to_nobody(start, tmp_path):
    records = [tmp_path / "a", tmp_path / "b"]
    entries = [
        stateless(record=str(record), resources=[{"uri": f"{record.name}:x", "name": "x"}]) for record in records
    ]
    client = Modern(start({"a": entries[0], "b": entries[1]}))
    client.items("resources")
    answer = client.request("resources/read", {"uri": "nobody:lists", **retry("S", {"q": accepted})})
    assert answer["error"]["code"] == -32602
    assert all(received(record, "resources/read") == [] for record in records)


@pytest.mark.parametrize("arguments", [[], ["--drain"]], ids=["at once", "drained"])
def test_a_server_that_leaves_instead_of_listening_leaves_nobody_waiting(start, arguments):
    resource = {"uri": "new://a", "name": "a"}
    wire = start({"one": stateless(listen="leave", resources=[resource]), "two": scripted()}, arguments=arguments)
    wire.initialize()
    wire.items("resources")
    assert "error" in wire.request("resources/subscribe", {"uri": "new://a"})
    assert "error" in wire.request("resources/subscribe", {"uri": "new://a"})
    wire.close_input()
    assert wire.finish(seconds=8) == 0


def test_two_handshakes_at_once_lose_nothing(start):
    wire = start({"slow": scripted(initialize="ignore"), "two": scripted()})
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    ids = [wire.start("initialize", hello), wire.start("initialize", hello)]
    wire.notify("notifications/initialized")
    ids += [wire.start("tools/list"), wire.start("resources/list")]
    for id in ids:
        assert "result" in wire.result_of(id)


def test_a_read_that_came_of_questions_is_not_kept(start, tmp_path):
    record = tmp_path / "received"
    entry = stateless(
        record=str(record), inputs={"resources/read": question}, ttlMs=60000, scope="public",
        resources=[{"uri": "new://a", "name": "a"}],
    )  # fmt: skip
    wire = start({"one": entry, "two": scripted()})
    wire.answer("elicitation/create", accepted)
    wire.initialize(capabilities={"elicitation": {}})
    for _ in range(2):
        assert "contents" in wire.request("resources/read", {"uri": "new://a"})["result"]
    assert len(received(record, "resources/read")) >= 3, "the second read asks the server"


def test_spellings_that_look_alike_are_two_resources(start, tmp_path):
    record = tmp_path / "received"
    uris = ["new://caf\u00e9", "new://cafe\u0301"]
    entry = stateless(
        record=str(record), ttlMs=60000, scope="public", resources=[{"uri": uri, "name": "r"} for uri in uris]
    )
    client = Modern(start({"one": entry, "two": scripted()}))
    client.items("resources")
    for uri in uris:
        contents = client.request("resources/read", {"uri": uri})["result"]["contents"]
        assert contents[0]["uri"] == uri
    assert [one["params"]["uri"] for one in received(record, "resources/read")] == uris
    assert sorted(client.listen(resourceSubscriptions=uris).honoured()["resourceSubscriptions"]) == sorted(uris)


def test_a_listen_knows_that_a_session_has_unsubscribed(start, tmp_path):
    record = tmp_path / "received"
    resource = {"uri": "old://a", "name": "a"}
    wire = start({"one": scripted(record=str(record), resources=[resource], owns="old:"), "two": scripted()})
    client = Modern(wire)
    wire.initialize()
    wire.items("resources")
    listen = client.listen("first", resourceSubscriptions=["old://a"])
    listen.honoured()
    wire.request("resources/subscribe", {"uri": "old://a"})
    wire.notify("notifications/cancelled", {"requestId": "first"})
    wire.request("resources/unsubscribe", {"uri": "old://a"})
    client.listen("second", resourceSubscriptions=["old://a"]).honoured()
    last = [one["method"] for one in map(json.loads, record.read_bytes().splitlines()) if "subscribe" in str(one)][-1]
    assert last == "resources/subscribe"


def test_a_probe_that_was_ignored_once_is_not_waited_for_again(start):
    wire = start({"one": scripted(discover="ignore"), "two": scripted()})
    assert "one__echo" in Modern(wire).tool_names() or Modern(wire).call("one__echo")
    wire.abandon()
    again = Wire(wire.setting.command(), env=wire.setting.environment)
    try:
        begun = time.monotonic()
        assert "result" in Modern(again).call("one__echo")
        assert time.monotonic() - begun < 4
    finally:
        again.abandon()


def test_a_legacy_client_without_urls_is_told_them_in_words(start):
    error = {"code": -32042, "message": "open", "data": {"elicitations": [
        {"mode": "url", "elicitationId": "e", "url": "https://example.test/x", "message": "Sign in"}]}}  # fmt: skip
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize(capabilities={"elicitation": {}})
    line = b'{"jsonrpc":"2.0","id":@ID@,"error":%s}\n' % json.dumps(error).encode()
    answer = wire.call("one__play", {"before": [piece(line)], "answer": False})
    assert answer["result"]["isError"] and "https://example.test/x" in answer.text and "Sign in" in answer.text


def piece(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_listen_is_told_though_another_conversation_has_seen_the_list(start):
    client = Modern(start({"one": scripted(), "two": scripted()}))
    client.tool_names()
    listen = client.listen(toolsListChanged=True)
    listen.honoured()
    client.call(
        "one__change", {"list": "tools", "keep": True, "items": [{"name": "x", "inputSchema": {"type": "object"}}]}
    )
    processes.wait_until(lambda: "one__x" in client.tool_names(), 5, "the new tool")
    listen.wait_for("notifications/tools/list_changed")
