"""Both directions: who asks, who is told, and who is not."""

import base64
import json

import pytest

from support import processes, rawjson
from support.junction import scripted
from support.record import lines as received

everything = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {"listChanged": True}}


def piece(text: str) -> str:
    return base64.b64encode(text.encode() + b"\n").decode()


def notification(method: str, **params) -> str:
    return piece(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))


def test_servers_are_told_what_this_client_can_do(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()})
    wire.initialize(capabilities={"sampling": {}, "roots": {"listChanged": True}})
    wire.tool_names()
    handshake = json.loads(received(record, "initialize")[0])["params"]
    assert set(handshake["capabilities"]) == {"sampling", "roots"}
    assert handshake["clientInfo"]["name"] == "mcp-junction"
    assert handshake["protocolVersion"] == "2025-11-25"
    assert received(record, "notifications/initialized")


def test_no_frame_reaches_a_server_before_the_client_has_spoken(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record), stderr="up\n"), "two": scripted()})
    wire.request("ping")
    assert not record.exists() or record.read_bytes() == b""
    wire.initialize()
    wire.tool_names()
    assert b'"initialize"' in record.read_bytes()


def test_a_server_may_not_ask_what_this_client_cannot_do(start):
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize(capabilities={})
    for method, params in {
        "sampling/createMessage": '{"messages":[],"maxTokens":1}',
        "elicitation/create": '{"message":"?","requestedSchema":{"type":"object","properties":{}}}',
        "roots/list": "{}",
        "no/such": "{}",
    }.items():
        answer = wire.call("one__ask", {"method": method, "params": params})
        assert answer["result"]["structuredContent"]["code"] == -32601, method
    assert [frame for frame in wire.frames if frame.method] == []


def test_ping_from_a_server_is_answered_at_once(start):
    wire = start({"one": scripted()})
    wire.initialize()
    assert wire.call("one__ask", {"method": "ping"})["result"]["structuredContent"] == {}
    assert [frame for frame in wire.frames if frame.method == "ping"] == []


def test_two_servers_may_ask_with_the_same_id(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize(capabilities=everything)
    ask = {"method": "roots/list", "id": "1"}
    calls = {name: wire.start_call(f"{name}__ask", ask) for name in ("one", "two")}
    first = wire.wait_for_method("roots/list")
    second = wire.wait_for(lambda frame: frame.method == "roots/list" and frame is not first)
    assert first["id"] != second["id"]
    for frame, uri in ((second, "file:///second"), (first, "file:///first")):
        wire.send_line(b'{"jsonrpc":"2.0","id":%s,"result":{"roots":[{"uri":"%s"}]}}' % (frame.raw("id"), uri.encode()))
    got = {name: wire.result_of(id)["result"]["structuredContent"]["roots"][0]["uri"] for name, id in calls.items()}
    assert sorted(got.values()) == ["file:///first", "file:///second"]


def test_an_error_that_the_client_answers_reaches_the_server(start):
    wire = start({"one": scripted()}, strict=False)
    wire.initialize(capabilities=everything)
    id = wire.start_call("one__ask", {"method": "sampling/createMessage", "params": '{"messages":[],"maxTokens":1}'})
    asked = wire.wait_for_method("sampling/createMessage")
    wire.send_line(
        b'{"jsonrpc":"2.0","id":%s,"error":{"code":-1,"message":"User rejected","data":1.0}}' % asked.raw("id")
    )
    answer = wire.result_of(id)
    assert answer.raw("result", "structuredContent") == b'{"code":-1,"message":"User rejected","data":1.0}'


@pytest.mark.parametrize("others", [0, 1])
def test_no_server_gets_the_context_of_others_and_one_alone_gets_its_own(start, others):
    wire = start({"one": scripted()} | {f"other{number}": scripted() for number in range(others)})
    wire.answer("sampling/createMessage", {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "m"})
    wire.initialize(capabilities={"sampling": {"context": {}}})
    params = '{"messages":[],"includeContext":"thisServer","maxTokens":1}'
    wire.call("one__ask", {"method": "sampling/createMessage", "params": params})
    assert wire.wait_for_method("sampling/createMessage")["params"]["includeContext"] == (
        "none" if others else "thisServer"
    )


elicitation = '{"message":"Who?","requestedSchema":{"type":"object","properties":{"n":{"type":"string"}}}}'


@pytest.mark.parametrize("count, label", [(1, ""), (2, "[one] ")])
def test_an_elicitation_says_who_asks_when_there_are_several_servers(start, count, label):
    servers = {name: scripted() for name in ["one", "two"][:count]}
    wire = start(servers)
    wire.answer("elicitation/create", {"action": "accept", "content": {"n": "me"}})
    wire.initialize(capabilities=everything)
    answer = wire.call("one__ask", {"method": "elicitation/create", "params": elicitation})
    assert answer["result"]["structuredContent"] == {"action": "accept", "content": {"n": "me"}}
    assert wire.wait_for_method("elicitation/create")["params"]["message"] == f"{label}Who?"


def test_labels_can_be_switched_off(start):
    wire = start({"one": scripted(), "two": scripted()}, junction={"labels": False})
    wire.answer("elicitation/create", {"action": "decline"})
    wire.initialize(capabilities=everything)
    wire.call("one__ask", {"method": "elicitation/create", "params": elicitation})
    assert wire.wait_for_method("elicitation/create")["params"]["message"] == "Who?"
    wire.call("one__play", {"before": [notification("notifications/message", level="error", data="x")]})
    assert "logger" not in wire.wait_for_method("notifications/message")["params"]


def test_log_messages_say_which_server_speaks(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize()
    raw = '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":{"b":1.0,"a":[1e2]},"level":"error"}}'
    wire.call("one__play", {"before": [piece(raw)]})
    plain = wire.wait_for_method("notifications/message")
    assert plain["params"]["logger"] == "one"
    assert plain.raw("params", "data") == b'{"b":1.0,"a":[1e2]}'
    wire.call("two__play", {"before": [notification("notifications/message", level="error", logger="db", data="x")]})
    second = wire.wait_for(lambda frame: frame.method == "notifications/message" and frame is not plain)
    assert second["params"]["logger"] == "two/db"


def test_a_single_server_keeps_its_logger(start):
    wire = start({"one": scripted()})
    wire.initialize()
    wire.call("one__play", {"before": [notification("notifications/message", level="error", logger="db", data="x")]})
    assert wire.wait_for_method("notifications/message")["params"]["logger"] == "db"


def test_the_log_level_reaches_all_servers_and_filters(start, tmp_path):
    records = [tmp_path / "one", tmp_path / "two"]
    silent = scripted(capabilities={"tools": {}})
    wire = start({"one": scripted(record=str(records[0])), "two": scripted(record=str(records[1])), "three": silent})
    wire.initialize()
    wire.tool_names()
    assert wire.request("logging/setLevel", {"level": "warning"})["result"] == {}
    wire.call("one__echo")
    wire.call("two__echo")
    for record in records:
        assert json.loads(received(record, "logging/setLevel")[-1])["params"]["level"] == "warning"
    messages = [notification("notifications/message", level=level, data=level) for level in ("info", "error")]
    wire.call("one__play", {"before": messages})
    seen = [frame["params"]["data"] for frame in wire.frames if frame.method == "notifications/message"]
    assert seen == ["error"]


def test_roots_that_changed_are_told_to_servers(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()})
    wire.answer("roots/list", {"roots": [{"uri": "file:///now"}]})
    wire.initialize(capabilities=everything)
    wire.tool_names()
    wire.notify("notifications/roots/list_changed")
    wire.call("one__echo")
    assert received(record, "notifications/roots/list_changed")
    answer = wire.call("one__ask", {"method": "roots/list"})
    assert answer["result"]["structuredContent"]["roots"] == [{"uri": "file:///now"}]


def test_progress_of_two_calls_with_the_same_token_is_impossible_to_mix_up(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize()
    step = piece(
        '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":@N@}}'
    )
    for name in ("one", "two"):
        before = len(wire.frames)
        id = wire.start_call(f"{name}__play", {"before": [step], "repeat": 3}, token="shared")
        wire.result_of(id)
        seen = [frame for frame in wire.frames[before:] if frame.method == "notifications/progress"]
        assert [frame["params"]["progress"] for frame in seen] == [0, 1, 2]
        assert {frame["params"]["progressToken"] for frame in seen} == {"shared"}


def test_late_and_unknown_progress_is_dropped(start):
    wire = start({"one": scripted()})
    wire.initialize()
    late = piece('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":9}}')
    stranger = notification("notifications/progress", progressToken="stranger", progress=1)
    id = wire.start_call("one__play", {"before": [stranger], "after": [late, stranger]}, token=5)
    wire.result_of(id)
    wire.call("one__echo")
    assert [frame for frame in wire.frames if frame.method == "notifications/progress"] == []


def test_progress_from_the_client_reaches_the_server_that_asked(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()})
    wire.initialize(capabilities=everything)
    params = '{"messages":[],"maxTokens":1,"_meta":{"progressToken":"mine"}}'
    id = wire.start_call("one__ask", {"method": "sampling/createMessage", "params": params})
    asked = wire.wait_for_method("sampling/createMessage")
    token = asked["params"]["_meta"]["progressToken"]
    wire.notify("notifications/progress", {"progressToken": token, "progress": 0.5})
    wire.send(
        {
            "jsonrpc": "2.0",
            "id": asked["id"],
            "result": {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "m"},
        }
    )
    wire.result_of(id)
    told = json.loads(received(record, "notifications/progress")[0])
    assert told["params"] == {"progressToken": "mine", "progress": 0.5}


def test_a_cancellation_reaches_the_right_server_with_its_own_id(start, tmp_path):
    record, other = tmp_path / "received", tmp_path / "other"
    wire = start({"one": scripted(record=str(record)), "two": scripted(record=str(other))})
    wire.initialize()
    id = wire.start_call("one__hold", {"key": "a"}, id="to cancel")
    wire.call("one__echo")
    wire.notify("notifications/cancelled", {"requestId": id, "reason": "changed my mind"})
    wire.call("one__release", {"key": "a"})
    wire.call("two__echo")
    held = [line for line in received(record, "tools/call") if b'"hold"' in line]
    told = json.loads(received(record, "notifications/cancelled")[0])["params"]
    assert json.dumps(told["requestId"]) == rawjson.member(held[0], "id").decode()
    assert told["reason"] == "changed my mind"
    assert received(other, "notifications/cancelled") == []
    assert wire.answers_to(id) == [], "the server answered late; a cancelled request gets no answer"


def test_cancelling_what_is_unknown_or_over_does_nothing(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record))})
    initialized = wire.initialize()
    finished = wire.call("one__echo")
    for id in (initialized["id"], finished["id"], "never seen", 424242):
        wire.notify("notifications/cancelled", {"requestId": id})
        wire.notify("notifications/cancelled", {"requestId": id})
    wire.call("one__echo")
    assert received(record, "notifications/cancelled") == []


def test_a_server_may_cancel_what_it_asked(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize(capabilities=everything)
    id = wire.start_call("one__ask", {"method": "roots/list", "id": '"mine"'})
    asked = wire.wait_for_method("roots/list")
    wire.call("one__play", {"before": [notification("notifications/cancelled", requestId="mine", reason="late")]})
    told = wire.wait_for_method("notifications/cancelled")
    assert told["params"] == {"requestId": asked["id"], "reason": "late"}
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}})
    wire.request("ping")
    wire.notify("notifications/cancelled", {"requestId": id})
    assert wire.call("one__echo")["result"]["structuredContent"] == {}


def test_a_cancellation_overtakes_calls_that_wait(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record))}, junction={"callsInFlight": 1}, strict=False)
    wire.initialize()
    first = wire.start_call("one__hold", {"key": "a"}, id="first")
    queued = wire.start_call("one__echo", {"n": 1}, id="queued")
    wire.notify("notifications/cancelled", {"requestId": queued})
    wire.notify("notifications/cancelled", {"requestId": first})
    third = wire.start_call("one__echo", {"n": 3}, id="third")
    assert wire.result_of(third)["result"]["structuredContent"] == {"n": 3}
    echoes = [line for line in received(record, "tools/call") if b'"echo"' in line]
    assert len(echoes) == 1, "the queued call was never sent"
    assert wire.answers_to(queued) == [] and wire.answers_to(first) == []


def test_subscriptions_reach_their_server_and_updates_come_back(start, tmp_path):
    record = tmp_path / "received"
    resources = [{"uri": "mem://a", "name": "a"}]
    wire = start({"one": scripted(record=str(record), resources=resources), "two": scripted()})
    wire.initialize()
    wire.items("resources")
    assert wire.request("resources/subscribe", {"uri": "mem://a"})["result"] == {}
    assert json.loads(received(record, "resources/subscribe")[0])["params"]["uri"] == "mem://a"
    wire.call("one__play", {"before": [notification("notifications/resources/updated", uri="mem://a/part")]})
    assert wire.wait_for_method("notifications/resources/updated")["params"] == {"uri": "mem://a/part"}
    assert wire.request("resources/unsubscribe", {"uri": "mem://a"})["result"] == {}
    assert json.loads(received(record, "resources/unsubscribe")[0])["params"]["uri"] == "mem://a"


def test_the_update_of_a_clashing_uri_comes_under_its_listed_name(start):
    resources = [{"uri": "mem://same", "name": "same"}]
    wire = start({"one": scripted(resources=resources), "two": scripted(resources=resources)})
    wire.initialize()
    uris = [item["uri"] for item in wire.items("resources")]
    wire.request("resources/subscribe", {"uri": uris[1]})
    wire.call("two__play", {"before": [notification("notifications/resources/updated", uri="mem://same")]})
    assert wire.wait_for_method("notifications/resources/updated")["params"]["uri"] == uris[1]


def test_what_a_server_says_about_nothing_known_goes_no_further(start):
    wire = start({"one": scripted()})
    wire.initialize()
    before = len(wire.frames)
    wire.call(
        "one__play", {"before": [notification("notifications/made/up", x=1), notification("notifications/initialized")]}
    )
    assert len(wire.frames) == before + 1


def test_notifications_of_a_call_come_before_its_answer(start):
    wire = start({"one": scripted()})
    wire.initialize()
    log = notification("notifications/message", level="error", data="@N@")
    before = len(wire.frames)
    wire.call("one__play", {"before": [log], "repeat": 50})
    order = [frame.method for frame in wire.frames[before:]]
    assert order == ["notifications/message"] * 50 + [None]


def test_the_completion_of_an_elicitation_by_url_is_passed_on(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.answer("elicitation/create", {"action": "accept"})
    wire.initialize(capabilities=everything)
    params = '{"mode":"url","message":"Sign in","elicitationId":"e-1","url":"https://example.test/\\u0061?x=1.0"}'
    wire.call("one__ask", {"method": "elicitation/create", "params": params})
    asked = wire.wait_for_method("elicitation/create")
    assert asked["params"]["mode"] == "url" and asked["params"]["message"] == "[one] Sign in"
    assert asked.raw("params", "url") == b'"https://example.test/\\u0061?x=1.0"'
    wire.call("one__play", {"before": [notification("notifications/elicitation/complete", elicitationId="e-1")]})
    done = wire.wait_for_method("notifications/elicitation/complete")
    assert done["params"]["elicitationId"] == asked["params"]["elicitationId"]


def test_a_demand_for_an_elicitation_by_url_passes_with_its_data(start):
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize(capabilities=everything)
    error = '{"code":-32042,"message":"first sign in","data":{"elicitations":[%s]}}' % (
        '{"mode":"url","elicitationId":"e-9","url":"https://example.test/\\u0061","message":"Sign in"}'
    )
    answer = wire.call(
        "one__play", {"before": [piece('{"jsonrpc":"2.0","id":@ID@,"error":' + error + "}")], "answer": False}
    )
    assert answer["error"]["code"] == -32042
    assert answer["error"]["data"]["elicitations"][0]["url"] == "https://example.test/a"
    wire.call("one__play", {"before": [notification("notifications/elicitation/complete", elicitationId="e-9")]})
    done = wire.wait_for_method("notifications/elicitation/complete")
    assert done["params"]["elicitationId"] == answer["error"]["data"]["elicitations"][0]["elicitationId"]


def test_an_array_from_a_server_of_2025_03_26_is_read_as_its_elements(start):
    wire = start({"one": scripted(revision="2025-03-26"), "two": scripted()}, strict=False)
    wire.initialize()
    array = (
        '[{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":1}},'
        '{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"in an array"}]}}]'
    )
    id = wire.start_call("one__play", {"before": [piece(array)], "answer": False}, token="t")
    assert wire.result_of(id).text == "in an array"
    assert wire.wait_for_method("notifications/progress")["params"]["progressToken"] == "t"


def test_a_tool_that_was_taken_away_is_still_its_servers_to_refuse(start):
    wire = start({"one": scripted(tools=[{"name": "old", "inputSchema": {"type": "object"}}]), "two": scripted()})
    wire.initialize()
    assert "one__old" in wire.tool_names()
    before = len(wire.frames)
    wire.call("one__change", {"list": "tools", "keep": True, "items": []})
    wire.wait_for_method("notifications/tools/list_changed", after=before)
    assert "one__old" not in wire.tool_names()
    assert wire.call("one__old").text == "old ran"


def test_what_a_client_set_up_is_set_up_again_at_a_server_that_came_back(start, tmp_path):
    record = tmp_path / "received"
    resources = [{"uri": "mem://a", "name": "a"}]
    wire = start({"one": scripted(record=str(record), resources=resources), "two": scripted()}, strict=False)
    wire.initialize(capabilities=everything)
    wire.items("resources")
    wire.request("logging/setLevel", {"level": "warning"})
    wire.request("resources/subscribe", {"uri": "mem://a"})
    wire.call("one__play", {"answer": False, "exit": 1})
    assert wire.call("one__echo", {"n": 1}, seconds=20)["result"]["structuredContent"] == {"n": 1}
    processes.wait_until(lambda: len(received(record, "resources/subscribe")) == 2, 10, "the second subscription")
    assert len(received(record, "initialize")) == 2
    assert json.loads(received(record, "logging/setLevel")[-1])["params"]["level"] == "warning"


@pytest.mark.parametrize("raw", ["7", '"7"', "9007199254740993", '""', '"\\u0041"', "-1"])
def test_the_id_of_a_servers_request_comes_back_as_it_was_written(start, tmp_path, raw):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()}, strict=False)
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities=everything)
    assert wire.call("one__ask", {"method": "roots/list", "id": raw})["result"]["structuredContent"] == {"roots": []}
    answers = [line for line in record.read_bytes().splitlines() if b'"method"' not in line]
    assert [rawjson.member(line, "id") for line in answers] == [raw.encode()]


def test_a_second_answer_of_the_client_goes_nowhere(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()})
    wire.initialize(capabilities=everything)
    id = wire.start_call("one__ask", {"method": "roots/list"})
    asked = wire.wait_for_method("roots/list")
    for uri in ("file:///first", "file:///second"):
        wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": [{"uri": uri}]}})
    assert wire.result_of(id)["result"]["structuredContent"]["roots"] == [{"uri": "file:///first"}]
    wire.call("one__echo")
    assert record.read_bytes().count(b'"roots":') == 1 + record.read_bytes().count(b'"capabilities"')


def test_an_answer_to_a_server_that_died_meanwhile_harms_nobody(start):
    wire = start({"one": scripted(), "two": scripted()})
    wire.initialize(capabilities=everything)
    id = wire.start_call("one__ask", {"method": "roots/list"})
    asked = wire.wait_for_method("roots/list")
    wire.start_call("one__play", {"answer": False, "exit": 1})
    assert wire.result_of(id)["result"]["isError"] is True
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"roots": []}})
    assert wire.call("two__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert wire.call("one__echo", {"n": 2}, seconds=20)["result"]["structuredContent"] == {"n": 2}


@pytest.mark.parametrize(
    "method, params",
    [
        ("prompts/get", {"name": "one__p"}),
        ("resources/read", {"uri": "mem://a"}),
        (
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": "one__p"}, "argument": {"name": "a", "value": ""}},
        ),
    ],
)
def test_every_kind_of_request_can_be_cancelled(start, tmp_path, method, params):
    record = tmp_path / "received"
    lists = {"prompts": [{"name": "p"}], "resources": [{"uri": "mem://a", "name": "a"}]}
    wire = start({"one": scripted(record=str(record), silent=[method], **lists), "two": scripted()})
    wire.initialize()
    wire.items("prompts")
    wire.items("resources")
    id = wire.start(method, params)
    wire.call("one__echo")
    wire.notify("notifications/cancelled", {"requestId": id})
    wire.call("one__echo")
    sent = rawjson.member(received(record, method)[0], "id")
    assert rawjson.member(received(record, "notifications/cancelled")[0], "params", "requestId") == sent
    assert wire.answers_to(id) == []
