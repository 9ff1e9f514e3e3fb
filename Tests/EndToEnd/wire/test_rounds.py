"""A modern server requires input: a legacy client is asked within its call, a modern one comes back with the answer."""

import json

import pytest

from support import processes, rawjson
from support.junction import scripted, stateless
from support.modern import Modern, meta, reserved, retry, user
from support.record import lines as received

form = {"message": "Who?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "string"}}}}
page = {"mode": "url", "message": "Sign in", "url": "https://example.test/x?y=1"}
sampling = {"messages": [{"role": "user", "content": {"type": "text", "text": "why?"}}], "maxTokens": 1}
accepted = {"action": "accept", "content": {"n": "me"}}
sampled = {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "m"}
rooted = {"roots": [{"uri": "file:///here"}]}
questions = {
    "elicitation/create": (form, accepted),
    "sampling/createMessage": (sampling, sampled),
    "roots/list": ({}, rooted),
}
everything = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {"listChanged": True}}


def one_round(state: str | None = None, **requests: tuple[str, dict]) -> str:
    """Returns the members of a result that requires this input; `state` is raw JSON."""
    members = []
    if requests:
        asked = {key: {"method": method, "params": params} for key, (method, params) in requests.items()}
        members.append('"inputRequests":' + json.dumps(asked))
    if state is not None:
        members.append(f'"requestState":{state}')
    return ",".join(members)


def roots(state: str | None = None) -> str:
    return one_round(state, r=("roots/list", {}))


@pytest.fixture
def server(tmp_path):
    """A modern server that asks, and the record of what it received."""
    record = tmp_path / "received"

    def server(**behaviour) -> dict:
        return stateless(record=str(record), **behaviour)

    server.record = record
    server.legs = lambda: [line for line in received(record, "tools/call") if b'"rounds"' in line]
    return server


@pytest.fixture
def legacy(start, server):
    """A legacy client that can do everything, before the modern server "new" and another."""

    def legacy(
        capabilities: dict = everything, revision: str = "2025-11-25", junction: dict | None = None, **behaviour
    ):
        wire = start({"new": server(**behaviour), "two": scripted()}, junction=junction)
        wire.initialize(revision, capabilities)
        wire.tool_names()
        return wire

    return legacy


@pytest.fixture
def modern(start, server):
    def modern(**behaviour) -> Modern:
        client = Modern(start({"new": server(**behaviour), "two": scripted()}), user)
        client.tool_names()
        return client

    return modern


def answer_all(wire, said: dict | None = None) -> None:
    for method, (_, answer) in questions.items():
        wire.answer(method, (said or {}).get(method, answer))


# A legacy client.


@pytest.mark.parametrize("method", list(questions))
def test_a_legacy_client_is_asked_within_its_call(legacy, server, method):
    wire = legacy()
    answer_all(wire)
    params, said = questions[method]
    answer = wire.call("new__rounds", {"rounds": [one_round('"S1"', q=(method, params))]})
    assert answer["result"]["structuredContent"] == {"legs": 2, "inputResponses": {"q": said}}
    asked = [frame for frame in wire.frames if frame.method == method]
    assert len(asked) == 1
    if method == "elicitation/create":
        assert asked[0]["params"]["message"] == "[new] Who?"
        assert asked[0]["params"]["requestedSchema"] == form["requestedSchema"]
    first, second = (json.loads(line) for line in server.legs())
    assert first["id"] != second["id"]
    assert second["params"]["arguments"] == first["params"]["arguments"]
    assert second["params"]["requestState"] == "S1" and "requestState" not in first["params"]


def test_the_server_hears_what_this_client_can_do(legacy, server):
    wire = legacy({"elicitation": {}, "roots": {"listChanged": True}})
    wire.call("new__echo")
    own = json.loads(received(server.record, "tools/call")[0])["params"]["_meta"]
    declared = own[f"{reserved}clientCapabilities"]
    assert set(declared) == {"elicitation", "roots"} and "url" not in declared["elicitation"]
    assert "listChanged" not in declared["roots"]


@pytest.mark.parametrize(
    "revision, declared", [("2025-06-18", {"elicitation"}), ("2025-03-26", set()), ("2024-11-05", set())]
)
def test_older_clients_are_asked_only_what_their_revision_has(legacy, server, revision, declared):
    wire = legacy({"elicitation": {}}, revision)
    wire.call("new__echo")
    own = json.loads(received(server.record, "tools/call")[0])["params"]["_meta"][f"{reserved}clientCapabilities"]
    assert set(own) == declared and "url" not in own.get("elicitation", {})


def test_a_page_to_visit_gets_an_id_and_its_end_is_told(legacy):
    wire = legacy()
    answer_all(wire, {"elicitation/create": {"action": "accept"}})
    answer = wire.call("new__rounds", {"rounds": [one_round('"S"', q=("elicitation/create", page))]})
    assert answer["result"]["structuredContent"]["inputResponses"] == {"q": {"action": "accept"}}
    asked = wire.wait_for_method("elicitation/create")["params"]
    assert (asked["mode"], asked["url"], asked["message"]) == ("url", page["url"], "[new] Sign in")
    done = wire.wait_for_method("notifications/elicitation/complete")
    assert done["params"]["elicitationId"] == asked["elicitationId"] != ""


def test_all_keys_of_a_round_are_answered_under_their_own_names(legacy):
    wire = legacy()
    answer_all(wire)
    keys = {"": "roots/list", "a/b": "elicitation/create", "\u00e9 \"'": "sampling/createMessage", "0": "roots/list"}
    asked = {key: {"method": method, "params": questions[method][0]} for key, method in keys.items()}
    rounds = {"rounds": ['"inputRequests":' + json.dumps(asked) + ',"requestState":"S"']}
    answer = wire.call("new__rounds", rounds)
    expected = {key: questions[method][1] for key, method in keys.items()}
    assert answer["result"]["structuredContent"]["inputResponses"] == expected


@pytest.mark.parametrize("state", ['""', '"\\u0041\\/\\ud83d\\ude00\\n"', '"' + "x" * 100_000 + '"', '"\\ud800"', None])
def test_the_state_comes_back_to_the_server_byte_for_byte(legacy, server, state):
    wire = legacy()
    answer_all(wire)
    answer = wire.call("new__rounds", {"rounds": [roots(state), roots(state)]})
    assert answer["result"]["structuredContent"] == {"legs": 3, "inputResponses": {"r": rooted}}
    for line in server.legs()[1:]:
        assert rawjson.member(line, "params", "requestState") == (None if state is None else state.encode())


def test_what_the_client_answers_reaches_the_server_byte_for_byte(legacy, server):
    wire = legacy()
    content = b'{"action":"accept","content":{"n":1.0,"m":"\\u0042","big":12345678901234567890}}'
    wire.answer("elicitation/create", content)
    wire.call("new__rounds", {"rounds": [one_round('"S"', q=("elicitation/create", form))]})
    assert rawjson.member(server.legs()[1], "params", "inputResponses", "q") == content


def test_a_round_of_nothing_but_state_is_repeated_after_a_while(legacy, server):
    wire = legacy()
    before = len(wire.frames)
    sent = wire.start_call("new__rounds", {"rounds": [one_round('"S1"'), one_round('"S2"')]})
    processes.wait_until(lambda: len(server.legs()) >= 1, 5, "the first leg")
    answer = wire.result_of(sent)
    assert answer["result"]["structuredContent"] == {"legs": 3, "inputResponses": None}
    assert [frame.method for frame in wire.frames[before:]] == [None], "the client is asked nothing"


def test_rounds_are_as_many_as_the_configuration_allows(legacy, server):
    wire = legacy(junction={"inputRounds": 3})
    answer_all(wire)
    assert wire.call("new__rounds", {"rounds": [roots(f'"{n}"') for n in range(3)]}).text == "done"
    legs = len(server.legs())
    answer = wire.call("new__rounds", {"rounds": [roots(f'"{n}"') for n in range(4)]})
    assert answer["result"]["isError"] is True
    assert len(server.legs()) - legs <= 4


def test_ten_rounds_are_enough_and_eleven_are_too_many(legacy):
    wire = legacy()
    answer_all(wire)
    assert wire.call("new__rounds", {"rounds": [roots(f'"{n}"') for n in range(10)]}).text == "done"
    answer = wire.call("new__rounds", {"rounds": [roots(f'"{n}"') for n in range(11)]})
    assert answer["result"]["isError"] is True
    assert len([frame for frame in wire.frames if frame.method == "roots/list"]) == 20


def refuse(wire, frame) -> None:
    wire.send_line(b'{"jsonrpc":"2.0","id":%s,"error":{"code":-1,"message":"no"}}' % frame.raw("id"))


def test_an_elicitation_that_the_client_refuses_is_cancelled(legacy):
    wire = legacy()
    id = wire.start_call("new__rounds", {"rounds": [one_round('"S"', q=("elicitation/create", form))]})
    refuse(wire, wire.wait_for_method("elicitation/create"))
    answer = wire.result_of(id)
    assert answer["result"]["structuredContent"]["inputResponses"] == {"q": {"action": "cancel"}}


@pytest.mark.parametrize("method", ["sampling/createMessage", "roots/list"])
def test_a_refusal_that_the_modern_era_cannot_express_ends_the_call(legacy, server, method):
    wire = legacy()
    id = wire.start_call("new__rounds", {"rounds": [one_round('"S"', q=(method, questions[method][0]))]})
    refuse(wire, wire.wait_for_method(method))
    assert wire.result_of(id)["result"]["isError"] is True
    wire.call("new__echo")
    assert len(server.legs()) == 1


def test_a_client_is_not_asked_for_what_it_never_declared(legacy):
    wire = legacy({"roots": {}})
    answer = wire.call("new__rounds", {"rounds": [one_round('"S"', q=("sampling/createMessage", sampling))]})
    assert answer["result"]["isError"] is True
    assert [frame for frame in wire.frames if frame.method == "sampling/createMessage"] == []


def test_input_that_nobody_knows_ends_the_call(legacy):
    wire = legacy()
    for bad in ('"inputRequests":{"q":{"method":"no/such"}}', '"inputRequests":{"q":7},"requestState":"S"', '"x":1'):
        answer = wire.call("new__rounds", {"rounds": [bad]})
        assert answer["result"]["isError"] is True, bad
    assert [frame for frame in wire.frames if frame.method and "list_changed" not in frame.method] == []


def test_a_call_cancelled_while_its_client_is_asked_is_over(legacy, server):
    wire = legacy()
    id = wire.start_call("new__rounds", {"rounds": [roots('"S"')]})
    asked = wire.wait_for_method("roots/list")
    wire.notify("notifications/cancelled", {"requestId": id})
    told = wire.wait_for_method("notifications/cancelled")
    assert told["params"]["requestId"] == asked["id"]
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": rooted})
    wire.call("new__echo")
    assert len(server.legs()) == 1 and wire.answers_to(id) == []


def test_a_call_cancelled_while_its_server_works_is_cancelled_there(legacy, server):
    wire = legacy(silent=[])
    answer_all(wire)
    id = wire.start_call("new__hold", {"key": "k"})
    wire.call("new__echo")
    wire.notify("notifications/cancelled", {"requestId": id})
    wire.call("new__echo")
    sent = [json.loads(line)["id"] for line in received(server.record, "tools/call") if b'"hold"' in line]
    told = [json.loads(line)["params"]["requestId"] for line in received(server.record, "notifications/cancelled")]
    assert told == sent and wire.answers_to(id) == []


def test_a_call_cancelled_in_a_pause_between_rounds_goes_no_further(legacy, server):
    wire = legacy()
    id = wire.start_call("new__rounds", {"rounds": [one_round(f'"{n}"') for n in range(10)]})
    processes.wait_until(lambda: len(server.legs()) == 2, 5, "the second leg")
    wire.notify("notifications/cancelled", {"requestId": id})
    wire.request("ping")
    legs = len(server.legs())
    wire.call("new__rounds", {"rounds": [one_round('"other"')]})
    assert len(server.legs()) == legs + 2 and wire.answers_to(id) == []


def test_a_server_that_dies_while_the_client_is_asked_fails_the_call(legacy):
    wire = legacy()
    id = wire.start_call("new__rounds", {"rounds": [roots('"S"')]})
    asked = wire.wait_for_method("roots/list")
    wire.call("new__leave")
    wire.send({"jsonrpc": "2.0", "id": asked["id"], "result": rooted})
    # The server keeps no state of its own, so what the new process makes of it is an answer as well.
    assert "result" in wire.result_of(id, seconds=20)
    assert wire.call("new__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}


@pytest.mark.parametrize(
    "method, params", [("prompts/get", {"name": "new__p"}), ("resources/read", {"uri": "new://a"})]
)
def test_prompts_and_resources_may_require_input_as_well(legacy, server, method, params):
    lists = {"prompts": [{"name": "p"}], "resources": [{"uri": "new://a", "name": "a"}]}
    wire = legacy(inputs={method: {"q": {"method": "elicitation/create", "params": form}}}, **lists)
    answer_all(wire)
    wire.items("prompts")
    wire.items("resources")
    answer = wire.request(method, params)
    assert answer["result"].get("messages") or answer["result"].get("contents")
    second = json.loads(received(server.record, method)[1])["params"]
    assert second["inputResponses"] == {"q": accepted} and second["requestState"] == "once"


@pytest.mark.parametrize(
    "method, params", [("prompts/get", {"name": "new__p"}), ("resources/read", {"uri": "new://a"})]
)
def test_a_refusal_for_a_prompt_or_a_resource_is_an_error(legacy, method, params):
    lists = {"prompts": [{"name": "p"}], "resources": [{"uri": "new://a", "name": "a"}]}
    wire = legacy(inputs={method: {"q": {"method": "roots/list"}}}, **lists)
    wire.items("prompts")
    wire.items("resources")
    id = wire.start(method, params)
    refuse(wire, wire.wait_for_method("roots/list"))
    assert wire.result_of(id)["error"]["code"] == -32603


def test_rounds_of_many_calls_do_not_mix(legacy):
    wire = legacy()
    wire.answer("roots/list", {"roots": []})
    wire.answer("elicitation/create", lambda frame: {"action": "accept", "content": {"n": frame["params"]["message"]}})
    ids = {}
    for number in range(20):
        params = {**form, "message": str(number)}
        rounds = [roots(f'"a{number}"'), one_round(f'"b{number}"', q=("elicitation/create", params))]
        ids[wire.start_call("new__rounds", {"rounds": rounds})] = number
    for id, number in ids.items():
        said = wire.result_of(id)["result"]["structuredContent"]
        assert said == {"legs": 3, "inputResponses": {"q": {"action": "accept", "content": {"n": f"[new] {number}"}}}}


# A modern client.


@pytest.mark.parametrize(
    "state", [b'""', b'"\\u0041\\/\\ud83d\\ude00"', b'"' + b"x" * 100_000 + b'"', b'"\\ud800"', None]
)
def test_the_state_passes_a_modern_client_byte_for_byte(modern, server, state):
    client = modern()
    rounds = json.dumps({"rounds": [roots(None if state is None else state.decode())] * 2}).encode()
    params = b'"name":"new__rounds","arguments":%s,"_meta":%s' % (rounds, json.dumps(meta(user)).encode())
    client.wire.send_line(b'{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{%s}}' % params)
    answer = client.wire.result_of("a")
    assert answer.raw("result", "requestState") == state
    assert answer["result"]["inputRequests"]["r"]["method"] == "roots/list"
    back = b"" if state is None else b',"requestState":%s' % state
    responses = b'{"r":{"roots":[],"x":1.0}}'
    for id in (b'"b"', b'"c"'):
        line = b'{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{%s,"inputResponses":%s%s}}'
        client.wire.send_line(line % (id, params, responses, back))
        answer = client.wire.result_of(json.loads(id))
    assert answer["result"]["structuredContent"]["legs"] == 3
    for line in server.legs()[1:]:
        assert rawjson.member(line, "params", "requestState") == state
        assert rawjson.member(line, "params", "inputResponses") == responses


def test_what_is_asked_of_a_modern_client_passes_but_for_the_label(modern):
    client = modern()
    schema = '{"type":"object","properties":{"n":{"type":"number","maximum":1e400,"x":"\\u0041\\/"}}}'
    asked = (
        '"inputRequests":{"\\u0061":{"method":"elicitation/create","params":{"message":"Who?","requestedSchema":%s}}}'
    )
    answer = client.call("new__rounds", {"rounds": [asked % schema]})
    question = answer["result"]["inputRequests"]["a"]
    assert question["params"]["message"] == "[new] Who?"
    assert answer.raw("result", "inputRequests").count(schema.encode()) == 1
    assert "requestState" not in answer["result"]


def test_a_modern_client_may_answer_in_part_or_not_at_all(modern, server):
    client = modern()
    arguments = {"rounds": [roots('"1"'), one_round('"2"')]}
    _, state = client.asked(client.call("new__rounds", arguments))
    requests, state = client.asked(client.call("new__rounds", arguments, retry=retry(state, {"other": rooted})))
    assert requests == {} and state == "2"
    assert client.call("new__rounds", arguments, retry=retry(state)).text == "done"
    assert [rawjson.member(line, "params", "inputResponses") is None for line in server.legs()] == [True, False, True]


@pytest.mark.parametrize(
    "method, params", [("prompts/get", {"name": "new__p"}), ("resources/read", {"uri": "new://a"})]
)
def test_a_modern_client_is_asked_for_prompts_and_resources(modern, method, params):
    lists = {"prompts": [{"name": "p"}], "resources": [{"uri": "new://a", "name": "a"}]}
    client = modern(inputs={method: {"q": {"method": "elicitation/create", "params": form}}}, **lists)
    client.items("prompts")
    client.items("resources")
    requests, state = client.asked(client.request(method, params))
    assert requests["q"]["params"]["message"] == "[new] Who?"
    answer = client.request(method, {**params, **retry(state, {"q": accepted})})
    assert answer["result"]["resultType"] == "complete"


def test_a_server_of_both_eras_is_bridged_for_the_later_client(start, server):
    """The legacy client was first, so the server is legacy to us, and its questions to a modern client are parked."""
    wire = start({"new": server(initialize="answer"), "two": scripted()})
    wire.initialize(capabilities=everything)
    wire.tool_names()
    client = Modern(wire, user)
    assert client.call("new__echo", {"a": 1})["result"]["resultType"] == "complete"
    assert not [line for line in server.record.read_bytes().splitlines() if reserved.encode() in line]
