"""Seeded noise in the modern era: damaged messages from either side, and a gateway that goes on."""

import base64
import json
import random

import pytest

from support.junction import scripted, stateless
from support.modern import Modern, meta, user
from support.noise import damaged

own = json.dumps(meta(user, level="info", token="t")).encode()
client_messages = [
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/call","params":{"name":"new__echo","arguments":{"a":1},"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/call","params":{"name":"old__echo","arguments":{"a":1},"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/call","params":{"name":"old__ask","arguments":{"method":"roots/list"},'
    b'"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/call","params":{"name":"old__ask","arguments":{"method":"roots/list"},'
    b'"requestState":"mcp-junction:1-2-3","inputResponses":{"q1":{"roots":[]}},"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"resources/read","params":{"uri":"new://a","_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"subscriptions/listen","params":{"_meta":%s,"notifications":'
    b'{"toolsListChanged":true,"resourceSubscriptions":["new://a","old://a"],"taskIds":["new.t1"]}}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tasks/update","params":{"taskId":"new:t1","inputResponses":{},"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"server/discover","params":{"_meta":%s}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"prompts/list","params":{"_meta":%s,"cursor":""}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"n1","reason":"\\ud800"}}',
]
tag = b'"_meta":{"io.modelcontextprotocol/subscriptionId":@LISTEN@}'
server_messages = [
    b'{"jsonrpc":"2.0","id":@ID@,"result":{"resultType":"complete","content":[{"type":"text","text":"x"}]}}',
    b'{"jsonrpc":"2.0","id":@ID@,"result":{"resultType":"input_required","requestState":"\\u0041","inputRequests":'
    b'{"a":{"method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object"}}}}}}',
    b'{"jsonrpc":"2.0","id":@ID@,"result":{"resultType":"task","taskId":"t1","status":"working","ttlMs":null}}',
    b'{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32021,"message":"no","data":{"requiredCapabilities":{"roots":{}}}}}',
    b'{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32022,"message":"no","data":{"supported":["x"],"requested":"y"}}}',
    b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"a","data":{"b":[1]}}}',
    b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":@TOKEN@,"progress":1,"total":2}}',
    b'{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"new://a",%s}}' % tag,
    b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{%s}}' % tag,
    b'{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{},%s}}' % tag,
    b'{"jsonrpc":"2.0","id":@LISTEN@,"result":{"resultType":"complete",%s}}' % tag,
    b'{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}',
]


@pytest.fixture
def wire(start):
    resources = {name: [{"uri": f"{name}://a", "name": "a"}] for name in ("old", "new")}
    one = stateless(tasks=True, resources=resources["new"], prompts=[{"name": "p"}], ttlMs=1000)
    return start({"old": scripted(resources=resources["old"], owns="old:"), "new": one}, strict=False)


def test_damaged_messages_of_a_modern_client_do_no_lasting_harm(wire, seed):
    chance = random.Random(seed)
    client = Modern(wire, user)
    client.tool_names()
    for step in range(600):
        message = chance.choice(client_messages).replace(b"@", str(step).encode()).replace(b"%s", own)
        wire.send_bytes(damaged(message, chance) + b"\n")
        if step % 100 == 99:
            assert client.request("tools/list", id=f"list {step}")["result"]["tools"], f"seed {seed}, step {step}"
    for name in ("old", "new"):
        # Without capabilities nothing that was asked before can be put to this call.
        call = {"name": f"{name}__echo", "arguments": {"seed": seed}}
        answer = client.request("tools/call", call, id=name, capabilities={})
        assert answer["result"].get("structuredContent") == {"seed": seed}, f"seed {seed}: {answer}"
    for frame in wire.frames:
        assert frame.json is not None, f"seed {seed}: {frame}"
        assert not (frame.method and "id" in frame), f"seed {seed}: {frame}"


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_damaged_messages_of_a_modern_server_do_no_harm_to_others(wire, seed, era):
    chance = random.Random(seed)
    client = Modern(wire, user)
    client.tool_names()
    client.listen("listen", toolsListChanged=True, resourceSubscriptions=["new://a"]).honoured()
    if era == "legacy":
        for method in ("elicitation/create", "sampling/createMessage", "roots/list"):
            wire.answer(method, {"action": "decline"})
        wire.initialize(capabilities={"roots": {}, "elicitation": {}, "sampling": {}})
    caller = wire if era == "legacy" else client
    for step in range(60):
        noise = [base64.b64encode(damaged(chance.choice(server_messages), chance)).decode() for _ in range(10)]
        id = caller.start_call("new__play", {"pieces": noise})
        wire.result_of(id, 20)
        answer = caller.call("old__echo", {"step": step})
        assert answer["result"]["structuredContent"] == {"step": step}, f"seed {seed}"
        assert len(wire.answers_to(id)) == 1, f"seed {seed}, step {step}"
    for frame in wire.frames:
        assert frame.json is not None, f"seed {seed}: {frame}"
