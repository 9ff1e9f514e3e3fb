"""A legacy server asks a modern client: the call waits, and the client comes back with the answers."""

import base64
import json

import pytest

from support import processes, rawjson
from support.junction import scripted, stateless
from support.modern import Modern, meta, retry, user
from support.record import received
from support.wire import Wire

form = {"message": "Who?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "string"}}}}
page = {"mode": "url", "message": "Sign in", "elicitationId": "e-1", "url": "https://example.test/x?y=1"}
sampling = {"messages": [{"role": "user", "content": {"type": "text", "text": "why?"}}], "maxTokens": 1}
accepted = {"action": "accept", "content": {"n": "me"}}
sampled = {"role": "assistant", "content": {"type": "text", "text": "x"}, "model": "m"}
rooted = {"roots": [{"uri": "file:///here"}]}
questions = {
    "elicitation/create": (form, accepted),
    "sampling/createMessage": (sampling, sampled),
    "roots/list": ({}, rooted),
}


def ask(method: str = "elicitation/create", params: dict | str = form, **more) -> dict:
    return {"method": method, "params": params if isinstance(params, str) else json.dumps(params), **more}


def interview(*methods: str, **more) -> dict:
    requests = [{"id": f"i{n}", "method": method, "params": questions[method][0]} for n, method in enumerate(methods)]
    return {"requests": requests, **more}


def answers(record) -> list[bytes]:
    """Returns the lines with which requests of a server were answered."""
    return [line for line in record.read_bytes().splitlines() if rawjson.member(line, "method") is None]


@pytest.fixture
def open_client(start, tmp_path):
    """Starts a gateway over a legacy server "old", which asks, and another."""

    def open_client(capabilities: dict = user, junction: dict | None = None, **behaviour) -> Modern:
        record = tmp_path / f"record{len(list(tmp_path.glob('record*')))}"
        wire = start({"old": scripted(record=str(record), **behaviour), "new": stateless()}, junction=junction)
        client = Modern(wire, capabilities)
        client.record = record
        client.calls = lambda tool: [one for one in received(record, "tools/call") if one["params"]["name"] == tool]
        return client

    return open_client


@pytest.fixture
def client(open_client):
    return open_client()


def parked(client: Modern, arguments: dict | None = None, tool: str = "ask", **more) -> tuple[dict, str]:
    """Calls a tool that asks, and returns what is asked and the state."""
    requests, state = client.asked(client.call(f"old__{tool}", arguments or ask(), **more))
    assert state is not None
    return requests, state


def only(requests: dict) -> tuple[str, dict]:
    assert len(requests) == 1, requests
    return next(iter(requests.items()))


@pytest.mark.parametrize("method", list(questions))
def test_what_a_server_asks_ends_the_request_and_its_answer_goes_on_with_the_call(client, method):
    params, said = questions[method]
    arguments = ask(method, params)
    requests, state = parked(client, arguments)
    key, question = only(requests)
    assert question["method"] == method
    if method == "elicitation/create":
        assert question["params"] == {**form, "message": "[old] Who?"}
    if method == "sampling/createMessage":
        assert question["params"] == sampling
    answer = client.call("old__ask", arguments, retry=retry(state, {key: said}))
    assert answer["result"]["resultType"] == "complete"
    assert answer["result"]["structuredContent"] == said
    assert len(client.calls("ask")) == 1, "a tool is not executed again"
    line = json.dumps(client.calls("ask"))
    assert "inputResponses" not in line and "requestState" not in line


def test_a_page_to_visit_comes_without_the_id_that_only_legacy_clients_know(client):
    arguments = ask(params=page)
    requests, state = parked(client, arguments)
    key, question = only(requests)
    expected = {"mode": "url", "message": "[old] Sign in", "url": page["url"]}
    assert question == {"method": "elicitation/create", "params": expected}
    answer = client.call("old__ask", arguments, retry=retry(state, {key: {"action": "accept"}}))
    assert answer["result"]["structuredContent"] == {"action": "accept"}


@pytest.mark.parametrize("said", [{"action": "decline"}, {"action": "cancel"}])
def test_a_refusal_is_an_answer_like_any_other(client, said):
    requests, state = parked(client)
    key, _ = only(requests)
    assert client.call("old__ask", ask(), retry=retry(state, {key: said}))["result"]["structuredContent"] == said


def test_questions_and_answers_keep_their_bytes(client):
    schema = '{"type":"object","properties":{"n":{"type":"number","maximum":1e400,"x":"\\u0041\\/"}}}'
    arguments = ask(params='{"message":"\\u0057ho?","requestedSchema":%s}' % schema)
    id = client.start_call("old__ask", arguments)
    answer = client.wire.result_of(id)
    requests, state = client.asked(answer)
    key, _ = only(requests)
    question = answer.raw("result", "inputRequests", key, "params")
    assert rawjson.member(question, "requestedSchema") == schema.encode()
    content = b'{"action":"accept","content":{"n":1.0,"m":"\\u0042","big":12345678901234567890}}'
    line = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": "again",
            "method": "tools/call",
            "params": {"name": "old__ask", "arguments": arguments, "inputResponses": {key: "@"}, "requestState": state},
        }
    ).encode()
    own = json.dumps(meta(client.capabilities)).encode()
    line = line.replace(b'"@"', content).replace(b'"params": {', b'"params": {"_meta":%s,' % own)
    client.wire.send_line(line)
    assert client.wire.result_of("again").raw("result", "structuredContent") == content


def test_several_questions_at_once_are_asked_together(client):
    arguments = interview("elicitation/create", "sampling/createMessage", "roots/list")
    requests, state = parked(client, arguments, "interview")
    assert sorted(one["method"] for one in requests.values()) == sorted(questions)
    responses = {key: questions[one["method"]][1] for key, one in requests.items()}
    answer = client.call("old__interview", arguments, retry=retry(state, responses))
    said = {one["id"]: one["said"] for one in answer["result"]["structuredContent"]["answers"]}
    assert said == {"i0": accepted, "i1": sampled, "i2": rooted}
    assert len(client.calls("interview")) == 1


def test_questions_one_after_the_other_are_rounds_with_a_state_each(client):
    arguments = interview("roots/list", "elicitation/create", "roots/list", inTurn=True)
    id = client.start_call("old__interview", arguments)
    states = []
    for _ in range(3):
        requests, state = client.asked(client.wire.result_of(id))
        key, question = only(requests)
        states.append(state)
        said = questions[question["method"]][1]
        id = client.start_call("old__interview", arguments, retry=retry(state, {key: said}))
    answer = client.wire.result_of(id)
    assert [one["id"] for one in answer["result"]["structuredContent"]["answers"]] == ["i0", "i1", "i2"]
    assert len(set(states)) == 3
    assert len(client.calls("interview")) == 1


def test_what_was_left_out_is_asked_again(client):
    arguments = interview("elicitation/create", "roots/list")
    requests, first = parked(client, arguments, "interview")
    keys = {one["method"]: key for key, one in requests.items()}
    partly = {keys["roots/list"]: rooted, "nobody asked this": accepted}
    requests, second = client.asked(client.call("old__interview", arguments, retry=retry(first, partly)))
    assert [one["method"] for one in requests.values()] == ["elicitation/create"] and second != first
    responses = {key: accepted for key in requests}
    answer = client.call("old__interview", arguments, retry=retry(second, responses))
    assert len(answer["result"]["structuredContent"]["answers"]) == 2
    assert len(client.calls("interview")) == 1


def test_a_token_is_good_once(client):
    requests, state = parked(client)
    key, _ = only(requests)
    again = retry(state, {key: accepted})
    assert client.call("old__ask", ask(), retry=again)["result"]["structuredContent"] == accepted
    assert client.call("old__ask", ask(), retry=again)["error"]["code"] == -32602
    assert len(client.calls("ask")) == 1


@pytest.mark.parametrize("made_up", ["", "x", "gw1.AAAA", "mcp-junction:1-2-3", "mcp-junction:" + "f" * 50, "\u0000"])
def test_a_token_that_was_never_given_is_refused_and_nothing_executed(client, made_up):
    client.tool_names()
    assert client.call("old__ask", ask(), retry=retry(made_up, {"u0": accepted}))["error"]["code"] == -32602
    assert client.calls("ask") == []


def test_tokens_cannot_be_guessed_from_others(client):
    states = [parked(client, ask(id=f'"{number}"'))[1] for number in range(8)]
    assert len(set(states)) == 8 and all(len(state) >= 22 for state in states)
    for state in states:
        for position in (-1, -9, len(state) // 2):
            forged = list(state)
            forged[position] = "0" if forged[position] != "0" else "1"
            answer = client.call("old__ask", ask(), retry=retry("".join(forged), {"u0": accepted}))
            assert answer["error"]["code"] == -32602


def test_a_token_is_good_for_its_tool_and_arguments_only(client):
    client.tool_names()
    requests, state = parked(client)
    key, _ = only(requests)
    again = retry(state, {key: accepted})
    assert client.call("old__ask", ask("roots/list", {}), retry=again)["error"]["code"] == -32602
    assert client.call("old__echo", ask(), retry=again)["error"]["code"] == -32602
    elsewhere = client.call("new__echo", ask(), retry=again)
    assert elsewhere["error"]["code"] == -32602 if "error" in elsewhere else elsewhere["result"]["content"]
    assert client.calls("echo") == []
    prompt = client.request("prompts/get", {"name": "old__ask", **again})
    assert "error" in prompt
    assert client.call("old__ask", ask(), retry=again)["result"]["structuredContent"] == accepted


def test_of_retries_at_the_same_time_one_is_served(client):
    requests, state = parked(client)
    key, _ = only(requests)
    ids = [client.start_call("old__ask", ask(), retry=retry(state, {key: accepted})) for _ in range(10)]
    outcomes = [client.wire.result_of(id) for id in ids]
    assert sorted("result" in one for one in outcomes) == [False] * 9 + [True]
    assert {one["error"]["code"] for one in outcomes if "error" in one} == {-32602}
    assert len(client.calls("ask")) == 1


def test_calls_parked_side_by_side_get_their_own_answers(client):
    waiting = {}
    for number in range(12):
        arguments = ask("roots/list", {}, id=str(number))
        requests, state = parked(client, arguments)
        waiting[number] = (arguments, state, only(requests)[0])
    for number, (arguments, state, key) in reversed(waiting.items()):
        said = {"roots": [{"uri": f"file:///{number}"}]}
        answer = client.call("old__ask", arguments, retry=retry(state, {key: said}))
        assert answer["result"]["structuredContent"] == said
    assert len(client.calls("ask")) == 12


def test_a_retry_after_the_gateway_started_again_is_refused(client):
    requests, state = parked(client)
    key, _ = only(requests)
    client.wire.abandon()
    setting = client.wire.setting
    wire = Wire(setting.command(), env=setting.environment)
    try:
        answer = Modern(wire, user).call("old__ask", ask(), retry=retry(state, {key: accepted}))
        assert answer["error"]["code"] == -32602
        wire.check()
    finally:
        wire.abandon()
    assert len(client.calls("ask")) == 1


def test_a_call_that_nobody_comes_back_for_is_given_up(open_client):
    client = open_client(junction={"inputWait": "1s"})
    requests, state = parked(client, ask(id='"q"'))
    key, _ = only(requests)
    processes.wait_until(lambda: answers(client.record), 8, "the server was told")
    said = json.loads(answers(client.record)[-1])
    assert said["id"] == "q" and (said.get("result") == {"action": "cancel"} or "error" in said)
    answer = client.call("old__ask", ask(id='"q"'), retry=retry(state, {key: accepted}))
    assert answer["error"]["code"] == -32602
    assert len(client.calls("ask")) == 1


@pytest.mark.parametrize(
    "method, code", [("sampling/createMessage", -32601), ("roots/list", -32601), ("elicitation/create", -32602)]
)
def test_what_this_request_did_not_declare_is_not_asked(client, method, code):
    others = {"sampling/createMessage": "sampling", "roots/list": "roots", "elicitation/create": "elicitation"}
    client.tool_names()
    declared = {key: value for key, value in user.items() if key != others[method]}
    answer = client.call("old__ask", ask(method, questions[method][0]), capabilities=declared)
    assert answer["result"]["resultType"] == "complete"
    assert answer["result"]["structuredContent"]["code"] in (code, -32601)


def test_a_page_is_not_asked_of_a_client_that_only_shows_forms(client):
    client.tool_names()
    answer = client.call("old__ask", ask(params=page), capabilities={"elicitation": {}})
    assert answer["result"]["structuredContent"]["code"] in (-32602, -32601)


def test_a_call_cancelled_before_anything_is_asked_is_cancelled_at_its_server(client):
    id = client.start_call("old__hold", {"key": "k"})
    client.call("old__echo")
    client.wire.notify("notifications/cancelled", {"requestId": id})
    client.call("old__echo")
    assert len(received(client.record, "notifications/cancelled")) == 1
    assert client.wire.answers_to(id) == []


def test_cancelling_a_request_that_was_answered_with_a_question_changes_nothing(client):
    id = client.start_call("old__ask", ask())
    requests, state = client.asked(client.wire.result_of(id))
    client.wire.notify("notifications/cancelled", {"requestId": id})
    client.call("old__echo")
    assert received(client.record, "notifications/cancelled") == []
    key, _ = only(requests)
    answer = client.call("old__ask", ask(), retry=retry(state, {key: accepted}))
    assert answer["result"]["structuredContent"] == accepted


def test_a_retry_that_is_cancelled_cancels_the_call(client):
    arguments = interview("roots/list", "roots/list", inTurn=True)
    requests, state = parked(client, arguments, "interview")
    key, _ = only(requests)
    # Between the rounds nothing is in flight: the cancellation comes while the server works.
    slow = {
        "before": [base64.b64encode(b'{"jsonrpc":"2.0","id":"z","method":"roots/list"}\n').decode()],
        "answer": False,
    }
    requests, late = parked(client, slow, "play")
    played, _ = only(requests)
    id = client.start_call("old__play", slow, retry=retry(late, {played: rooted}))
    client.call("old__echo")
    client.wire.notify("notifications/cancelled", {"requestId": id})
    client.call("old__echo")
    told = received(client.record, "notifications/cancelled")
    assert [one["params"]["requestId"] for one in told] == [client.calls("play")[0]["id"]]
    assert client.wire.answers_to(id) == []
    requests, _ = client.asked(client.call("old__interview", arguments, retry=retry(state, {key: rooted})))
    assert requests


def test_a_call_that_ends_while_it_waits_is_answered_when_the_client_comes_back(client):
    ends = {
        "before": [base64.b64encode(b'{"jsonrpc":"2.0","id":"z","method":"roots/list"}\n').decode()],
        "answer": False,
    }
    requests, state = parked(client, ends, "play")
    sent = client.calls("play")[0]["id"]
    late = (
        b'{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":"gave up"}]}}\n'
        % json.dumps(sent).encode()
    )
    client.call("old__play", {"before": [base64.b64encode(late).decode()]})
    key, _ = only(requests)
    answer = client.call("old__play", ends, retry=retry(state, {key: rooted}))
    assert answer.text == "gave up"
    assert client.call("old__play", ends, retry=retry(state, {key: rooted}))["error"]["code"] == -32602


asks_and_waits = {
    "before": [base64.b64encode(b'{"jsonrpc":"2.0","id":"z","method":"roots/list"}\n').decode()],
    "answer": False,
}


def end_parked(client: Modern) -> None:
    """Has the server answer the call that was parked first."""
    sent = json.dumps(client.calls("play")[0]["id"]).encode()
    late = b'{"jsonrpc":"2.0","id":%s,"result":{"content":[]}}\n' % sent
    client.call("old__play", {"before": [base64.b64encode(late).decode()]})


def test_a_question_is_answered_though_the_call_it_was_put_to_has_ended(client):
    """It may have been another call's: on a pipe nothing says whose it is."""
    requests, state = parked(client, asks_and_waits, "play")
    end_parked(client)
    key, _ = only(requests)
    assert client.call("old__play", asks_and_waits, retry=retry(state, {key: rooted}))["result"]["content"] == []
    processes.wait_until(lambda: answers(client.record), 5, "the answer")
    assert json.loads(answers(client.record)[0]) == {"jsonrpc": "2.0", "id": "z", "result": rooted}


def test_a_question_is_given_up_though_the_call_it_was_put_to_has_ended(open_client):
    client = open_client(junction={"inputWait": "1s"})
    parked(client, asks_and_waits, "play")
    end_parked(client)
    processes.wait_until(lambda: answers(client.record), 8, "an answer of our own")
    assert json.loads(answers(client.record)[0])["id"] == "z"


def test_a_question_outlives_the_request_that_it_was_put_to(client):
    """The request started last is cancelled at once, and the call that asked is another."""
    client.tool_names()
    calls = {client.start_call("old__hold", {"key": "k"}): ("old__hold", {"key": "k"})}
    id = client.start_call("old__play", asks_and_waits)
    client.wire.notify("notifications/cancelled", {"requestId": id})
    calls[client.start_call("old__release", {"key": "k"})] = ("old__release", {"key": "k"})
    for waiting in calls:
        answer = client.wire.result_of(waiting)
        if answer["result"]["resultType"] == "input_required":
            requests, state = client.asked(answer)
            client.call(*calls[waiting], retry=retry(state, {only(requests)[0]: rooted}))
    processes.wait_until(lambda: answers(client.record), 5, "an answer")
    assert json.loads(answers(client.record)[0])["id"] == "z"


def test_a_server_that_dies_takes_its_parked_calls_with_it(client):
    requests, state = parked(client)
    client.call("old__play", {"answer": False, "exit": 1})
    key, _ = only(requests)
    answer = client.call("old__ask", ask(), retry=retry(state, {key: accepted}))
    assert "error" in answer or answer["result"]["isError"] is True
    assert client.call("old__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert len(client.calls("ask")) == 1


def test_progress_is_told_under_the_token_of_whoever_waits(client):
    def step(number: int) -> str:
        frame = (
            b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":%d}}\n'
        )
        return base64.b64encode(frame % number).decode()

    question = base64.b64encode(b'{"jsonrpc":"2.0","id":"z","method":"roots/list"}\n').decode()
    arguments = {"before": [step(1), question], "answer": False}
    id = client.start_call("old__play", arguments, token="first")
    requests, state = client.asked(client.wire.result_of(id))
    token = client.calls("play")[0]["params"]["_meta"]["progressToken"]
    late = step(2).encode()
    frame = base64.b64decode(late).replace(b"@TOKEN@", json.dumps(token).encode())
    client.call("old__play", {"before": [base64.b64encode(frame).decode()]})
    key, _ = only(requests)
    second = client.start_call("old__play", arguments, retry=retry(state, {key: rooted}), token="second")
    client.call("old__echo")
    frame = frame.replace(b'"progress":2', b'"progress":3')
    client.call("old__play", {"before": [base64.b64encode(frame).decode()]})
    client.wire.notify("notifications/cancelled", {"requestId": second})
    told = [one["params"] for one in client.wire.frames if one.method == "notifications/progress"]
    assert [(one["progressToken"], one["progress"]) for one in told] == [("first", 1), ("second", 3)]


@pytest.mark.parametrize("responses", [7, "x", [], None])
def test_answers_of_no_known_shape_are_refused_and_the_call_still_waits(client, responses):
    client.wire.strict = False
    requests, state = parked(client)
    bad = {"inputResponses": responses, "requestState": state}
    answer = client.call("old__ask", ask(), retry=bad)
    if "result" in answer:
        requests, state = client.asked(answer)
    else:
        assert answer["error"]["code"] == -32602
    assert len(client.calls("ask")) == 1


def test_what_a_server_asks_outside_of_any_call_is_answered_by_ourselves(client):
    frames = [
        {"jsonrpc": "2.0", "id": "e", "method": "elicitation/create", "params": form},
        {"jsonrpc": "2.0", "id": "s", "method": "sampling/createMessage", "params": sampling},
        {"jsonrpc": "2.0", "id": "p", "method": "ping"},
    ]
    after = [base64.b64encode(json.dumps(frame).encode() + b"\n").decode() for frame in frames]
    client.call("old__play", {"after": after})
    processes.wait_until(lambda: len(answers(client.record)) == 3, 5, "three answers")
    said = {frame["id"]: frame for frame in map(json.loads, answers(client.record))}
    assert said["p"]["result"] == {}
    assert "error" in said["e"] or said["e"]["result"] == {"action": "cancel"}
    assert "error" in said["s"]


def test_a_call_of_this_era_is_never_turned_into_a_question_for_the_other(client):
    wire = client.wire
    wire.answer("roots/list", {"roots": []})
    wire.initialize(capabilities={"roots": {}})
    before = len(wire.frames)
    requests, state = parked(client)
    assert [frame for frame in wire.frames[before:] if frame.method] == []
    key, _ = only(requests)
    answer = client.call("old__ask", ask(), retry=retry(state, {key: accepted}))
    assert answer["result"]["structuredContent"] == accepted
    legacy = wire.call("old__ask", ask("roots/list", {}))
    assert legacy["result"]["structuredContent"] == {"roots": []}


def test_as_many_calls_wait_as_the_configuration_allows(open_client):
    client = open_client(junction={"parkedCalls": 2})
    for number in range(2):
        parked(client, ask("roots/list", {}, id=str(number)))
    answer = client.call("old__ask", ask("roots/list", {}, id="2"))
    assert answer["result"]["resultType"] == "complete" and "code" in answer["result"]["structuredContent"]


def test_a_question_taken_back_is_not_answered(client):
    arguments = ask("roots/list", {}, id='"z"')
    requests, state = parked(client, arguments)
    taken_back = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "z"}}
    frame = base64.b64encode(json.dumps(taken_back).encode() + b"\n").decode()
    client.call("old__play", {"before": [frame]})
    key, _ = only(requests)
    id = client.start_call("old__ask", arguments, retry=retry(state, {key: rooted}))
    client.call("old__echo")
    assert answers(client.record) == []
    client.wire.notify("notifications/cancelled", {"requestId": id})
    client.call("old__echo")


def finish_all(client: Modern, calls: dict) -> dict:
    """Answers whatever these calls (name and arguments by id) require until all are over; returns their results."""
    results, looked_at = {}, 0
    while calls:
        answer = client.wire.wait_for(lambda frame: frame.is_answer and frame["id"] in calls, after=looked_at)
        looked_at = client.wire.frames.index(answer) + 1
        name, arguments = calls.pop(answer["id"])
        if answer["result"]["resultType"] == "complete":
            results[json.dumps([name, arguments])] = answer["result"]
            continue
        requests, state = client.asked(answer)
        said = {key: {"roots": [{"uri": f"file:///{key}"}]} for key in requests}
        calls[client.start_call(name, arguments, retry=retry(state, said))] = (name, arguments)
    return results


@pytest.mark.parametrize("order", ["questions first", "questions last", "mixed"])
def test_calls_that_ask_and_calls_that_do_not_all_end(client, order):
    """On a pipe nothing says which call a question belongs to; each gets its result, each question an answer."""
    client.tool_names()
    asks = [("old__ask", ask("roots/list", {}, id=str(number))) for number in range(8)]
    echoes = [("old__echo", {"n": number}) for number in range(32)]
    mixed = [one for number in range(8) for one in (asks[number], *echoes[4 * number : 4 * number + 4])]
    chosen = {"questions first": asks + echoes, "questions last": echoes + asks, "mixed": mixed}[order]
    results = finish_all(client, {client.start_call(*one): one for one in chosen})
    assert len(results) == 40
    said = {key: result["structuredContent"] for key, result in results.items()}
    assert all(said[json.dumps([name, arguments])] == arguments for name, arguments in echoes)
    assert all("roots" in said[json.dumps([name, arguments])] for name, arguments in asks)
    assert len(client.calls("ask")) == 8 and len(client.calls("echo")) == 32


def test_a_question_outlives_the_call_that_was_the_last_to_start(client):
    frame = base64.b64encode(b'{"jsonrpc":"2.0","id":"z","method":"roots/list"}\n').decode()
    calls = {}
    for name, arguments in (("old__hold", {"key": "k"}), ("old__play", {"before": [frame]})):
        calls[client.start_call(name, arguments)] = (name, arguments)
    calls[client.start_call("old__release", {"key": "k"})] = ("old__release", {"key": "k"})
    results = finish_all(client, calls)
    assert sorted(result["content"][0]["text"] for result in results.values()) == ["k", "played", "released"]
    processes.wait_until(lambda: answers(client.record), 5, "an answer to the question")
    assert [json.loads(line)["id"] for line in answers(client.record)] == ["z"]


def test_a_parked_call_does_not_hold_others_up(client):
    parked(client)
    ids = [client.start_call("old__echo", {"n": number}) for number in range(50)]
    for number, id in enumerate(ids):
        assert client.wire.result_of(id)["result"]["structuredContent"] == {"n": number}


def test_end_of_input_while_calls_wait_ends_the_gateway_in_time(client):
    parked(client)
    client.wire.close_input()
    assert client.wire.finish(seconds=6) == 0
