"""Arguments that servers of the modern era want in header fields as well (`x-mcp-header`)."""

import json
import subprocess

import pytest

from support.http_script import ModernScript, text

mismatch = {"code": -32020, "message": "Mcp-Param-Region is missing"}


def tool(name: str, **properties) -> dict:
    return {"name": name, "inputSchema": {"type": "object", "properties": properties}}


def wanted(header: str, **more) -> dict:
    return {"type": "string", "x-mcp-header": header, **more}


@pytest.fixture
def modern(start):
    """Starts a gateway with one scripted server of the modern era, and an initialized client."""
    made = []

    def modern(*tools: dict, play=lambda _: False):
        server = ModernScript(play)
        server.tools = list(tools)
        made.append(server)
        wire = start({"far": {"url": server.url}}, strict=False)
        wire.initialize()
        return wire, server

    yield modern
    for server in made:
        server.stop()


def test_a_tool_that_wants_what_is_illegal_is_left_out_and_told(modern):
    wire, _ = modern(
        tool("good", region=wanted("Region"), n={"type": "integer", "x-mcp-header": "N"}),
        tool("share", n={"type": "number", "x-mcp-header": "N"}),
        tool("words", a=wanted("no token")),
        tool("twice", a=wanted("Region"), b=wanted("REGION")),
        tool("hidden", a={"type": "array", "items": wanted("Region")}),
        {"name": "root", "inputSchema": {"type": "object", "x-mcp-header": "Region"}},
    )
    assert wire.tool_names() == ["far__good"]
    listed = subprocess.run(
        wire.setting.command("--list", "--json"), env=wire.setting.environment, capture_output=True, text=True
    )
    left_out = json.loads(listed.stdout)["servers"][0]["quarantined"]
    assert {entry["name"] for entry in left_out} == {"share", "words", "twice", "hidden", "root"}
    assert all("x-mcp-header" in entry["reason"] for entry in left_out)


def test_arguments_go_into_header_fields_as_the_schema_wants(modern):
    wire, server = modern(
        tool(
            "t",
            region=wanted("Region"),
            n={"type": "integer", "x-mcp-header": "N"},
            o={"type": "object", "properties": {"b": {"type": "boolean", "x-mcp-header": "B"}}},
            gone=wanted("Gone"),
        )
    )
    wire.call("far__t", {"region": "Zürich", "n": 42.0, "o": {"b": True}, "gone": None})
    headers = server.named("tools/call")[0].headers
    assert {name: value for name, value in headers.items() if name.startswith("mcp-param-")} == {
        "mcp-param-region": "=?base64?WsO8cmljaA==?=",
        "mcp-param-n": "42",
        "mcp-param-b": "true",
    }
    assert (headers["mcp-method"], headers["mcp-name"]) == ("tools/call", "t")


def test_a_call_with_the_wrong_header_fields_goes_out_once_more_with_the_right_ones(modern):
    def play(request) -> bool:
        if request.name != "tools/call" or request.headers.get("mcp-param-region"):
            return False
        server.tools = [tool("t", region=wanted("Region"))]
        request.error(mismatch)
        return True

    server = None
    wire, server = modern(tool("t", region={"type": "string"}), play=play)
    wire.tool_names()
    ids = [wire.start_call("far__t", {"region": "eu", "text": str(number)}) for number in range(8)]
    assert [wire.result_of(id).text for id in ids] == [str(number) for number in range(8)]
    assert server.count("tools/call") <= 16 and server.count("tools/list") <= 4
    wire.call("far__t", {"region": "eu"})
    assert server.named("tools/call")[-1].headers["mcp-param-region"] == "eu"


def test_a_server_that_is_never_content_with_header_fields_is_not_asked_for_ever(modern):
    wire, server = modern(
        tool("t"), play=lambda request: request.name == "tools/call" and (request.error(mismatch), True)[1]
    )
    answer = wire.call("far__t")
    assert answer["result"]["_meta"]["mcp-junction/failure"]["outcome"] == "refused"
    assert "Mcp-Param-Region is missing" in answer.text
    assert server.count("tools/call") == 2


def test_a_call_that_is_cancelled_meanwhile_does_not_go_out_again(modern):
    def play(request) -> bool:
        if request.name == "tools/call" and request.message["params"]["arguments"].get("first"):
            wire.notify("notifications/cancelled", {"requestId": id})
            wire.call("far__t", {"first": False})
            request.error(mismatch)
            return True
        if request.name == "tools/call":
            request.result({"resultType": "complete", **text("other")})
            return True
        return False

    id = None
    wire, server = modern(tool("t"), play=play)
    wire.tool_names()
    id = wire.start_call("far__t", {"first": True})
    server.wait_for("tools/call", 2)
    assert wire.call("far__t", {"first": False}).text == "other"
    assert sum(request.message["params"]["arguments"]["first"] for request in server.named("tools/call")) == 1
