"""Tokens on the way: on the streams of a server, and in what is said of it."""

import json
import threading

import pytest

from support.locked import Locked
from support.login import Person
from support.processes import wait_until
from support.wire import Wire


@pytest.fixture
def world(setting):
    """Makes a person, and a locked server that is known under the name of `far`."""
    made = []

    def make(play=lambda _: False, capabilities=None, **entry) -> tuple[Person, Locked]:
        server = Locked(play, capabilities)
        made.append(server)
        return Person(setting({"far": {"url": server.url, **entry}})), server

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def serve():
    started = []

    def start(person: Person) -> Wire:
        wire = Wire(person.setting.command(), env=person.environment)
        wire.strict = False
        started.append(wire)
        return wire

    yield start
    for wire in started:
        wire.abandon()


def test_a_token_that_a_stream_of_news_is_refused_with_is_renewed(world, serve):
    """Nothing but the stream tells that the token has come to its end; no call is made."""
    cut = threading.Event()

    def play(request) -> bool:
        if request.method != "GET":
            return False
        request.stream()("retry: 10\n\n")
        cut.wait(10)
        return True

    person, server = world(play, {"tools": {"listChanged": True}})
    person.log_in("far")
    wire = serve(person)
    wire.initialize()
    server.wait_for("GET")
    server.good.clear()
    cut.set()
    second = server.wait_for("GET", 2)
    assert second.headers["authorization"] == f"Bearer {server.tokens[-1]}"
    assert server.refused.count("GET") == 1 and server.refreshes() == 1


def test_a_token_that_ends_before_the_rest_of_an_answer_has_come_is_renewed(world, serve):
    calls = []

    def play(request) -> bool:
        if request.name == "tools/call":
            calls.append(request)
            server.good.clear()
            request.stream()("id: 7\nretry: 10\ndata:\n\n")
            return True
        if request.method == "GET":
            request.stream()("id: 8\n" + calls[0].event({"content": [{"type": "text", "text": "late"}]}))
            return True
        return False

    server = None
    person, server = world(play)
    person.log_in("far")
    wire = serve(person)
    wire.initialize()
    assert wire.call("far__echo").text == "late"
    assert len(calls) == 1 and server.refreshes() == 1


def test_a_server_that_refuses_its_stream_of_news_alone_is_not_taken_for_one_that_refuses_all(world, serve):
    def play(request) -> bool:
        if request.method != "GET":
            return False
        request.respond(401, WWW_Authenticate="Bearer")
        return True

    person, server = world(play, {"tools": {"listChanged": True}})
    person.log_in("far")
    wire = serve(person)
    wire.initialize()
    server.wait_for("GET", 2)
    for number in range(3):
        assert wire.call("far__echo", {"text": str(number)}).text == str(number)
    assert server.count("GET") == 2 and server.refreshes() == 1


def of_2024():
    """Returns what plays a server of 2024-11-05."""
    streams = {}

    def play(request) -> bool:
        if request.method == "GET":
            streams["write"] = request.stream()
            streams["write"]("event: endpoint\ndata: /messages\n\n")
            streams["over"] = threading.Event()
            streams["over"].wait(20)
            return True
        if request.path == "/mcp":
            request.respond(405)
            return True
        request.respond(202)
        results = {
            "initialize": {
                "protocolVersion": "2024-11-05",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "old", "version": "1"},
            },
            "tools/list": {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]},
            "tools/call": {"content": [{"type": "text", "text": "from the stream"}]},
        }
        if "id" in request.message:
            streams["write"](request.event(results[request.message["method"]]))
        return True

    return play


def test_the_one_stream_of_the_older_transport_asks_for_a_login_and_renews_its_token(world, serve):
    person, server = world(type="sse")
    server.play = of_2024()
    assert "run 'mcp-junction login far'" in person.run("--list").stdout
    person.log_in("far")
    wire = serve(person)
    wire.initialize()
    assert wire.call("far__echo").text == "from the stream"
    wire.abandon()
    server.good.clear()
    again = serve(person)
    again.initialize()
    assert again.call("far__echo").text == "from the stream"
    assert server.refreshes() == 1


def test_tokens_that_somebody_else_repeats_are_not_shown(world, serve):
    def play(request) -> bool:
        if request.name != "initialize":
            return False
        said = f"nobody knows {request.headers['authorization']}"
        request.error({"code": -32000, "message": said}, 200)
        return True

    person, server = world(play)
    person.log_in("far")
    wire = serve(person)
    wire.initialize()
    wait_until(lambda: "nobody knows" in wire.stderr, 10, "the refusal is told")
    said = [
        person.run("--list").stdout,
        person.run("status").stdout,
        person.run("status", "--json").stdout,
        wire.stderr,
    ]
    assert "nobody knows Bearer" in said[0]
    server.issuer.pages["/token"] = lambda form, _: (
        400,
        {},
        {"error": "invalid_grant", "error_description": f"{form['refresh_token']} is of yesterday"},
    )
    server.good.clear()
    # A gateway that runs would be asked, and is waiting for its server.
    wire.abandon()
    said += [person.run("--list").stdout, person.run("auth", "status").stdout]
    assert "is of yesterday" in said[-1]
    said.append(json.dumps(person.status()))
    for text in said:
        assert "of-nobody" not in text
