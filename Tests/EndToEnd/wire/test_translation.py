"""Errors and shapes that one era has and the other has not."""

import base64
import json

import pytest

from support.junction import scripted, stateless
from support.modern import Modern, retry, user

everything = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {"listChanged": True}}
visits = [
    {"mode": "url", "elicitationId": "e-1", "url": "https://example.test/\u00e9?a=1", "message": "Sign in"},
    {"mode": "url", "elicitationId": "e-2", "url": "https://example.test/2", "message": "And here"},
]


def encoded(value) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode()


def refusing(error: dict) -> dict:
    """Returns the arguments that make the legacy scripted server answer with an error."""
    frame = b'{"jsonrpc":"2.0","id":@ID@,"error":%s}\n' % json.dumps(error).encode()
    return {"before": [base64.b64encode(frame).decode()], "answer": False}


@pytest.fixture
def pair(start):
    """A wire with a legacy server "old" and a modern one "new" behind it, and the modern client on that wire."""

    def pair(legacy: dict | None = None, modern: dict | None = None, **session):
        wire = start({"old": scripted(**(legacy or {})), "new": stateless(**(modern or {}))})
        if session:
            wire.initialize(**session)
            wire.tool_names()
        client = Modern(wire, user)
        client.tool_names()
        return client

    return pair


# A legacy server and a modern client.


@pytest.mark.parametrize("data", [None, {"uri": "old://gone"}, {"uri": "old://gone", "why": 1.0}])
def test_a_missing_resource_of_a_legacy_server_is_an_invalid_parameter(pair, data):
    error = {"code": -32002, "message": "Resource not found", **({"data": data} if data else {})}
    client = pair()
    answer = client.call("old__play", refusing(error))
    assert answer["error"]["code"] == -32602 and answer["error"]["message"] == "Resource not found"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (None, {"uri": "old://gone"}),
        ({}, {"uri": "old://gone"}),
        ({"why": 1.0}, {"uri": "old://gone", "why": 1.0}),
        ({"uri": "old://own"}, {"uri": "old://own"}),
        ("gone", "gone"),
    ],
)
def test_a_missing_resource_names_its_uri(start, said, told):
    servers = {
        "old": scripted(owns="old://a", resources=[{"uri": "old://gone", "name": "x"}], missing=said),
        "two": scripted(owns="z:"),
    }
    client = Modern(start(servers))
    client.items("resources")
    error = client.request("resources/read", {"uri": "old://gone"})["error"]
    assert (error["code"], error["data"]) == (-32602, told)


@pytest.mark.parametrize("code", [-1, 7, -32603, -32602, -32600, -40000])
def test_other_errors_reach_a_modern_client_as_they_are(pair, code):
    client = pair()
    error = {"code": code, "message": "so", "data": [1, {"a": None}]}
    assert client.call("old__play", refusing(error))["error"] == error
    assert client.call("new__refuse", {"error": encoded(error)})["error"] == error


@pytest.mark.parametrize("code", [-32020, -32023, -32050, -32099])
def test_codes_that_the_era_reserves_never_reach_a_modern_client(pair, code):
    client = pair()
    error = {"code": code, "message": "so", "data": {"a": 1}}
    for answer in (client.call("old__play", refusing(error)), client.call("new__refuse", {"error": encoded(error)})):
        assert answer["error"]["code"] == -32603, answer
        assert str(code) in json.dumps(answer["error"])


def test_pages_that_a_legacy_server_demands_become_questions(pair):
    client = pair()
    arguments = refusing({"code": -32042, "message": "first sign in", "data": {"elicitations": visits}})
    requests, state = client.asked(client.call("old__play", arguments))
    assert {one["method"] for one in requests.values()} == {"elicitation/create"}
    params = sorted((one["params"] for one in requests.values()), key=lambda one: one["url"])
    assert [one["url"] for one in params] == sorted(one["url"] for one in visits)
    assert all("elicitationId" not in one and one["mode"] == "url" for one in params)
    accepted = {key: {"action": "accept"} for key in requests}
    # The call was not executed, so it is sent again, and this server demands the same again.
    requests, second = client.asked(client.call("old__play", arguments, retry=retry(state, accepted)))
    assert second != state
    declined = {key: {"action": "decline"} for key in requests}
    answer = client.call("old__play", arguments, retry=retry(second, declined))
    assert answer["result"]["isError"] is True
    replayed = client.call("old__play", arguments, retry=retry(second, accepted))
    assert replayed["error"]["code"] == -32602


def test_pages_that_a_modern_client_cannot_show_are_a_missing_capability(pair):
    client = pair()
    arguments = refusing({"code": -32042, "message": "first sign in", "data": {"elicitations": visits}})
    for capabilities in ({}, {"elicitation": {}}, {"elicitation": {"form": {}}}):
        error = client.call("old__play", arguments, capabilities=capabilities)["error"]
        assert error["code"] == -32021 and error["data"] == {"requiredCapabilities": {"elicitation": {"url": {}}}}


@pytest.mark.parametrize("data", [None, {}, {"elicitations": []}, {"elicitations": 7}, "text"])
def test_a_demand_for_no_page_is_an_internal_error(pair, data):
    client = pair()
    error = {"code": -32042, "message": "sign in", **({} if data is None else {"data": data})}
    assert client.call("old__play", refusing(error))["error"]["code"] == -32603


@pytest.mark.parametrize(
    "raw", [b'{"structuredContent":{"a":1}}', b'{"content":[]}', b'{"isError":true,"content":[]}', b"{}"]
)
def test_results_of_a_legacy_server_get_what_the_era_demands(pair, raw):
    answer = pair().call("old__raw", {"result": encoded(raw)})["result"]
    said = json.loads(raw)
    assert answer["resultType"] == "complete" and answer["content"] == []
    assert {key: answer.get(key) for key in said} == said


def test_what_a_legacy_server_calls_a_result_type_means_nothing(pair):
    answer = pair().call("old__raw", {"result": encoded({"resultType": "input_required", "content": []})})
    assert answer["result"]["resultType"] == "complete"


def test_reads_of_a_legacy_server_may_not_be_kept(pair):
    client = pair(legacy={"resources": [{"uri": "old://a", "name": "a"}]})
    client.items("resources")
    result = client.request("resources/read", {"uri": "old://a"})["result"]
    assert (result["ttlMs"], result["cacheScope"]) == (0, "private")


def test_tools_of_a_legacy_server_lose_what_only_its_era_has(pair):
    client = pair(legacy={"tasks": True})
    job = [tool for tool in client.items("tools") if tool["name"] == "old__job"][0]
    assert "execution" not in job
    assert client.call("old__job").text == "job ran"
    answer = client.request("tools/call", {"name": "old__job", "arguments": {}, "task": {"ttl": 1000}})
    assert answer["result"]["resultType"] == "complete" and "task" not in answer["result"]


# A modern server and a legacy client.


def test_a_missing_capability_is_text_for_a_legacy_client(pair):
    client = pair(capabilities={})
    answer = client.wire.call("new__need", {"name": "sampling"})
    assert answer["result"]["isError"] is True and "sampling" in answer.text


def test_a_missing_capability_for_a_prompt_or_a_resource_is_an_internal_error_for_a_legacy_client(pair):
    error = {"code": -32021, "message": "needed", "data": {"requiredCapabilities": {"sampling": {}}}}
    lists = {"prompts": [{"name": "p"}], "resources": [{"uri": "new://a", "name": "a"}]}
    client = pair(modern={**lists, "refusals": {"prompts/get": error, "resources/read": error}}, capabilities={})
    client.wire.items("prompts")
    client.wire.items("resources")
    for method, params in (("prompts/get", {"name": "new__p"}), ("resources/read", {"uri": "new://a"})):
        told = client.wire.request(method, params)["error"]
        assert told["code"] == -32603 and told["data"]["requiredCapabilities"] == {"sampling": {}}
        assert client.request(method, params, capabilities={})["error"] == error


@pytest.mark.parametrize("data", [{"requiredCapabilities": {"sampling": {}}}, {}, None, "text"])
def test_a_capability_that_the_client_did_declare_is_not_missing_to_it(pair, data):
    client = pair()
    error = {"code": -32021, "message": "needed", **({} if data is None else {"data": data})}
    assert client.call("new__refuse", {"error": encoded(error)})["error"]["code"] == -32603


@pytest.mark.parametrize("code", [-32020, -32022])
def test_errors_of_the_hop_behind_stay_there(pair, code):
    data = {"supported": ["2099-01-01"], "requested": "2026-07-28"}
    client = pair(capabilities={})
    arguments = {"error": encoded({"code": code, "message": "so", "data": data})}
    answer = client.wire.call("new__refuse", arguments)
    assert answer["result"]["isError"] is True if "result" in answer else answer["error"]["code"] == -32603
    answer = client.call("new__refuse", arguments)
    assert answer["result"]["isError"] is True if "result" in answer else answer["error"]["code"] == -32603


def test_a_missing_resource_of_a_modern_server_passes(pair):
    client = pair(
        modern={"resources": [{"uri": "new://gone", "name": "x"}], "missing": ["new://gone"]}, capabilities={}
    )
    client.wire.items("resources")
    error = client.wire.request("resources/read", {"uri": "new://gone"})["error"]
    assert error["code"] in (-32602, -32002) and error["data"]["uri"] == "new://gone"
    error = client.request("resources/read", {"uri": "new://gone"})["error"]
    assert (error["code"], error["data"]["uri"]) == (-32602, "new://gone")


@pytest.mark.parametrize("value", [b"[1.0,2]", b"null", b"0", b'"text"', b"true", b"[]"])
def test_structure_that_is_no_object_is_for_modern_clients_only(pair, value):
    raw = b'{"resultType":"complete","content":[{"type":"text","text":"said"}],"structuredContent":%s}' % value
    client = pair(capabilities={})
    assert client.call("new__raw", {"result": encoded(raw)}).raw("result", "structuredContent") == value
    answer = client.wire.call("new__raw", {"result": encoded(raw)})
    assert answer.text == "said"
    assert isinstance(answer["result"].get("structuredContent", {}), dict)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "integer"}}},
        {"type": "null"},
        {},
    ],
)
def test_output_schemas_that_are_no_objects_are_for_modern_clients_only(pair, schema):
    odd = {"name": "odd", "inputSchema": {"type": "object"}, "outputSchema": schema}
    plain = {"name": "plain", "inputSchema": {"type": "object"}, "outputSchema": {"type": "object"}}
    client = pair(modern={"tools": [odd, plain]}, capabilities={})
    modern = {tool["name"]: tool for tool in client.items("tools")}
    assert modern["new__odd"]["outputSchema"] == schema and modern["new__plain"]["outputSchema"] == {"type": "object"}
    legacy = {tool["name"]: tool for tool in client.wire.items("tools")}
    assert legacy["new__plain"]["outputSchema"] == {"type": "object"}
    assert legacy["new__odd"].get("outputSchema", {"type": "object"})["type"] == "object"


def test_a_result_that_does_not_say_its_type_is_complete(pair):
    resources = [{"uri": "new://a", "name": "a"}]
    client = pair(modern={"noResultType": True, "resources": resources, "prompts": [{"name": "p"}]}, capabilities={})
    assert client.call("new__echo", {"a": 1})["result"]["resultType"] == "complete"
    assert client.request("prompts/get", {"name": "new__p"})["result"]["resultType"] == "complete"
    assert client.wire.call("new__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


@pytest.mark.parametrize("kind", [b'"strange"', b"7", b"null", b'""', b'"Complete"'])
def test_a_result_of_an_unknown_type_is_an_invalid_answer(pair, kind):
    client = pair(capabilities={})
    arguments = {"result": encoded(b'{"resultType":%s,"content":[{"type":"text","text":"x"}]}' % kind)}
    answer = client.call("new__raw", arguments)
    assert answer["result"]["isError"] is True if "result" in answer else answer["error"]["code"] == -32603
    answer = client.wire.call("new__raw", arguments)
    assert answer["result"]["isError"] is True if "result" in answer else answer["error"]["code"] == -32603


def test_a_task_that_was_not_asked_for_is_an_invalid_answer(pair):
    task = {
        "resultType": "task",
        "taskId": "t",
        "status": "working",
        "createdAt": "x",
        "lastUpdatedAt": "x",
        "ttlMs": None,
    }
    client = pair(capabilities={})
    answer = client.call("new__raw", {"result": encoded(task)})
    assert answer["result"].get("isError") is True if "result" in answer else answer["error"]["code"] == -32603
    answer = client.wire.call("new__raw", {"result": encoded(task)})
    assert answer["result"].get("isError") is True if "result" in answer else answer["error"]["code"] == -32603


@pytest.mark.parametrize(
    "hints, expected",
    [
        (b'"ttlMs":-5,"cacheScope":"public"', (0, "public")),
        (b'"ttlMs":1.5,"cacheScope":"public"', None),
        (b'"ttlMs":"60000","cacheScope":"public"', (0, "public")),
        (b'"ttlMs":99999999999999999999,"cacheScope":"public"', None),
        (b'"ttlMs":1000,"cacheScope":"everyone"', (1000, "private")),
        (b'"ttlMs":1000', (1000, "private")),
        (b'"cacheScope":"public"', (0, "public")),
    ],
)
def test_cache_hints_that_are_wrong_are_made_right(start, hints, expected):
    """The scripted server reads any bytes as a result, so it stands in for one that is careless with its hints."""
    resources = [{"uri": "new://a", "name": "a"}]
    given = dict(json.loads(b"{%s}" % hints))
    behaviour = {"resources": resources, "hints": {"resources/read": {"ttlMs": None, "cacheScope": None, **given}}}
    client = Modern(start({"new": stateless(**behaviour), "two": scripted()}))
    client.items("resources")
    result = client.request("resources/read", {"uri": "new://a"})["result"]
    assert isinstance(result["ttlMs"], int) and result["ttlMs"] >= 0
    assert expected is None or (result["ttlMs"], result["cacheScope"]) == expected


def test_a_broken_list_of_a_modern_server_is_no_harm_to_others(start):
    tools = [
        {"name": "", "inputSchema": {"type": "object"}},
        {"name": "ok", "inputSchema": {"type": "object"}},
        {"name": "bare"},
    ]
    wire = start({"new": stateless(tools=tools), "two": scripted()})
    names = Modern(wire).tool_names()
    assert "new__ok" in names and "two__echo" in names
    wire.initialize()
    assert "new__ok" in wire.tool_names()
