"""Clients of 2026-07-28, in front of servers of both eras: no handshake, and each request stands for itself."""

import base64
import json

import pytest

from support import rawjson
from support.junction import scripted, stateless
from support.modern import Modern, meta, reserved, user
from support.record import lines as received

resources = [{"uri": "old://a", "name": "a"}]


def piece(method: str, **params) -> str:
    frame = json.dumps({"jsonrpc": "2.0", "method": method, "params": params})
    return base64.b64encode(frame.replace('"@TOKEN@"', "@TOKEN@").encode()).decode()


@pytest.fixture
def both(start, tmp_path):
    """A modern client before a legacy server "old" and a modern one "new", each with a record of what it received."""
    records = {name: tmp_path / name for name in ("old", "new")}
    wire = start(
        {
            "old": scripted(
                record=str(records["old"]),
                name="old",
                instructions="Old advice.",
                resources=resources,
                prompts=[{"name": "p"}],
                owns="old://",
            ),
            "new": stateless(
                record=str(records["new"]),
                name="new",
                instructions="New advice.",
                resources=[{"uri": "new://a", "name": "a"}],
                prompts=[{"name": "p"}],
            ),
        },
        junction={"initializeWait": "20s", "listsWait": "20s"},
    )
    client = Modern(wire)
    client.records = records
    return client


def test_discovery_says_who_we_are_and_what_we_can_do(both):
    said = both.discover()
    assert said["supportedVersions"] == ["2026-07-28"]
    for feature in ("tools", "prompts", "resources"):
        assert said["capabilities"][feature]["listChanged"] is True
    assert said["capabilities"]["resources"]["subscribe"] is True
    assert said["capabilities"]["logging"] == said["capabilities"]["completions"] == {}
    assert "tasks" not in said["capabilities"], "tasks are an extension in this era"
    assert "Old advice." in said["instructions"] and "New advice." in said["instructions"]
    assert said["_meta"][f"{reserved}serverInfo"]["name"] == "mcp-junction"


def test_any_request_may_come_first(both):
    assert both.call("old__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


def test_discovery_pins_nothing(both):
    both.discover()
    assert both.wire.initialize()["result"]["protocolVersion"] == "2025-11-25"
    assert "resultType" not in both.wire.call("new__echo")["result"]
    assert both.call("new__echo")["result"]["resultType"] == "complete"


@pytest.mark.parametrize("kind", ["tools", "prompts", "resources", "resources/templates"])
def test_lists_are_merged_and_carry_hints(both, kind):
    result = both.request(f"{kind}/list")["result"]
    assert result["cacheScope"] == "private"
    names = [item.get("uri") or item["name"] for item in both.items(kind)]
    if kind == "tools":
        assert names[0].startswith("old__") and names[-1].startswith("new__")
    if kind == "prompts":
        assert names == ["old__p", "new__p"]
    if kind == "resources":
        assert names[:2] == ["old://a", "new://a"]


def test_lists_may_not_be_kept_while_a_server_is_still_awaited(start):
    wire = start(
        {"one": stateless(ttlMs=60000, scope="public"), "late": scripted(initialize="ignore", discover="ignore")},
        junction={"listsWait": "1s", "initializeWait": "1s"},
    )
    assert Modern(wire).request("tools/list")["result"]["ttlMs"] == 0


def test_every_result_says_its_type_and_who_answers(both):
    answers = [
        both.request("server/discover"),
        both.request("tools/list"),
        both.call("old__echo"),
        both.call("new__echo"),
        both.request("prompts/get", {"name": "old__p"}),
        both.request("prompts/get", {"name": "new__p"}),
        both.request("resources/read", {"uri": "old://a"}),
        both.request("resources/read", {"uri": "new://a"}),
        both.request(
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": "old__p"}, "argument": {"name": "a", "value": ""}},
        ),
        both.request(
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": "new__p"}, "argument": {"name": "a", "value": ""}},
        ),
    ]
    for answer in answers:
        assert answer["result"]["resultType"] == "complete"
        assert answer["result"]["_meta"][f"{reserved}serverInfo"]["name"] == "mcp-junction", answer


@pytest.mark.parametrize("version", ["2099-01-01", "2025-11-25", "2024-11-05", ""])
def test_a_version_that_is_not_spoken_is_refused_with_those_that_are(both, version):
    for method in ("tools/list", "server/discover", "tools/call"):
        error = both.request(method, {"name": "old__echo"}, version=version)["error"]
        assert (error["code"], error["data"]) == (-32022, {"supported": ["2026-07-28"], "requested": version}), method


@pytest.mark.parametrize(
    "own",
    [
        {f"{reserved}protocolVersion": "2026-07-28"},
        {f"{reserved}clientCapabilities": {}},
        {f"{reserved}protocolVersion": 7, f"{reserved}clientCapabilities": {}},
        {f"{reserved}protocolVersion": "2026-07-28", f"{reserved}clientCapabilities": None},
        {f"{reserved}protocolVersion": "2026-07-28", f"{reserved}clientCapabilities": []},
        meta(level="loud"),
    ],
    ids=["no capabilities", "no version", "a number", "null", "an array", "a level that is none"],
)
def test_a_request_without_its_reserved_members_is_refused(both, own):
    wire = both.wire
    for method, params in (("tools/list", {}), ("tools/call", {"name": "new__echo"})):
        id = wire.new_id()
        frame = {"jsonrpc": "2.0", "id": id, "method": method, "params": {**params, "_meta": own}}
        wire.send_bytes(json.dumps(frame).encode() + b"\n")
        assert wire.result_of(id)["error"]["code"] == -32602


@pytest.mark.parametrize(
    "method",
    [
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "tasks/list",
        "tasks/result",
        "roots/list",
        "no/such",
        "",
    ],
)
def test_methods_that_this_era_does_not_have_are_not_found(both, method):
    answer = both.request(method, {"uri": "old://a", "level": "info", "taskId": "t"})
    assert answer["error"]["code"] == -32601


def test_arguments_reach_servers_of_both_eras_as_they_were_written(both):
    raw = b'{"n":9007199254740993,"f":1.0,"e":1e400,"s":"\\u0041\\/","d":1,"d":2}'
    for server in ("old", "new"):
        line = (
            b'{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"%s__echo","arguments":%s,"_meta":%s}}'
        )
        both.wire.send_line(line % (server.encode(), raw, json.dumps(meta()).encode()))
        answer = both.wire.result_of("x")
        assert answer.raw("result", "structuredContent") == raw
        both.wire.frames.clear()


def test_the_reserved_members_are_those_of_our_own_hop(both):
    vendor = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "example.test/x": [1.0]}
    for server in ("old", "new"):
        both.call(f"{server}__echo", {"mark": 1}, level="info", token="mine", **vendor)
        line = [line for line in received(both.records[server], "tools/call") if b'"mark"' in line][0]
        sent = json.loads(line)["params"]["_meta"]
        assert {key: value for key, value in sent.items() if key in vendor} == vendor
        assert sent["progressToken"] != "mine"
        if server == "new":
            assert sent[f"{reserved}protocolVersion"] == "2026-07-28"
            assert sent[f"{reserved}clientInfo"]["name"] == "mcp-junction"
            assert sent[f"{reserved}logLevel"] == "info"
        else:
            assert not [key for key in sent if key.startswith(reserved)], sent


def test_a_modern_server_is_told_what_the_client_of_this_very_request_can_do(both):
    declared = [{}, user, {"elicitation": {}}, {"sampling": {"tools": {}}}]
    for number, capabilities in enumerate(declared):
        both.call("new__echo", {"mark": number}, capabilities=capabilities)
    lines = [line for line in received(both.records["new"], "tools/call") if b'"mark"' in line]
    stamped = [json.loads(line)["params"]["_meta"][f"{reserved}clientCapabilities"] for line in lines]
    assert stamped[0] == {}
    assert set(stamped[1]) == {"sampling", "elicitation", "roots"} and set(stamped[1]["elicitation"]) == {"form", "url"}
    assert set(stamped[2]) == {"elicitation"} and "url" not in stamped[2]["elicitation"]
    assert set(stamped[3]) == {"sampling"} and "tools" in stamped[3]["sampling"]
    assert both.call("new__need", {"name": "sampling"}, capabilities=user).text == "need ran"
    refusal = both.call("new__need", {"name": "sampling"}, capabilities={})["error"]
    assert (refusal["code"], refusal["data"]) == (-32021, {"requiredCapabilities": {"sampling": {}}})


def test_extensions_that_nobody_understands_are_not_declared(both):
    both.call("new__echo", {"mark": 1}, capabilities={"extensions": {"com.example/x": {}}, "experimental": {"y": {}}})
    line = [line for line in received(both.records["new"], "tools/call") if b'"mark"' in line][0]
    stamped = json.loads(line)["params"]["_meta"][f"{reserved}clientCapabilities"]
    assert "com.example/x" not in stamped.get("extensions", {})


def test_an_extension_that_the_configuration_allows_is_declared(start, tmp_path):
    wire = start(
        {"new": stateless(record=str(tmp_path / "r")), "two": scripted()}, junction={"extensions": "com.example/x"}
    )
    client = Modern(wire, {"extensions": {"com.example/x": {"a": 1.0}}})
    client.call("new__echo", {"mark": 1})
    line = [line for line in received(tmp_path / "r", "tools/call") if b'"mark"' in line][0]
    stamped = json.loads(line)["params"]["_meta"][f"{reserved}clientCapabilities"]
    assert stamped["extensions"]["com.example/x"] == {"a": 1.0}


def test_both_eras_share_one_pipe(both):
    wire = both.wire
    wire.initialize(capabilities={"roots": {}})
    ids = []
    for number in range(40):
        name = ("old", "new")[number % 2] + "__echo"
        modern = number % 3 == 0
        id = both.start_call(name, {"n": number}) if modern else wire.start_call(name, {"n": number})
        ids.append((id, number, modern))
    for id, number, modern in ids:
        result = wire.result_of(id)["result"]
        assert result["structuredContent"] == {"n": number}
        assert ("resultType" in result) is modern
    assert wire.request("ping")["result"] == {}
    assert both.request("ping")["error"]["code"] == -32601
    assert "ttlMs" not in wire.request("tools/list")["result"] and "ttlMs" in both.request("tools/list")["result"]


def test_a_client_that_never_shook_hands_hears_of_no_change_unasked(both):
    both.tool_names()
    before = len(both.wire.frames)
    for server in ("old", "new"):
        both.call(
            f"{server}__change",
            {"list": "tools", "keep": True, "items": [{"name": "x", "inputSchema": {"type": "object"}}]},
        )
    both.call("old__echo")
    assert [frame.method for frame in both.wire.frames[before:] if frame.method] == []


@pytest.mark.parametrize("server, tool, key", [("old", "play", "before"), ("new", "play", "pieces")])
def test_log_messages_come_only_where_a_request_asks_for_them(both, server, tool, key):
    messages = [piece("notifications/message", level=level, data=level) for level in ("debug", "warning", "error")]
    if server == "old":
        messages = [base64.b64encode(base64.b64decode(one) + b"\n").decode() for one in messages]
    both.call(f"{server}__{tool}", {key: messages})
    assert [frame for frame in both.wire.frames if frame.method] == []
    both.call(f"{server}__{tool}", {key: messages}, level="warning")
    heard = [frame["params"] for frame in both.wire.frames if frame.method == "notifications/message"]
    assert [one["data"] for one in heard] == ["warning", "error"]
    assert {one["logger"] for one in heard} == {server}
    both.call(f"{server}__{tool}", {key: messages})
    assert len([frame for frame in both.wire.frames if frame.method]) == 2


def test_a_legacy_server_is_told_the_level_that_a_request_asks_for(both):
    both.call("old__echo", {"mark": 1}, level="info")
    levels = [json.loads(line)["params"]["level"] for line in received(both.records["old"], "logging/setLevel")]
    assert levels[-1] == "info"


@pytest.mark.parametrize("token", ["mine", 7, ""])
def test_progress_comes_under_the_clients_own_token(both, token):
    for server, key, end in (("old", "before", b"\n"), ("new", "pieces", b"")):
        frame = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":0.5}}'
        before = len(both.wire.frames)
        both.call(f"{server}__play", {key: [base64.b64encode(frame + end).decode()]}, token=token)
        told = [frame for frame in both.wire.frames[before:] if frame.method == "notifications/progress"]
        assert [json.dumps(frame["params"]["progressToken"]) for frame in told] == [json.dumps(token)], server


@pytest.mark.parametrize("server", ["old", "new"])
def test_a_cancelled_call_is_cancelled_at_its_server_and_never_answered(both, server):
    id = both.start_call(f"{server}__hold", {"key": "a"}, id="to cancel")
    both.call(f"{server}__echo")
    both.wire.notify("notifications/cancelled", {"requestId": id, "reason": "enough"})
    both.call(f"{server}__release", {"key": "a"})
    both.call(f"{server}__echo")
    line = [line for line in received(both.records[server], "tools/call") if b'"hold"' in line][0]
    told = received(both.records[server], "notifications/cancelled")
    assert [rawjson.member(one, "params", "requestId") for one in told] == [rawjson.member(line, "id")]
    assert both.wire.answers_to(id) == []


def test_an_id_may_be_used_again_only_when_its_request_is_over(both):
    for _ in range(2):
        both.wire.frames.clear()
        assert both.request("tools/call", {"name": "new__echo", "arguments": {}}, id="same")["result"]
    both.start_call("new__hold", {"key": "k"}, id="same")
    before = len(both.wire.frames)
    both.start_call("new__echo", id="same")
    both.wire.wait_for(lambda frame: "error" in frame and frame["error"]["code"] == -32600, after=before)
    both.call("new__release", {"key": "k"})


def test_an_unknown_tool_prompt_or_resource_is_an_invalid_parameter(both):
    both.tool_names()
    assert both.call("other__none")["error"]["code"] == -32602
    assert both.request("prompts/get", {"name": "other__none"})["error"]["code"] == -32602
    error = both.request("resources/read", {"uri": "nobody://has/this"})["error"]
    assert error["code"] == -32602
    assert both.request("tools/list", {"cursor": "made up"})["error"]["code"] == -32602


def test_a_server_that_dies_fails_its_call_in_the_words_of_the_era(both):
    both.wire.strict = False
    for server, tool, arguments in (("old", "play", {"answer": False, "exit": 1}), ("new", "leave", {"status": 1})):
        result = both.call(f"{server}__{tool}", arguments)["result"]
        assert result["isError"] is True and result["resultType"] == "complete"
        assert result["_meta"]["mcp-junction/failure"]["server"] == server
        assert result["_meta"]["mcp-junction/failure"]["outcome"] == "unknown"


def test_completion_without_a_server_that_offers_it_is_empty(start):
    wire = start(
        {"plain": stateless(capabilities={"tools": {}, "prompts": {}}, prompts=[{"name": "p"}]), "two": scripted()}
    )
    answer = Modern(wire).request(
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "plain__p"}, "argument": {"name": "a", "value": ""}},
    )
    assert answer["result"]["completion"]["values"] == [] and answer["result"]["resultType"] == "complete"


def test_what_a_server_says_in_the_meta_of_a_result_survives_but_for_who_it_is(both):
    result = b'{"content":[],"resultType":"complete","_meta":{"v/x":1.0,"%sserverInfo":{"name":"new","version":"1"}}}'
    raw = base64.b64encode(result % reserved.encode()).decode()
    answer = both.call("new__raw", {"result": raw})
    assert answer.raw("result", "_meta", "v/x") == b"1.0"
    assert answer["result"]["_meta"][f"{reserved}serverInfo"]["name"] == "mcp-junction"
    legacy = base64.b64encode(b'{"content":[],"_meta":{"v/x":1.0}}').decode()
    answer = both.call("old__raw", {"result": legacy})
    assert answer.raw("result", "_meta", "v/x") == b"1.0"
    assert answer["result"]["_meta"][f"{reserved}serverInfo"]["name"] == "mcp-junction"


def test_a_response_of_the_client_goes_nowhere(both):
    both.tool_names()
    both.wire.send_bytes(
        b'{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}\n{"jsonrpc":"2.0","id":"q1","result":{}}\n'
    )
    assert both.call("old__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    for record in both.records.values():
        assert b'"accept"' not in record.read_bytes()


def test_many_conversations_at_once_keep_their_answers(both):
    sent = {}
    for number in range(200):
        name = ("old", "new")[number % 2] + "__echo"
        sent[both.start_call(name, {"n": number}, token="shared")] = number
    for id, number in sent.items():
        assert both.wire.result_of(id)["result"]["structuredContent"] == {"n": number}


def test_a_batch_is_no_message_of_this_era(both):
    request = {"jsonrpc": "2.0", "id": "b", "method": "tools/list", "params": {"_meta": meta()}}
    both.wire.send_bytes(json.dumps([request]).encode() + b"\n")
    both.wire.wait_for(lambda frame: "error" in frame and frame["error"]["code"] == -32600)
