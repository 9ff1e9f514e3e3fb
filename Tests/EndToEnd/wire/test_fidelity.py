"""Bytes: what is not the gateway's to change arrives as it was sent, in both directions."""

import base64
import json

import pytest

from support import rawjson
from support.junction import scripted

values = {
    "integers beyond 64 bits": b'{"n":123456789012345678901234567890,"m":-18446744073709551617,"i":9007199254740993}',
    "spelled numbers": b'{"a":1.0,"b":1e400,"c":-0,"d":-0.0,"e":1E+2,"f":0.10,"g":1e-7}',
    "duplicate keys": b'{"k":1,"k":{"k":2,"k":3},"k":[]}',
    "escapes": b'{"s":"\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\ \\u00e9 \\ud83d\\ude00","\\u006bey":"\\u0000"}',
    "lone surrogates": b'{"high":"\\ud800","low":"\\udc00","pair backwards":"\\ude00\\ud83d"}',
    "raw unicode": '{"é":"😀\u2028\u2029\u0085\ufeff"}'.encode(),
    "key order": b'{"z":1,"a":2,"name":"x","id":7,"method":"tools/list","jsonrpc":"1.0"}',
    "inner spaces": b'{ "a" : [ 1 ,  2,3 ] ,\t"b":{ } , "c" : "  " }',
    "names of the envelope": b'{"params":{"name":"one__echo","arguments":{}},"result":null,"error":[],"_meta":{"x":1}}',
    "empty": b"{}",
    "deep nesting": b'{"d":' + b"[" * 100 + b"]" * 100 + b"}",
    "literals": b'{"t":true,"f":false,"n":null,"e":"","z":0}',
}


@pytest.mark.parametrize("name", values)
def test_arguments_and_results_keep_every_byte(start, tmp_path, name):
    raw = values[name]
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record)), "two": scripted()}, strict=False)
    wire.initialize()
    answer = wire.call("one__echo", raw)
    assert answer.raw("result", "structuredContent") == raw
    received = [line for line in record.read_bytes().split(b"\n") if b'"tools/call"' in line]
    assert rawjson.member(received[0], "params", "arguments") == raw


def test_five_megabytes_pass_unchanged_in_both_directions(start):
    payload = base64.b64encode(bytes(n * 7 % 256 for n in range(5_000_000 // 4 * 3)))
    raw = b'{"blob":"' + payload + b'"}'
    wire = start({"one": scripted()}, tee=False)
    wire.initialize()
    answer = wire.call("one__echo", raw, seconds=40)
    assert answer.raw("result", "structuredContent") == raw


results = {
    "unknown members": b'{"content":[],"x-vendor":[1.0,{"b":2,"a":1}],"isError":false,"_meta":{"v/x":1e400}}',
    "strange order and spaces": b'{ "isError" : false ,"structuredContent": {"b":1, "a":2.50} , "content" : [ ] }',
    "a duplicate key": b'{"content":[],"k":1,"k":2}',
    "a lone surrogate": b'{"content":[{"type":"text","text":"\\ud800\\u0000"}]}',
    "an error that the tool reports": b'{"content":[{"type":"text","text":"no"}],"isError":true}',
    "no content at all": b'{"structuredContent":{"a":1}}',
    "null as structure": b'{"content":[],"structuredContent":null}',
    "a link and an embedded resource": (
        b'{"content":[{"type":"resource_link","uri":"mem://a","name":"a","size":1.0},'
        b'{"type":"resource","resource":{"uri":"mem://b","text":"\\u0061"}}]}'
    ),
}


@pytest.mark.parametrize("name", results)
def test_a_result_keeps_every_byte(start, name):
    raw = results[name]
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize()
    answer = wire.call("one__raw", {"result": base64.b64encode(raw).decode()})
    assert answer.raw("result") == raw


def test_an_error_keeps_its_bytes(start):
    raw = b'{"code":-32099,"message":"\\u006eo","data":["not an object",1.0,{"b":1,"a":2}],"extra":1e400}'
    line = b'{"jsonrpc":"2.0","id":@ID@,"error":%s}\n' % raw
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.initialize()
    answer = wire.call("one__play", {"before": [base64.b64encode(line).decode()], "answer": False})
    assert answer.raw("error") == raw


ids = [
    b"1",
    b'"1"',
    b"0",
    b"-7",
    b"9007199254740993",
    b'""',
    b'"\\u0041"',
    b'"' + b"i" * 3000 + b'"',
    b"18446744073709551616",
]


@pytest.mark.parametrize("raw", ids, ids=lambda raw: raw[:24].decode())
def test_the_id_of_a_request_comes_back_as_it_was_written(start, raw):
    wire = start({"one": scripted()}, strict=False)
    wire.initialize()
    for body in (
        b'"method":"ping"',
        b'"method":"tools/call","params":{"name":"one__echo","arguments":{}}',
        b'"method":"nothing/known"',
    ):
        before = len(wire.frames)
        wire.send_line(b'{"jsonrpc":"2.0","id":%s,%s}' % (raw, body))
        answer = wire.wait_for(lambda frame: frame.is_answer, after=before)
        assert answer.raw("id") == raw


def test_one_and_the_string_one_are_different_ids(start):
    wire = start({"one": scripted()})
    wire.initialize()
    number, string = (
        wire.start_call("one__hold", {"key": "a"}, id=100),
        wire.start_call("one__hold", {"key": "b"}, id="100"),
    )
    wire.call("one__release", {"keys": ["b", "a"]})
    assert wire.result_of(number).text == "a"
    assert wire.result_of(string).text == "b"


@pytest.mark.parametrize(
    "token", [b"1", b'"1"', b'"\\u0074"', b"9007199254740993", b'""'], ids=lambda raw: raw.decode()
)
def test_a_progress_token_comes_back_as_it_was_written(start, token):
    progress = (
        b'{"jsonrpc":"2.0","method":"notifications/progress","params":'
        b'{"progressToken":@TOKEN@,"progress":1.0,"total":1e2,"x":{"b":1,"a":2}}}\n'
    )
    wire = start({"one": scripted()}, strict=False)
    wire.initialize()
    arguments = json.dumps({"before": [base64.b64encode(progress).decode()]}).encode()
    wire.send_line(
        b'{"jsonrpc":"2.0","id":50,"method":"tools/call","params":{"_meta":{"progressToken":%s,"v":1.0},'
        b'"name":"one__play","arguments":%s}}' % (token, arguments)
    )
    notification = wire.wait_for_method("notifications/progress")
    assert notification.raw("params", "progressToken") == token
    assert notification.raw("params", "progress") == b"1.0"
    assert notification.raw("params", "total") == b"1e2"
    assert notification.raw("params", "x") == b'{"b":1,"a":2}'


def test_unknown_members_of_params_and_meta_reach_the_server(start, tmp_path):
    record = tmp_path / "received"
    wire = start({"one": scripted(record=str(record))}, strict=False)
    wire.initialize()
    wire.send_line(
        b'{"jsonrpc":"2.0","id":60,"method":"tools/call","x-top":1.0,"params":{"x-before":[1.0],"name":"one__echo",'
        b'"arguments":{},"_meta":{"traceparent":"00-\\u0061","v/k":1e400},"x-after":{"b":1,"a":2}}}'
    )
    wire.result_of(60)
    received = [line for line in record.read_bytes().split(b"\n") if b'"tools/call"' in line][0]
    params = dict(rawjson.members(rawjson.member(received, "params")))
    assert params[b"x-before"] == b"[1.0]"
    assert params[b"x-after"] == b'{"b":1,"a":2}'
    assert params[b"name"] == b'"echo"'
    meta = dict(rawjson.members(params[b"_meta"]))
    assert meta[b"traceparent"] == b'"00-\\u0061"' and meta[b"v/k"] == b"1e400"


def test_resources_and_prompts_keep_their_bytes(start, tmp_path):
    record = tmp_path / "received"
    wire = start(
        {"one": scripted(record=str(record), prompts=[{"name": "p"}], resources=[{"uri": "mem://a", "name": "a"}])},
        strict=False,
    )
    wire.initialize()
    wire.items("prompts")
    wire.send_line(
        b'{"jsonrpc":"2.0","id":70,"method":"prompts/get","params":{"arguments":{"b":"\\ud800","a":"\\u0061"},"name":"one__p"}}'
    )
    wire.result_of(70)
    received = [line for line in record.read_bytes().split(b"\n") if b'"prompts/get"' in line][0]
    assert rawjson.member(received, "params", "arguments") == b'{"b":"\\ud800","a":"\\u0061"}'
    assert rawjson.member(received, "params", "name") == b'"p"'


def test_what_the_client_answers_to_a_server_keeps_its_bytes(start):
    raw = b'{"action":"accept","content":{"b":1.0,"a":123456789012345678901234567890,"s":"\\ud800"},"x":1e400}'
    wire = start({"one": scripted(), "two": scripted()}, strict=False)
    wire.answer("elicitation/create", raw)
    wire.initialize(capabilities={"elicitation": {}})
    schema = '{"type":"object","properties":{"z":{"type":"number","maximum":1e400}}}'
    params = '{"requestedSchema":' + schema + ',"message":"\\u0057ho?"}'
    answer = wire.call("one__ask", {"method": "elicitation/create", "params": params})
    assert answer.raw("result", "structuredContent") == raw
    asked = wire.wait_for_method("elicitation/create")
    assert asked.raw("params", "requestedSchema") == schema.encode()
    assert asked.raw("params", "message").startswith(b'"[one] ')
    assert asked.raw("params", "message").endswith(b'\\u0057ho?"')
