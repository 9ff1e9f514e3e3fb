"""What the validation of frames complains of in the modern era, and what it does not."""

import json

import pytest

from support import schemas


def meta(**more) -> dict:
    own = {"protocolVersion": "2026-07-28", "clientCapabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    return {f"io.modelcontextprotocol/{key}": value for key, value in {**own, **more}.items() if value is not None}


def judged(emitter: str, *exchange: tuple[str, dict]) -> list[str]:
    """Returns what a conversation complains of after these frames."""
    conversation = schemas.Conversation(emitter)
    for sender, frame in exchange:
        conversation.see(sender, json.dumps({"jsonrpc": "2.0", **frame}).encode())
    return conversation.complaints


def modern_request(method: str, id=1, own: dict | None = None, **params) -> tuple[str, dict]:
    return "client", {"id": id, "method": method, "params": {**params, "_meta": own or meta()}}


discovered = (
    modern_request("server/discover", 0),
    (
        "server",
        {
            "id": 0,
            "result": {
                "resultType": "complete",
                "supportedVersions": ["2026-07-28"],
                "capabilities": {},
                "ttlMs": 0,
                "cacheScope": "private",
            },
        },
    ),
)
tagged = {"_meta": {"io.modelcontextprotocol/subscriptionId": 5}}
listening = modern_request("subscriptions/listen", 5, notifications={"toolsListChanged": True})
acknowledged = (
    "server",
    {
        "method": "notifications/subscriptions/acknowledged",
        "params": {**tagged, "notifications": {"toolsListChanged": True}},
    },
)
changed = ("server", {"method": "notifications/tools/list_changed", "params": tagged})
input_required = {"resultType": "input_required", "requestState": "s"}


@pytest.mark.parametrize(
    "name, judgement",
    {
        "a modern exchange": ("server", [*discovered]),
        "a modern exchange, other side": ("client", [*discovered]),
        "a listen": ("server", [listening, acknowledged, changed]),
        "input required": (
            "server",
            [modern_request("tools/call", name="t"), ("server", {"id": 1, "result": input_required})],
        ),
    }.items(),
)
def test_a_good_conversation_of_the_modern_era_is_not_complained_of(name, judgement):
    emitter, exchange = judgement
    assert judged(emitter, *exchange) == [], name


@pytest.mark.parametrize(
    "name, judgement",
    {
        "no capabilities": ("client", [modern_request("tools/list", own=meta(clientCapabilities=None))]),
        "no client info": ("client", [modern_request("tools/list", own=meta(clientInfo=None))]),
        "no result type": (
            "server",
            [modern_request("tools/call", name="t"), ("server", {"id": 1, "result": {"content": []}})],
        ),
        "unknown result type": (
            "server",
            [
                modern_request("tools/call", name="t"),
                ("server", {"id": 1, "result": {"resultType": "x", "content": []}}),
            ],
        ),
        "no cache hints": (
            "server",
            [modern_request("tools/list"), ("server", {"id": 1, "result": {"resultType": "complete", "tools": []}})],
        ),
        "input for a list": ("server", [modern_request("tools/list"), ("server", {"id": 1, "result": input_required})]),
        "nothing required": (
            "server",
            [modern_request("tools/call", name="t"), ("server", {"id": 1, "result": {"resultType": "input_required"}})],
        ),
        "a request of the server": ("server", [*discovered, ("server", {"id": 9, "method": "roots/list"})]),
        "an answer of the client": ("client", [*discovered, ("client", {"id": 9, "result": {"roots": []}})]),
        "a legacy request": ("client", [*discovered, ("client", {"id": 9, "method": "ping"})]),
        "a legacy error": (
            "server",
            [
                modern_request("resources/read", uri="a:b"),
                ("server", {"id": 1, "error": {"code": -32002, "message": ""}}),
            ],
        ),
        "an error without its data": (
            "server",
            [modern_request("tools/list"), ("server", {"id": 1, "error": {"code": -32022, "message": ""}})],
        ),
        "no acknowledgement": ("server", [listening, changed]),
        "another kind of change": (
            "server",
            [listening, acknowledged, ("server", {"method": "notifications/prompts/list_changed", "params": tagged})],
        ),
        "an untagged change": ("server", [*discovered, ("server", {"method": "notifications/tools/list_changed"})]),
        "an id of another type": (
            "server",
            [modern_request("subscriptions/listen", "5", notifications={"toolsListChanged": True}), acknowledged],
        ),
        "an unwanted log message": (
            "server",
            [
                *discovered,
                modern_request("tools/call", name="t"),
                ("server", {"method": "notifications/message", "params": {"level": "info", "data": 1}}),
            ],
        ),
        "a result type for a legacy client": (
            "server",
            [("client", {"id": 1, "method": "ping"}), ("server", {"id": 1, "result": {"resultType": "complete"}})],
        ),
    }.items(),
)
def test_a_conversation_that_breaks_the_modern_era_is_complained_of(name, judgement):
    emitter, exchange = judgement
    assert judged(emitter, *exchange), name
