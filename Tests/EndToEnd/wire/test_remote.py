"""Remote servers: what goes wrong with them in real life, played by a scripted server on loopback."""

import contextlib
import json
import os
import subprocess
import threading
import time

import pytest

from support import http_script, junction, processes
from support.http_script import HTTPScript, text

quick = {"reconnect": {"first": "0ms", "base": "100ms", "cap": "1s"}}


@pytest.fixture
def script():
    made = []

    def make(*arguments, **more) -> HTTPScript:
        made.append(HTTPScript(*arguments, **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def remote(start, script):
    """Starts a gateway with one scripted remote server and an initialized client."""

    def remote(play=lambda _: False, capabilities=None, entry=None, **more):
        server = script(play, capabilities)
        wire = start({"far": {"url": server.url, "junction": quick, **(entry or {})}}, strict=False, **more)
        wire.initialize()
        return wire, server

    return remote


def failure(answer) -> dict:
    assert answer["result"]["isError"] is True, answer
    return answer["result"]["_meta"]["mcp-junction/failure"]


def test_a_remote_server_is_a_server_like_any_other(start, script):
    server = script()
    wire = start({"far": {"url": server.url, "headers": {"X-Key": "k1"}}, "near": junction.scripted()}, strict=False)
    wire.initialize()
    assert {"far__echo", "near__echo"} <= set(wire.tool_names())
    assert wire.call("far__echo", {"text": "caf\u00e9"}).text == "caf\u00e9"
    first, second = server.named("initialize")[0], server.named("tools/call")[0]
    assert first.session is None and second.session == "session-1"
    assert second.headers["mcp-protocol-version"] == "2025-11-25"
    assert second.headers["x-key"] == "k1" and second.headers["accept"] == "application/json, text/event-stream"
    assert [request.name for request in server.requests].index("notifications/initialized") == 1
    wire.close_input()
    server.wait_for("DELETE")


@pytest.mark.parametrize("status", [404, 400, 410, 503])
def test_a_lost_session_is_one_new_handshake_and_the_call_goes_on(remote, status):
    def play(request) -> bool:
        if request.name == "tools/call" and request.session == "session-1":
            request.respond(status, "Unknown session")
            return True
        return False

    wire, server = remote(play)
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    assert server.count("initialize") == 2 and server.count("tools/call") == 2


def test_a_server_that_restarts_is_found_again(remote):
    wire, server = remote()
    assert wire.call("far__echo").text == "hello"
    server.stop()
    id = wire.start_call("far__echo", {"text": "later"})
    processes.wait_until(lambda: " why=" in wire.stderr, 10, "the loss is seen")
    server.start()
    assert wire.result_of(id).text == "later"
    assert server.count("initialize") == 2


def test_a_call_whose_connection_dies_is_never_made_twice(remote):
    def play(request) -> bool:
        if request.name == "tools/call" and server.count("tools/call") == 2:
            request.cut()
            return True
        return False

    server = None
    wire, server = remote(play)
    assert wire.call("far__echo").text == "hello"
    assert failure(wire.call("far__echo"))["outcome"] == "unknown"
    assert wire.call("far__echo").text == "hello"
    assert server.count("tools/call") == 3 and server.count("initialize") == 1


def test_what_is_asked_too_often_is_asked_again_when_the_server_says(remote):
    def play(request) -> bool:
        if request.name == "tools/call" and server.count("tools/call") == 1:
            request.respond(429, Retry_After="1")
            return True
        return False

    server = None
    wire, server = remote(play)
    assert wire.call("far__echo").text == "hello"
    assert server.count("tools/call") == 2


def test_a_long_wait_is_the_callers_to_decide(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            request.respond(429, Retry_After="3600")
            return True
        return False

    wire, server = remote(play)
    said = failure(wire.call("far__echo"))
    assert said["outcome"] == "refused" and "429" in said["reason"] and said["retryAt"] > time.time() * 1000 + 3e6
    assert server.count("tools/call") == 1


def test_an_error_in_the_body_of_an_error_is_the_answer(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            error = {"code": -32602, "message": "no such thing"}
            request.respond(400, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}), "application/json")
            return True
        return False

    wire, _ = remote(play)
    assert wire.call("far__echo")["error"] == {"code": -32602, "message": "no such thing"}


def test_a_stream_that_breaks_off_is_resumed(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            write = request.stream()
            write("id: 7\nretry: 20\ndata:\n\n")
            request.cut()
            server.pending = request
            return True
        if request.name == "GET" and "last-event-id" in request.headers:
            request.stream()("id: 8\n" + server.pending.event(text("resumed")))
            return True
        return False

    server = None
    wire, server = remote(play)
    assert wire.call("far__echo").text == "resumed"
    assert server.named("GET")[0].headers["last-event-id"] == "7"


def test_a_server_may_want_to_be_polled_for_its_answer(remote):
    """It ends each stream after an event, the first of the handshake among them."""
    polled = {}

    def play(request) -> bool:
        if request.name in ("initialize", "tools/call"):
            polled.update(request=request, left=12)
            own = {"Mcp_Session_Id": "polled"} if request.name == "initialize" else {}
            request.stream(**own)("id: 0\nretry: 10\ndata:\n\n")
            return True
        if request.method == "GET" and request.headers.get("last-event-id"):
            assert request.session == "polled"
            polled["left"] -= 1
            write = request.stream()
            if polled["left"]:
                write(f"id: {polled['left']}\ndata:\n\n")
            elif polled["request"].name == "initialize":
                result = {
                    "protocolVersion": "2025-11-25",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "polled", "version": "1"},
                }
                write("id: 99\n" + polled["request"].event(result))
            else:
                write("id: 99\n" + polled["request"].event(text("after all")))
            return True
        return False

    wire, server = remote(play)
    assert wire.call("far__echo").text == "after all"
    assert server.count("GET") == 24


def test_a_stream_that_its_server_believes_open_is_asked_for_again(remote):
    """The first time it is refused, the second time given away: its server writes to the one that is gone."""
    asked = []

    def play(request) -> bool:
        if request.name == "tools/call":
            asked.append(request)
            request.stream()("id: 7\nretry: 10\ndata:\n\n")
            return True
        if request.method != "GET":
            return False
        asked.append(request)
        if len(asked) == 2:
            request.respond(409, "there is a stream already")
        elif len(asked) == 3:
            request.stream()(": \n\n")
            time.sleep(30)
        else:
            request.stream()("id: 8\n" + asked[0].event(text("found")))
        return True

    wire, _ = remote(play)
    assert wire.result_of(wire.start_call("far__echo"), 30).text == "found"
    assert len(asked) == 4


def test_a_stream_that_brings_nothing_is_not_asked_for_for_ever(remote):
    def play(request) -> bool:
        if request.name == "tools/call" or request.method == "GET":
            request.stream()("id: 7\nretry: 10\ndata:\n\n")
            return True
        return False

    wire, server = remote(play)
    assert failure(wire.call("far__echo"))["outcome"] == "unknown"
    assert 3 <= server.count("GET") <= 6


def test_a_stream_that_breaks_off_without_an_id_leaves_the_outcome_open(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            request.stream()(": nothing yet\n\n")
            request.cut()
            return True
        return False

    wire, _ = remote(play)
    assert failure(wire.call("far__echo"))["outcome"] == "unknown"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_events_come_in_every_form(remote, end):
    def play(request) -> bool:
        if request.name == "tools/call":
            write = request.stream()
            answer = json.dumps({"jsonrpc": "2.0", "id": request.message["id"], "result": text("é")}, indent=1)
            lines = "".join(f"data: {line}\n" for line in answer.split("\n"))
            whole = f"\ufeff: comment\n\nevent: message\nid: 1\n{lines}\n".replace("\n", end)
            for piece in [whole[index : index + 7] for index in range(0, len(whole), 7)]:
                write(piece)
            return True
        return False

    wire, _ = remote(play)
    assert wire.call("far__echo").text == "é"


def test_the_stream_of_news_is_opened_again_when_it_is_cut(remote):
    def play(request) -> bool:
        if request.name == "GET":
            write = request.stream()
            write("retry: 10\n\n")
            write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
            return True
        return False

    wire, server = remote(play, {"tools": {"listChanged": True}})
    server.wait_for("GET", 2)
    assert wire.call("far__echo").text == "hello"


def test_a_server_without_news_is_not_asked_for_any(remote):
    wire, server = remote()
    assert wire.call("far__echo").text == "hello"
    assert server.count("GET") == 0


def test_one_that_offers_no_stream_is_asked_once(remote):
    wire, server = remote(capabilities={"tools": {"listChanged": True}})
    server.wait_for("GET")
    assert wire.call("far__echo").text == "hello"
    assert server.count("GET") == 1


def test_a_redirection_is_followed_with_the_body_on_the_same_origin(remote):
    def play(request) -> bool:
        if request.path == "/mcp":
            request.respond(307, Location="/mcp/")
            return True
        return False

    wire, server = remote(play)
    assert wire.call("far__echo").text == "hello"
    assert sum(request.path == "/mcp" for request in server.requests) == 1, "what was learned is remembered"


@pytest.mark.parametrize(
    "status, place", [(307, "http://127.0.0.2:9/mcp"), (302, "/login"), (307, "/mcp")], ids=["other", "login", "loop"]
)
def test_any_other_redirection_is_told_with_where_it_leads(start, script, status, place):
    def play(request) -> bool:
        request.respond(status, Location=place)
        return True

    server = script(play)
    wire = start({"far": {"url": server.url, "junction": quick}}, strict=False)
    wire.initialize()
    said = wire.call("far__echo")["error"]["message"]
    assert "far" in said
    status = subprocess.run(
        wire.setting.command("--list"), env={**os.environ, **wire.setting.environment}, capture_output=True, text=True
    )
    assert status.returncode == 1 and f"HTTP {307 if place != '/login' else 302}" in status.stdout


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_says_nothing_of_the_era_decides_none(start, script, status):
    """The first answers refuse everybody; then the server is in order, and is still asked in the client's era."""

    def play(request) -> bool:
        if len(server.requests) <= 2:
            request.respond(status, Retry_After="3600")
            return True
        return False

    server = script(play)
    wire = start({"far": {"url": server.url, "junction": quick}}, strict=False)
    wire.initialize()
    processes.wait_until(lambda: "far__echo" in wire.tool_names(), 10, "the server is there")
    assert wire.call("far__echo").text == "hello"
    assert server.count("server/discover") == 0


class Older:
    """Plays a server of 2024-11-05, until it is told to be one of today."""

    def __init__(self):
        self.write = None
        self.over = threading.Event()
        self.is_upgraded = False

    def __call__(self, request) -> bool:
        if self.is_upgraded:
            return False
        if request.method == "GET":
            self.write = request.stream()
            self.write("event: endpoint\ndata: /messages?s=1\n\n")
            self.over.wait(20)
            return True
        if request.path == "/mcp":
            request.respond(405)
            return True
        request.respond(202)
        message = request.message
        if "id" in message:
            results = {
                "initialize": {
                    "protocolVersion": "2024-11-05",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "old", "version": "1"},
                },
                "tools/list": {"tools": [http_script.tool]},
                "tools/call": text("from the stream"),
            }
            self.write(request.event(results.get(message["method"], {})))
        return True


def test_the_older_transport_is_found_when_posting_is_refused(remote):
    older = Older()
    wire, server = remote(older)
    assert wire.call("far__echo").text == "from the stream"
    older.over.set()
    server.wait_for("GET", 2)


def test_the_older_transport_is_remembered_until_it_is_none_any_more(start, script):
    older = Older()
    server = script(older)
    servers = {"far": {"url": server.url, "junction": quick}}
    wire = start(servers, strict=False)
    wire.initialize()
    assert wire.call("far__echo").text == "from the stream"
    wire.close_input()
    wire.finish()
    assert server.requests[0].path == "/mcp" and server.requests[0].method == "POST"
    seen = len(server.requests)

    def run(*arguments: str) -> str:
        return subprocess.run(
            wire.setting.command(*arguments),
            env={**os.environ, **wire.setting.environment},
            capture_output=True,
            text=True,
            timeout=30,
        ).stdout

    assert f"at {server.url} by HTTP with SSE" in run("--list")
    assert server.requests[seen].method == "GET", "nothing is found out twice"
    older.is_upgraded = True
    older.over.set()
    assert run("call", "far", "echo", "text=new") == "new\n"
    assert f"at {server.url} by Streamable HTTP" in run("--list")


def test_a_stream_may_not_send_messages_to_another_origin(start, script):
    def play(request) -> bool:
        if request.method == "GET":
            request.stream()("event: endpoint\ndata: http://127.0.0.2:9/steal\n\n")
            return True
        return False

    server = script(play)
    wire = start({"far": {"url": server.url, "type": "sse", "junction": quick}}, strict=False)
    wire.initialize()
    server.wait_for("GET")
    assert all(request.method == "GET" for request in server.requests)


def test_an_answer_that_is_too_long_costs_that_call_alone(start, script):
    def play(request) -> bool:
        if request.name == "tools/call" and request.message["params"].get("arguments"):
            request.result(text("x" * (2 << 20)))
            return True
        return False

    server = script(play)
    wire = start({"far": {"url": server.url}}, {"maxFrame": "1MiB"}, strict=False)
    wire.initialize()
    assert "1048576" in failure(wire.call("far__echo", {"big": True}))["reason"]
    assert wire.call("far__echo").text == "hello"


@pytest.mark.parametrize(
    "url, layer",
    [
        ("http://nobody.invalid/mcp", "DNS"),
        ("http://127.0.0.1:9/mcp", "connection"),
        ("https://127.0.0.1:{port}/mcp", "TLS"),
    ],
)
def test_a_failure_names_its_layer(setting, script, url, layer):
    server = script()
    one = setting({"far": {"url": url.format(port=server.port)}})
    done = subprocess.run(
        one.command("--list"), env={**os.environ, **one.environment}, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1 and f"{layer}:" in done.stdout, done.stdout


def test_many_calls_at_once_do_not_wait_for_each_other(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            time.sleep(0.5)
        return False

    wire, _ = remote(play)
    wire.tool_names()
    before = time.monotonic()
    ids = [wire.start_call("far__echo", {"text": str(number)}) for number in range(16)]
    assert [wire.result_of(id).text for id in ids] == [str(number) for number in range(16)]
    assert time.monotonic() - before < 4


def test_cancelling_is_told_and_ends_the_stream(remote):
    def play(request) -> bool:
        if request.name == "tools/call":
            write = request.stream()
            for _ in range(100):
                time.sleep(0.05)
                write(": still here\n\n")
            return True
        return False

    wire, server = remote(play)
    wire.tool_names()
    id = wire.start_call("far__echo")
    call = server.wait_for("tools/call")
    wire.notify("notifications/cancelled", {"requestId": id})
    told = server.wait_for("notifications/cancelled")
    assert told.message["params"]["requestId"] == call.message["id"]


def test_a_wait_without_measure_harms_nobody(remote):
    wire, server = remote()
    wire.tool_names()
    forever = {"Retry-After": "18446744073709551615"}
    server.play = lambda request: request.name == "tools/call" and (request.respond(429, **forever), True)[1]
    assert failure(wire.call("far__echo", {}))["outcome"] in ("refused", "notSent")
    server.play = lambda _: False
    assert wire.call("far__echo", {"text": "x"}).text == "x"


@pytest.mark.parametrize("status", [401, 404, 405, 429, 503])
def test_a_call_is_not_made_again_when_its_stream_is_not_resumed(remote, status):
    wire, server = remote()
    wire.tool_names()

    def play(request):
        if request.name == "tools/call":
            write = request.stream()
            write("id: 7\nretry: 10\ndata:\n\n")
            request.cut()
            return True
        if request.method == "GET" and request.headers.get("last-event-id"):
            request.respond(status, "Unknown session")
            return True
        return False

    server.play = play
    assert failure(wire.call("far__echo", {}))["outcome"] == "unknown"
    assert len(server.named("tools/call")) == 1
    server.play = lambda _: False
    assert wire.call("far__echo", {"text": "x"}).text == "x"


@pytest.mark.parametrize("status", [500, 503])
def test_words_about_a_session_in_an_answer_end_no_session(remote, status):
    wire, server = remote()
    wire.tool_names()

    def play(request):
        if request.name != "tools/call":
            return False
        error = {"code": -32000, "message": "The database session has expired"}
        body = json.dumps({"jsonrpc": "2.0", "id": request.message["id"], "error": error})
        request.respond(status, body, "application/json")
        return True

    server.play = play
    assert wire.call("far__echo", {})["error"]["message"] == "The database session has expired"
    assert (len(server.named("tools/call")), len(server.named("initialize"))) == (1, 1)


def test_a_session_that_is_never_known_is_not_opened_for_ever(remote):
    wire, server = remote()
    wire.tool_names()
    server.play = lambda request: request.name == "tools/call" and (request.respond(404), True)[1]
    failure(wire.call("far__echo", {}))
    assert len(server.named("tools/call")) <= 5


def test_a_notification_that_is_answered_by_a_stream_holds_nobody_up(remote):
    def play(request):
        if request.name != "notifications/initialized":
            return False
        write = request.stream()
        with contextlib.suppress(OSError):
            for _ in range(100):
                write(": still here\n\n")
                time.sleep(0.1)
        return True

    wire, _server = remote(play)
    assert wire.call("far__echo", {"text": "x"}).text == "x"


def test_a_stream_that_stays_open_behind_its_answer_is_closed(remote):
    wire, server = remote()
    wire.tool_names()
    closed = []

    def play(request):
        if request.name != "tools/call":
            return False
        write = request.stream()
        write(request.event(text("x")))
        try:
            for _ in range(200):
                write(": still here\n\n")
                time.sleep(0.05)
        except OSError:
            closed.append(request)
        return True

    server.play = play
    assert wire.call("far__echo", {}).text == "x"
    deadline = time.monotonic() + 8
    while not closed and time.monotonic() < deadline:
        time.sleep(0.05)
    assert closed


def test_a_notification_that_is_refused_costs_nobody_the_session(remote):
    wire, server = remote()
    wire.tool_names()
    waiting = []

    def play(request):
        if request.name == "notifications/cancelled":
            request.respond(403, "no")
            return True
        if request.name == "tools/call" and request.message["params"]["arguments"].get("wait"):
            waiting.append(request)
            time.sleep(1.5)
            request.result(text("late"))
            return True
        return False

    server.play = play
    cancelled = wire.start_call("far__echo", {"wait": True})
    other = wire.start_call("far__echo", {"wait": True})
    server.wait_for("tools/call", 2)
    wire.notify("notifications/cancelled", {"requestId": cancelled})
    assert wire.result_of(other).text == "late"
    assert len(server.named("initialize")) == 1


def test_a_stream_of_news_whose_beginning_is_withheld_holds_nobody_up(remote):
    """Some edges pass not even the status on before the first byte of a body."""

    def play(request) -> bool:
        if request.method == "GET":
            time.sleep(20)
            return True
        return False

    wire, server = remote(play, {"tools": {"listChanged": True}})
    server.wait_for("GET")
    before = time.monotonic()
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    assert time.monotonic() - before < 3


def test_a_stream_of_news_that_its_server_believes_open_is_opened_later(remote):
    def play(request) -> bool:
        if request.method != "GET":
            return False
        if server.count("GET") == 2:
            request.respond(409, "Only one SSE stream is allowed per session")
        else:
            write = request.stream()
            write("retry: 10\n\n")
            if server.count("GET") > 2:
                write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n')
                time.sleep(10)
        return True

    server = None
    wire, server = remote(play, {"tools": {"listChanged": True}})
    server.wait_for("GET", 3)
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    assert server.count("initialize") == 1


def test_cookies_are_not_kept(remote):
    def play(request) -> bool:
        if request.name == "tools/list":
            request.result({"tools": [http_script.tool]}, Set_Cookie="who=somebody; Path=/")
            return True
        return False

    wire, server = remote(play)
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_localhost_is_found_in_whichever_family_the_server_is(start, script, name):
    server = script()
    wire = start({"far": {"url": server.url.replace("127.0.0.1", name)}}, strict=False)
    wire.initialize()
    assert wire.call("far__echo", {"text": "x"}).text == "x"
