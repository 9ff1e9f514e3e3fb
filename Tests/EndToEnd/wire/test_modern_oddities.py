"""What is legal, or happens, in the modern era, and is easily forgotten."""

import base64
import json
import time

import pytest

from support import processes
from support.junction import scripted, stateless
from support.modern import Modern, meta, reserved, retry, user
from support.record import received

resources = {name: [{"uri": f"{name}://a", "name": "a"}] for name in ("old", "new")}


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


@pytest.fixture
def record(tmp_path):
    return tmp_path / "received"


# Spelling.


def test_a_client_may_escape_its_slashes(start):
    """Some libraries write every slash as `\\/`, in the names of methods and of reserved members as well."""
    wire = start(
        {"old": scripted(resources=resources["old"], owns="old:"), "new": stateless(resources=resources["new"])}
    )
    client = Modern(wire)
    client.items("resources")
    requests = [
        ("server/discover", {}),
        ("tools/call", {"name": "old__echo", "arguments": {"a": "x/y"}}),
        ("tools/call", {"name": "new__echo", "arguments": {"a": "x/y"}}),
        ("resources/read", {"uri": "old://a"}),
        ("resources/read", {"uri": "new://a"}),
    ]
    for number, (method, params) in enumerate(requests):
        frame = {
            "jsonrpc": "2.0",
            "id": f"e{number}",
            "method": method,
            "params": {**params, "_meta": meta(token="a/b")},
        }
        wire.send_line(json.dumps(frame).replace("/", "\\/").encode())
        result = wire.result_of(f"e{number}")["result"]
        assert result["resultType"] == "complete"
        assert "structuredContent" not in result or result["structuredContent"] == {"a": "x/y"}
    wire.send_line(
        json.dumps(
            {
                "jsonrpc": "2.0",
                "id": "l",
                "method": "subscriptions/listen",
                "params": {"_meta": meta(), "notifications": {"resourceSubscriptions": ["new://a"]}},
            }
        )
        .replace("/", "\\/")
        .encode()
    )
    wire.wait_for(lambda frame: frame.subscription == "l")
    client.call("new__update", {"uri": "new://a"})
    wire.wait_for_method("notifications/resources/updated")


@pytest.mark.parametrize("era", ["legacy", "modern"])
@pytest.mark.parametrize("server", [scripted, stateless])
def test_a_server_may_escape_its_slashes(start, server, era):
    tool = {"name": "a/b", "inputSchema": {"type": "object"}}
    more = {"owns": "x://"} if server is scripted else {}
    one = server(escaped=True, tools=[tool], resources=[{"uri": "x://a", "name": "a/b"}], **more)
    wire = start({"one": one, "two": scripted(owns="none:")})
    if era == "legacy":
        wire.initialize(capabilities={"roots": {}})
        wire.tool_names()
        assert wire.request("resources/read", {"uri": "x://a"})["result"]["contents"][0]["uri"] == "x://a"
        assert wire.call("one__echo", {"a": "/"})["result"]["structuredContent"] == {"a": "/"}
    else:
        client = Modern(wire, user)
        client.items("resources")
        assert client.request("resources/read", {"uri": "x://a"})["result"]["contents"][0]["uri"] == "x://a"
        assert client.call("one__echo", {"a": "/"})["result"]["structuredContent"] == {"a": "/"}
        listen = client.listen(toolsListChanged=True)
        listen.honoured()
        client.call("one__change", {"list": "tools", "keep": True, "items": []})
        listen.wait_for("notifications/tools/list_changed")


def test_members_may_come_in_any_order_and_with_space_between_them(start):
    wire = start({"old": scripted(), "new": stateless()})
    Modern(wire).tool_names()
    own = json.dumps(meta(), indent=None, separators=(" , ", " : ")).encode()
    for number, name in enumerate((b"old__echo", b"new__echo")):
        params = b'"params" : { "arguments" : { "a" : 1.0 } , "_meta" : %s , "name" : "%s" }' % (own, name)
        wire.send_line(b' { %s , "id" : %d , "method" : "tools/call" , "jsonrpc" : "2.0" } ' % (params, 1000 + number))
        assert wire.result_of(1000 + number).raw("result", "structuredContent") == b'{ "a" : 1.0 }'


def test_a_result_that_requires_input_may_be_spelled_in_any_way(start):
    wire = start({"new": stateless(), "two": scripted()})
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    requests = b'"inputRequests" : { "r" : { "params" : { } , "method" : "roots\\/list" } }'
    odd = b' { %s , "resultType" : "input\\u005frequired" } ' % requests
    id = wire.start_call("new__raw", {"result": encoded(odd)})
    wire.wait_for_method("roots/list")
    wire.notify("notifications/cancelled", {"requestId": id})
    client = Modern(wire, user)
    requests, state = client.asked(client.call("new__raw", {"result": encoded(odd)}))
    assert requests == {"r": {"params": {}, "method": "roots/list"}} and state is None


def test_frames_of_megabytes_pass_in_both_directions(start):
    wire = start({"old": scripted(), "new": stateless()})
    client = Modern(wire)
    client.tool_names()
    for name in ("old__echo", "new__echo"):
        arguments = {"a": "x" * 1_000_000, "b": 1}
        assert client.call(name, arguments)["result"]["structuredContent"] == arguments


# Shapes.


@pytest.mark.parametrize("raw", [b"null", b"[]", b"7", b'"text"', b"true"])
@pytest.mark.parametrize("server", ["old", "new"])
def test_a_result_that_is_no_object_is_a_failure(start, server, raw):
    client = Modern(start({"old": scripted(), "new": stateless()}))
    answer = client.call(f"{server}__raw", {"result": encoded(raw)})
    assert answer["result"]["isError"] is True if "result" in answer else answer["error"]["code"] == -32603
    assert client.call(f"{server}__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


@pytest.mark.parametrize("value", [b"null", b"7", b"[]", b"{}"])
@pytest.mark.parametrize("server", ["old", "new"])
def test_a_result_whose_meta_is_no_object_gets_one(start, server, value):
    kind = b"" if server == "old" else b'"resultType":"complete",'
    raw = b'{%s"content":[],"_meta":%s}' % (kind, value)
    client = Modern(start({"old": scripted(), "new": stateless()}))
    answer = client.call(f"{server}__raw", {"result": encoded(raw)})
    assert answer["result"]["_meta"][f"{reserved}serverInfo"]["name"] == "mcp-junction"


@pytest.mark.parametrize("method", ["server/discover", "subscriptions/listen"])
def test_a_method_that_only_this_era_has_wants_the_members_of_this_era(start, method):
    wire = start({"one": scripted()}, strict=False)
    for params in (None, {}, {"_meta": {}}, {"notifications": {}}):
        assert wire.request(method, params)["error"]["code"] in (-32602, -32601)


@pytest.mark.parametrize("own", [[], 7, "x"])
def test_a_meta_that_is_no_object_is_an_invalid_parameter(start, own):
    wire = start({"one": scripted(), "new": stateless()}, strict=False)
    Modern(wire).tool_names()
    frame = {"jsonrpc": "2.0", "id": "m", "method": "tools/call", "params": {"name": "new__echo", "_meta": own}}
    wire.send(frame)
    answer = wire.result_of("m")
    assert "error" in answer or answer["result"].get("isError") or answer["result"]["content"]


# Servers that misbehave.


def test_what_a_modern_server_asks_by_a_request_is_neither_passed_on_nor_answered(start, record):
    wire = start({"new": stateless(record=str(record)), "two": scripted()})
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    client = Modern(wire, user)
    pieces = [encoded(b'{"jsonrpc":"2.0","id":"q","method":"%s"}' % method) for method in (b"roots/list", b"ping")]
    assert client.call("new__play", {"pieces": pieces}).text == "play ran"
    assert wire.call("new__play", {"pieces": pieces}).text == "play ran"
    assert [frame for frame in wire.frames if frame.method and "id" in frame] == []
    client.call("new__echo")
    lines = [json.loads(line) for line in record.read_bytes().splitlines()]
    assert all("method" in line for line in lines), "a client answers nothing in this era"


def test_notifications_on_listens_that_nobody_opened_harm_nobody(start):
    wire = start({"new": stateless(), "two": scripted()})
    client = Modern(wire)
    client.tool_names()
    tags = [b'"x"', b"7", b"null", b"{}", b"[]"]
    method = b"notifications/tools/list_changed"
    frame = b'{"jsonrpc":"2.0","method":"%s","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":%s}}}'
    pieces = [encoded(frame % (method, tag)) for tag in tags]
    pieces += [
        encoded(b'{"jsonrpc":"2.0","method":"%s"}' % method),
        encoded(b'{"jsonrpc":"2.0","method":"%s","params":7}' % method),
    ]
    assert client.call("new__play", {"pieces": pieces}).text == "play ran"
    assert client.call("new__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


@pytest.mark.parametrize("how", ["refuse", "end"])
def test_a_server_that_will_not_be_listened_to_is_not_pestered(start, record, how):
    wire = start({"new": stateless(listen=how, record=str(record)), "two": scripted()})
    client = Modern(wire)
    client.tool_names()
    listen = client.listen(toolsListChanged=True)
    assert listen.honoured()["toolsListChanged"] is True, "the gateway's own list can change"
    began = time.monotonic()
    while time.monotonic() - began < 1.5:
        assert client.call("new__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}
    assert len(received(record, "subscriptions/listen")) <= 8


def test_a_server_is_listened_to_only_for_what_it_says_it_tells(start, record):
    capabilities = {"tools": {"listChanged": True}, "prompts": {}, "resources": {}}
    wire = start({"new": stateless(capabilities=capabilities, record=str(record)), "two": scripted()})
    client = Modern(wire)
    client.tool_names()
    client.listen(toolsListChanged=True, promptsListChanged=True, resourcesListChanged=True).honoured()
    client.call("new__echo")
    wanted = [frame["params"]["notifications"] for frame in received(record, "subscriptions/listen")]
    assert wanted and all({key for key, value in one.items() if value} == {"toolsListChanged"} for one in wanted)


def test_a_server_without_any_changes_to_tell_is_not_listened_to(start, record):
    wire = start({"new": stateless(capabilities={"tools": {}}, record=str(record)), "two": scripted()})
    client = Modern(wire)
    client.tool_names()
    client.listen(toolsListChanged=True).honoured()
    client.call("new__echo")
    assert received(record, "subscriptions/listen") == []


def test_progress_that_goes_back_over_the_rounds_of_a_call_is_not_told(start):
    wire = start({"new": stateless(), "two": scripted()})
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    members = '"requestState":"%d","inputRequests":{"r":{"method":"roots/list"}}'
    arguments = {"rounds": [members % 1, members % 2], "progress": {"0": [1, 4], "1": [2, 4, 5], "2": [1, 6]}}
    wire.result_of(wire.start_call("new__rounds", arguments, token="t"))
    told = [frame["params"]["progress"] for frame in wire.frames if frame.method == "notifications/progress"]
    assert told == [1, 4, 5, 6]


# Privacy.


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_no_server_gets_the_context_of_the_others(start, era):
    params = {"messages": [], "maxTokens": 1, "includeContext": "allServers"}
    members = '"requestState":"S","inputRequests":' + json.dumps(
        {"q": {"method": "sampling/createMessage", "params": params}}
    )
    wire = start({"new": stateless(), "two": scripted()})
    if era == "legacy":
        wire.initialize(capabilities={"sampling": {"context": {}}})
        wire.start_call("new__rounds", {"rounds": [members]})
        assert wire.wait_for_method("sampling/createMessage")["params"]["includeContext"] == "none"
    else:
        client = Modern(wire, {"sampling": {"context": {}}})
        requests, _ = client.asked(client.call("new__rounds", {"rounds": [members]}))
        assert requests["q"]["params"]["includeContext"] == "none"


# Limits.


def test_a_parked_call_comes_back_though_its_server_may_have_one_call_only(start):
    wire = start({"old": scripted(), "new": stateless()}, junction={"callsInFlight": 1})
    client = Modern(wire, user)
    arguments = {"method": "roots/list"}
    for _ in range(3):
        requests, state = client.asked(client.call("old__ask", arguments))
        answer = client.call("old__ask", arguments, retry=retry(state, {key: {"roots": []} for key in requests}))
        assert answer["result"]["structuredContent"] == {"roots": []}
    assert client.call("old__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


def test_rounds_do_not_use_up_the_calls_that_a_server_may_have(start):
    wire = start({"new": stateless(), "two": scripted()}, junction={"callsInFlight": 1})
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    members = '"requestState":"%d","inputRequests":{"r":{"method":"roots/list"}}'
    ids = [wire.start_call("new__rounds", {"rounds": [members % number] * 2}) for number in range(10)]
    for id in ids:
        assert wire.result_of(id).text == "done"


def test_listens_do_not_use_up_the_requests_that_a_client_may_have(start):
    wire = start({"old": scripted(), "new": stateless()}, junction={"callsInFlight": 1})
    client = Modern(wire)
    client.tool_names()
    for number in range(100):
        client.listen(f"l{number}", toolsListChanged=True).honoured()
    for name in ("old__echo", "new__echo"):
        assert client.call(name, {"a": 1})["result"]["structuredContent"] == {"a": 1}


# Opening.


def test_a_handshake_that_follows_a_mere_discovery_opens_servers_anew_for_what_it_declares(start, record):
    wire = start({"one": scripted(record=str(record)), "two": scripted()})
    Modern(wire).discover()
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    answer = wire.call("one__ask", {"method": "roots/list"})
    assert answer["result"]["structuredContent"] == {"roots": []}
    assert "roots" in received(record, "initialize")[-1]["params"]["capabilities"]


def test_facts_that_were_spoilt_are_found_out_again(start, record):
    wire = start({"one": stateless(record=str(record)), "two": scripted()})
    wire.initialize()
    wire.call("one__echo")
    wire.abandon()
    spoilt = [file for file in (wire.setting.place / "cache").rglob("*") if file.is_file()]
    assert spoilt
    for file in spoilt:
        file.write_bytes(file.read_bytes()[:-7] + b"\xff\x00{")
    again = type(wire)(wire.setting.command(), env=wire.setting.environment)
    try:
        again.initialize()
        assert again.call("one__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}
        again.check()
    finally:
        again.abandon()


def test_a_server_that_is_down_at_first_is_found_when_it_comes_up(start, tmp_path, record):
    flag = tmp_path / "up"
    entry = stateless(record=str(record))
    program = tmp_path / "later.py"
    program.write_text(
        "import os, sys\n"
        f"os.path.exists({str(flag)!r}) or sys.exit(1)\n"
        f"os.execv({entry['command']!r}, {[entry['command'], *entry['args']]!r})\n"
    )
    later = {"command": entry["command"], "args": ["-S", "-E", str(program)]}
    wire = start({"one": later, "two": scripted()}, junction={"listsWait": "3s"})
    client = Modern(wire)
    names = client.tool_names()
    assert "two__echo" in names and "one__echo" not in names
    listen = client.listen(toolsListChanged=True)
    listen.honoured()
    before = len(wire.frames)
    flag.touch()
    listen.wait_for("notifications/tools/list_changed", after=before, seconds=10)
    processes.wait_until(lambda: "one__echo" in client.tool_names(), 5, "its tools")
    assert client.call("one__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


# The end.


def asks_modern(wire) -> None:
    """Leaves a modern client's call waiting at a legacy server."""
    client = Modern(wire, user)
    client.asked(client.call("old__ask", {"method": "roots/list"}))


def asks_legacy(wire) -> None:
    """Leaves a legacy client asked for what a modern server needs."""
    wire.initialize(capabilities={"roots": {}})
    members = '"requestState":"S","inputRequests":{"r":{"method":"roots/list"}}'
    wire.start_call("new__rounds", {"rounds": [members]})
    wire.wait_for_method("roots/list")


def listens(wire) -> None:
    Modern(wire).listen("l", toolsListChanged=True, resourceSubscriptions=["new://a", "old://a"]).honoured()


@pytest.mark.parametrize("arguments", [[], ["--drain"]], ids=["at once", "drained"])
@pytest.mark.parametrize("leave", [asks_modern, asks_legacy, listens])
def test_nothing_that_waits_for_the_client_holds_up_the_end_of_its_input(start, leave, arguments):
    servers = {"old": scripted(resources=resources["old"], owns="old:"), "new": stateless(resources=resources["new"])}
    wire = start(servers, arguments=arguments)
    leave(wire)
    wire.close_input()
    assert wire.finish(seconds=8) == 0


def test_what_is_in_flight_is_answered_in_its_era_when_the_input_ends(start):
    wire = start({"old": scripted(), "new": stateless()})
    client = Modern(wire)
    client.tool_names()
    ids = [client.start_call(f"{name}__hold", {"key": "k"}) for name in ("old", "new")]
    client.call("new__echo")
    wire.close_input()
    for id in ids:
        answer = wire.result_of(id)
        assert "--drain" in json.dumps(answer.json)
    assert wire.finish() == 0


def test_what_is_in_flight_is_waited_for_with_drain(start):
    wire = start({"old": scripted(), "new": stateless()}, arguments=["--drain"])
    client = Modern(wire)
    client.tool_names()
    ids = {client.start_call(f"{name}__hold", {"key": "k"}): name for name in ("old", "new")}
    for name in ("old", "new"):
        client.start_call(f"{name}__release", {"key": "k"})
    wire.close_input()
    for id in ids:
        assert wire.result_of(id)["result"]["resultType"] == "complete"
    assert wire.finish() == 0
