"""Seeded noise on the wire: damaged messages from either side, and a gateway that goes on."""

import base64
import json
import random

from support.junction import scripted
from support.noise import damaged

client_messages = [
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/call","params":{"name":"one__echo","arguments":{"a":[1,2.5e3,"\\u00e9"]}}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"resources/read","params":{"uri":"mem://a","_meta":{"progressToken":7}}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"one__p"},'
    b'"argument":{"name":"x","value":"y"}}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tools/list","params":{"cursor":null}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"tasks/get","params":{"taskId":"one.t1"}}',
    b'{"jsonrpc":"2.0","id":"n@","method":"logging/setLevel","params":{"level":"info"}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"n1","reason":"\\ud800"}}',
    b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":0.5}}',
    b'{"jsonrpc":"2.0","id":3,"result":{"roots":[{"uri":"file:///x"}]}}',
    b'[{"jsonrpc":"2.0","id":"n@","method":"ping"},{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"m"}}]',
]
server_messages = [
    b'{"jsonrpc":"2.0","id":@ID@,"result":{"content":[{"type":"text","text":"x"}],"_meta":{"a":1}}}',
    b'{"jsonrpc":"2.0","id":@ID@,"error":{"code":-32000,"message":"no","data":{"uri":"mem://a"}}}',
    b'{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"a","data":{"b":[1]}}}',
    b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1,"total":2}}',
    b'{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"mem://a"}}',
    b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}',
    b'{"jsonrpc":"2.0","method":"notifications/tasks/status","params":{"taskId":"t1","status":"working"}}',
    b'{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object"}}}',
    b'{"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}',
    b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}',
]


def lists() -> dict:
    return {"prompts": [{"name": "p"}], "resources": [{"uri": "mem://a", "name": "a"}], "tasks": True}


def test_damaged_messages_of_a_client_do_no_lasting_harm(start, seed):
    chance = random.Random(seed)
    wire = start({"one": scripted(**lists()), "two": scripted()}, strict=False)
    wire.initialize(capabilities={"roots": {}, "elicitation": {}, "sampling": {}})
    wire.tool_names()
    for step in range(600):
        message = chance.choice(client_messages).replace(b"@", str(step).encode())
        wire.send_bytes(damaged(message, chance) + b"\n")
        if step % 100 == 99:
            id = wire.start("ping", id=f"ping {step}")
            assert wire.result_of(id)["result"] == {}, f"seed {seed}, step {step}"
    assert wire.result_of(wire.start_call("one__echo", {"seed": seed}, id="one"))["result"]["structuredContent"] == {
        "seed": seed
    }
    assert wire.result_of(wire.start_call("two__echo", {"seed": seed}, id="two"))["result"]["structuredContent"] == {
        "seed": seed
    }
    for frame in wire.frames:
        assert frame.json is not None, f"seed {seed}: {frame}"


def test_damaged_messages_of_a_server_do_no_harm_to_others(start, seed):
    chance = random.Random(seed)
    wire = start({"one": scripted(**lists()), "two": scripted()}, strict=False)
    wire.initialize(capabilities={"roots": {}, "elicitation": {}, "sampling": {}})
    wire.tool_names()
    for step in range(60):
        noise = [base64.b64encode(damaged(chance.choice(server_messages), chance) + b"\n").decode() for _ in range(10)]
        id = wire.start_call("one__play", json.dumps({"before": noise}).encode())
        wire.result_of(id, 20)
        answer = wire.call("two__echo", {"step": step})
        assert answer["result"]["structuredContent"] == {"step": step}, f"seed {seed}"
        assert len(wire.answers_to(id)) == 1, f"seed {seed}, step {step}"
    for frame in wire.frames:
        assert frame.json is not None, f"seed {seed}: {frame}"
