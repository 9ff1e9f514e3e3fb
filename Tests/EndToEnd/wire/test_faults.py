"""Answers that are no answers, or not quite: each costs what it must, and nobody waits for ever."""

import json
import os
import re
import time

import pytest

from support.junction import scripted, stateless
from support.modern import Modern
from support.processes import wait_until

WELCOME = (
    '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"},'
    '"supportedVersions":["2026-07-28"],"resultType":"complete","ttlMs":0,"cacheScope":"private"}'
)
CONTENT = '{"content":[{"type":"text","text":"the words"}],"resultType":"complete"}'

# Lines that mean nothing plain, with what the error must say.
HOPELESS = {
    "neither": ('{"jsonrpc":"2.0","id":@ID@}', "neither"),
    "both": ('{"jsonrpc":"2.0","id":@ID@,"result":{},"error":{"code":1,"message":"m"}}', "both"),
    "both, turned": ('{"error":{"code":1,"message":"m"},"result":{},"id":@ID@,"jsonrpc":"2.0"}', "both"),
    "both null": ('{"jsonrpc":"2.0","id":@ID@,"result":null,"error":null}', "both"),
    "two ids": ('{"jsonrpc":"2.0","id":@ID@,"id":@ID@,"result":{}}', "two ids"),
    "result null": ('{"jsonrpc":"2.0","id":@ID@,"result":null}', "null"),
    "result text": ('{"jsonrpc":"2.0","id":@ID@,"result":"hi"}', "hi"),
    "result array": ('{"jsonrpc":"2.0","id":@ID@,"result":[7]}', "array"),
    "result number": ('{"jsonrpc":"2.0","id":@ID@,"result":7}', "number"),
    "error null": ('{"jsonrpc":"2.0","id":@ID@,"error":null}', "null"),
    "error text": ('{"jsonrpc":"2.0","id":@ID@,"error":"boom"}', "boom"),
    "code text": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":"E1","message":"boom"}}', "E1"),
    "code fraction": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":1.5,"message":"boom"}}', "code"),
    "code missing": ('{"jsonrpc":"2.0","id":@ID@,"error":{"message":"boom"}}', "code"),
    "message null": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32603,"message":null}}', "null"),
    "message missing": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32603}}', "message"),
    "message object": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":1,"message":{"text":"boom"}}}', "boom"),
    "NaN": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[],"structuredContent":{"mean":NaN}}}', "byte"),
    "infinity": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[],"structuredContent":{"a":-Infinity}}}', "byte"),
    "tab": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"a\tb"}]}}', "byte"),
    "carriage return": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"a\rb"}]}}', "byte"),
    "nul": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"a\0b"}]}}', "byte"),
    "latin 1": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"caf\xe9"}]}}', "byte"),
    "surrogate": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"\xed\xa0\xbd"}]}}', "byte"),
    "cut off": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"te', "JSON"),
    "cut off late": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[]}', "JSON"),
    "single quotes": ('{"jsonrpc":"2.0","id":@ID@,"result":{\'content\':[]}}', "byte"),
    "trailing comma": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":[],}}', "byte"),
    "python": ('{"jsonrpc":"2.0","id":@ID@,"result":{"content":None}}', "byte"),
    "id first": ('{"id":@ID@,"jsonrpc":"2.0","result":{"content":[undefined]}}', "byte"),
    "error with NaN": ('{"jsonrpc":"2.0","id":@ID@,"error":{"code":NaN,"message":"boom"}}', "byte"),
    "old version": ('{"jsonrpc":"1.0","id":@ID@,"result":{}}', "jsonrpc"),
    "no version": ('{"id":@ID@,"result":{}}', "jsonrpc"),
}

# Lines that mean what a good answer does; @RESULT@ is its result.
PLAIN = {
    "error null": '{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@,"error":null}',
    "error null first": '{"error":null,"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "method null": '{"jsonrpc":"2.0","id":@ID@,"method":null,"params":null,"result":@RESULT@,"error":null}',
    "more members": '{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@,"took":1.0}',
    "id as text": '{"jsonrpc":"2.0","id":"@ID@","result":@RESULT@}',
    "id with a fraction": '{"jsonrpc":"2.0","id":@ID@.0,"result":@RESULT@}',
    "id with an exponent": '{"jsonrpc":"2.0","id":@ID@e0,"result":@RESULT@}',
    "byte order mark": '\xef\xbb\xbf{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "carriage return": '{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}\r',
    "carriage return first": '\r{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "colours": '\x1b[32m{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}\x1b[0m',
    "words": 'INFO: sent {"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "time": '[12:00:01] {"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "words behind": '{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@} done',
    "word on the line before": 'listening\n{"jsonrpc":"2.0","id":@ID@,"result":@RESULT@}',
    "spaces": '  {  "jsonrpc" : "2.0" , "id" : @ID@ , "result" : @RESULT@ }  ',
}

hopeless = pytest.mark.parametrize("line, word", HOPELESS.values(), ids=HOPELESS)
plain = pytest.mark.parametrize("line", PLAIN.values(), ids=PLAIN)
eras = pytest.mark.parametrize("era", ["legacy", "modern"])
server_of = {"legacy": scripted, "modern": stateless}


def seconds_of_work(process: int) -> float:
    """Returns the processor time that a process has used."""
    fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kilobytes_of(process: int) -> int:
    return int(next(line.split()[1] for line in open(f"/proc/{process}/status") if line.startswith("VmRSS")))


def assert_calm(wire) -> None:
    assert seconds_of_work(wire.process.pid) < 1
    assert kilobytes_of(wire.process.pid) < 100_000


def opened(wire, era: str) -> Modern | None:
    if era == "modern":
        client = Modern(wire)
        client.discover()
        return client
    wire.initialize()
    return None


def asked(wire, client: Modern | None, method: str, params: dict):
    return client.request(method, params) if client else wire.request(method, params)


def names(wire, client: Modern | None) -> list[str]:
    return client.tool_names() if client else wire.tool_names()


# The handshake.


@eras
@hopeless
def test_an_answer_of_no_meaning_to_the_handshake_fails_its_server_alone(start, era, line, word):
    answers = {"initialize": [line] * 9, "server/discover": [line] * 9}
    wire = start({"bad": server_of[era](answers=answers), "good": scripted()}, strict=False)
    begun = time.monotonic()
    client = opened(wire, era)
    assert time.monotonic() - begun < 2
    listed = names(wire, client)
    assert "good__echo" in listed and not [name for name in listed if name.startswith("bad__")]
    said = asked(wire, client, "tools/call", {"name": "bad__echo", "arguments": {}})
    assert word in json.dumps(said.json), said
    assert time.monotonic() - begun < 8
    assert_calm(wire)


@eras
@plain
def test_an_answer_of_plain_meaning_to_the_handshake_opens_its_server(start, era, line):
    method = "initialize" if era == "legacy" else "server/discover"
    answers = {method: [line.replace("@RESULT@", WELCOME)]}
    wire = start({"bad": server_of[era](answers=answers), "good": scripted()}, strict=False)
    assert "bad__echo" in names(wire, opened(wire, era))


@pytest.mark.parametrize("form", ["neither", "both", "error text", "cut off"])
def test_a_server_that_says_nothing_behind_an_answer_of_no_meaning_keeps_nobody_waiting(start, form):
    line, word = HOPELESS[form]
    entry = scripted(answers={"initialize": [line] * 9}, silent=["server/discover"])
    wire = start({"bad": entry, "good": scripted()}, strict=False)
    begun = time.monotonic()
    wire.initialize()
    assert "good__echo" in wire.tool_names()
    assert time.monotonic() - begun < 3.5
    assert word in json.dumps(wire.call("bad__echo").json)
    assert_calm(wire)


# Calls.

CALLS = {
    "tools/call": {"name": "bad__echo", "arguments": {}},
    "prompts/get": {"name": "bad__hello"},
    "resources/read": {"uri": "bad:1"},
    "completion/complete": {
        "ref": {"type": "ref/prompt", "name": "bad__hello"},
        "argument": {"name": "a", "value": "b"},
    },
}
OFFER = {
    "prompts": [{"name": "hello"}],
    "resources": [{"uri": "bad:1", "name": "one"}],
}


@pytest.fixture
def crossing(start):
    """A gateway over a server of one era for a client of another, with lines for the answers to come."""

    def make(server: str, client: str, method: str, *lines: str):
        entry = server_of[server](answers={method: list(lines)}, **OFFER)
        wire = start({"bad": entry, "good": scripted()}, strict=False)
        modern = opened(wire, client)
        assert "bad__echo" in names(wire, modern)
        return wire, modern

    return make


@pytest.mark.parametrize("server, client", [("legacy", "legacy"), ("legacy", "modern"), ("modern", "modern")])
@hopeless
def test_an_answer_of_no_meaning_to_a_call_ends_it_at_once_with_what_came(crossing, server, client, line, word):
    wire, modern = crossing(server, client, "tools/call", line)
    begun = time.monotonic()
    answer = asked(wire, modern, "tools/call", CALLS["tools/call"])
    assert time.monotonic() - begun < 5
    result = answer["result"]
    assert result["isError"] is True
    assert word in result["content"][0]["text"] and '"bad"' in result["content"][0]["text"]
    assert "result" in asked(wire, modern, "tools/call", CALLS["tools/call"]), "the server is still there"
    assert "result" in asked(wire, modern, "tools/call", {"name": "good__echo", "arguments": {}})


@pytest.mark.parametrize("method", [method for method in CALLS if method != "tools/call"])
@pytest.mark.parametrize("form", ["neither", "two ids", "message null", "code text", "NaN", "latin 1", "cut off"])
def test_an_answer_of_no_meaning_to_any_request_is_an_error(crossing, method, form):
    line, word = HOPELESS[form]
    wire, _ = crossing("legacy", "legacy", method, line)
    answer = wire.request(method, CALLS[method])
    assert type(answer["error"]["code"]) is int and word in answer["error"]["message"]


@pytest.mark.parametrize("server, client", [("legacy", "legacy"), ("legacy", "modern"), ("modern", "modern")])
@plain
def test_an_answer_of_plain_meaning_to_a_call_is_its_answer(crossing, server, client, line):
    wire, modern = crossing(server, client, "tools/call", line.replace("@RESULT@", CONTENT))
    answer = asked(wire, modern, "tools/call", CALLS["tools/call"])
    assert answer.text == "the words"
    assert set(answer.json) == {"jsonrpc", "id", "result"}


def test_of_many_calls_in_flight_the_one_ends_whose_answer_is_broken(crossing):
    wire, _ = crossing("legacy", "legacy", "prompts/get", HOPELESS["tab"][0])
    held = [wire.start_call("bad__hold", {"key": f"k{number}"}) for number in range(5)]
    assert "byte" in wire.request("prompts/get", CALLS["prompts/get"])["error"]["message"]
    wire.call("bad__release", {"keys": [f"k{number}" for number in range(5)]})
    assert [wire.result_of(id).text for id in held] == [f"k{number}" for number in range(5)]


def test_an_error_without_an_id_is_the_answer_to_the_only_call_in_flight(crossing):
    line = '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"disk is full"}}'
    wire, _ = crossing("legacy", "legacy", "tools/call", line, line.replace('"id":null,', ""))
    for _ in range(2):
        assert "disk is full" in json.dumps(wire.call("bad__echo").json)


def test_an_error_without_an_id_is_in_the_log_when_it_may_be_anybodys(crossing):
    line = '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"disk is full"}}'
    wire, _ = crossing("legacy", "legacy", "prompts/get", line)
    held = wire.start_call("bad__hold", {"key": "k"})
    wire.start("prompts/get", CALLS["prompts/get"])
    deadline = time.monotonic() + 10
    while "disk is full" not in wire.stderr and time.monotonic() < deadline:
        wire.request("ping")
    assert "disk is full" in wire.stderr
    wire.call("bad__release", {"key": "k"})
    assert wire.result_of(held).text == "k"


# What goes on beside calls.


@pytest.mark.parametrize("method", ["logging/setLevel", "resources/subscribe", "resources/unsubscribe"])
@pytest.mark.parametrize("form", ["neither", "both null", "two ids", "tab", "error text"])
def test_an_answer_of_no_meaning_to_an_arrangement_is_one_answer(crossing, method, form):
    wire, _ = crossing("legacy", "legacy", method, *[HOPELESS[form][0]] * 3)
    params = {"level": "info"} if method == "logging/setLevel" else {"uri": "bad:1"}
    if method == "resources/unsubscribe":
        wire.request("resources/subscribe", params)
    wire.request(method, params)
    assert wire.call("bad__echo")["result"]["content"]
    assert_calm(wire)


@pytest.mark.parametrize("form", ["neither", "both", "two ids", "result text", "NaN", "error text"])
@eras
def test_an_answer_of_no_meaning_to_one_list_costs_that_list_only(start, era, form):
    line = HOPELESS[form][0]
    answers = {"prompts/list": [line] * 9}
    wire = start({"bad": server_of[era](answers=answers, **OFFER), "good": scripted()}, strict=False)
    client = opened(wire, era)
    listed = names(wire, client)
    assert "bad__echo" in listed and "good__echo" in listed
    assert "resources" in asked(wire, client, "resources/list", {})["result"]
    assert "bad__hello" not in json.dumps(asked(wire, client, "prompts/list", {}).json)
    assert_calm(wire)


@eras
def test_a_list_that_failed_is_asked_again(start, era):
    line = '{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32603,"message":"not ready yet"}}'
    answers = {"tools/list": [line]}
    wire = start({"bad": server_of[era](answers=answers), "good": scripted()}, strict=False)
    client = opened(wire, era)
    wait_until(lambda: "bad__echo" in names(wire, client), 15, lambda: wire.stderr[-500:])


@eras
def test_a_list_that_is_never_answered_delays_itself_only(start, era):
    wire = start({"bad": server_of[era](silent=["prompts/list"]), "good": scripted()}, strict=False)
    begun = time.monotonic()
    assert "bad__echo" in names(wire, opened(wire, era))
    assert time.monotonic() - begun < 3


# What a server asks at once.


@pytest.mark.parametrize("method, member", [("roots/list", "roots"), ("sampling/createMessage", "content")])
def test_what_a_server_asks_right_after_the_handshake_reaches_the_client(start, method, member):
    question = '{"jsonrpc":"2.0","id":"r1","method":"%s","params":{"messages":[],"maxTokens":1}}' % method
    welcome = '{"jsonrpc":"2.0","id":@ID@,"result":%s}' % WELCOME
    entry = scripted(answers={"initialize": [f"{welcome}\n{question}"]})
    wire = start({"bad": entry, "good": scripted()}, strict=False)
    message = {"role": "assistant", "content": {"type": "text", "text": "hi"}, "model": "m"}
    wire.answer(method, {"roots": [{"uri": "file:///work"}]} if member == "roots" else message)
    wire.initialize(capabilities={"roots": {}, "sampling": {}})
    asked = wire.wait_for_method(method)
    assert "id" in asked
    assert "bad__echo" in wire.tool_names()


# What a failure says.


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_reason_that_stands_on_standard_output_is_told_beside_the_one_on_standard_error(start, era):
    servers = {"bad": scripted(banner="Please set API_KEY first\n", stderr="a trace\n", exit=1), "good": scripted()}
    wire = start(servers, strict=False)
    client = opened(wire, era)
    names(wire, client)
    said = json.dumps(asked(wire, client, "tools/call", {"name": "bad__echo", "arguments": {}}).json)
    assert "Please set API_KEY first" in said and "a trace" in said


@pytest.mark.parametrize("code", [-32020, -32021, -32022, -32042, -32099])
def test_a_code_that_means_something_else_to_a_modern_client_is_told_in_words(crossing, code):
    line = '{"jsonrpc":"2.0","id":@ID@,"error":{"code":%d,"message":"the quota is used up"}}' % code
    wire, client = crossing("legacy", "modern", "tools/call", line)
    answer = client.call("bad__echo")
    said = json.dumps(answer.json)
    assert "the quota is used up" in said
    assert answer["error"]["code"] == code or str(code) in said


def test_a_server_that_always_dies_is_started_once_per_attempt_after_both_eras(start, tmp_path):
    starts = tmp_path / "starts"
    entry = {"command": "/bin/sh", "args": ["-c", 'echo x >>"$0"; exit 1', str(starts)]}
    wire = start({"bad": entry, "good": scripted()}, strict=False, tee=False)
    wire.initialize()

    def attempts() -> int:
        # What is the same but for its numbers is not said again, until the breaker opens.
        return max((int(number) for number in re.findall(r" attempt=(\d+)", wire.stderr)), default=0)

    wait_until(lambda: attempts() >= 4, 15, lambda: wire.stderr[-1500:])
    assert len(starts.read_text().split()) <= attempts() + 2


# Clients.


@pytest.mark.parametrize(
    "line",
    [
        '{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"bad__echo","arguments":null}}',
        '{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"arguments":null,"name":"bad__echo","task":null}}',
        '{"jsonrpc":"2.0","id":77,"method":"prompts/get","params":{"name":"bad__hello","arguments":null,"_meta":null}}',
        '{"jsonrpc":"2.0","id":77,"method":"tools/list","params":null}',
        '{"jsonrpc":"2.0","id":77,"method":"tools/list","params":{"cursor":null}}',
        '{"jsonrpc":"2.0","id":77,"method":"ping","params":null,"result":null,"error":null}',
        '\ufeff{"jsonrpc":"2.0","id":77,"method":"ping"}',
        '{"jsonrpc":"2.0","id":77,"method":"ping"}\r',
    ],
)
def test_what_a_client_writes_oddly_and_means_plainly_is_answered(crossing, line):
    wire, _ = crossing("legacy", "legacy", "nothing")
    wire.send_bytes(line.encode() + b"\n")
    assert "result" in wire.result_of(77)


def test_arguments_that_are_null_do_not_reach_a_server(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"bad": scripted(record=str(record)), "good": scripted()}, strict=False)
    wire.initialize()
    wire.tool_names()
    wire.send_bytes(b'{"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"name":"bad__echo","arguments":null}}\n')
    assert wire.result_of(77)["result"]["structuredContent"] == {}
    calls = [line for line in record.read_bytes().splitlines() if b"tools/call" in line]
    assert len(calls) == 1 and b"null" not in calls[0]
