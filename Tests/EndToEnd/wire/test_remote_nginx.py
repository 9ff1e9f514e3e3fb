"""Remote servers behind nginx: what buffers and cuts between a gateway and a server, and HTTP/2."""

import json
import time

import pytest

from support import processes
from support.http_script import HTTPScript, text
from support.nginx import Nginx
from support.tls import Authority

cut = "proxy_buffering off; proxy_read_timeout 1s;"
quick = {"reconnect": {"first": "0ms", "base": "100ms", "cap": "1s"}}


@pytest.fixture
def behind(start, tmp_path):
    """Starts a scripted server, nginx before it, and a gateway with an initialized client."""
    made = []

    def behind(location: str, play=lambda _: False, capabilities=None, away=False):
        server = HTTPScript(play, capabilities)
        made.append(server)
        nginx = Nginx(tmp_path / "nginx", server.url.removesuffix("/mcp"), location)
        made.append(nginx)
        if away:
            server.stop()
        wire = start({"far": {"url": nginx.url, "junction": quick}}, strict=False)
        wire.initialize()
        return wire, server, nginx

    yield behind
    for one in made:
        one.stop()


def failure(answer) -> dict:
    assert answer["result"]["isError"] is True, answer
    return answer["result"]["_meta"]["mcp-junction/failure"]


def test_a_buffered_stream_arrives_late_but_whole(behind):
    said = "x" * 300_000

    def play(request) -> bool:
        if request.name != "tools/call":
            return False
        write = request.stream()
        token = request.message["params"]["_meta"]["progressToken"]
        for step in range(3):
            progress = {"progressToken": token, "progress": step + 1}
            message = {"jsonrpc": "2.0", "method": "notifications/progress", "params": progress}
            write("data: " + json.dumps(message) + "\n\n")
            time.sleep(0.2)
        write(request.event(text(said)))
        return True

    wire, _, _ = behind("proxy_buffering on; proxy_buffers 8 4k;", play)
    answer = wire.result_of(wire.start_call("far__echo", {}, token="p"))
    assert answer.text == said
    told = [frame["params"]["progress"] for frame in wire.frames if frame.method == "notifications/progress"]
    assert told == [1, 2, 3]


def test_cuts_of_an_idle_stream_of_news_are_noticed_by_no_call(behind):
    def play(request) -> bool:
        if request.method != "GET":
            return False
        request.stream()("retry: 10\n\n")
        time.sleep(5)
        return True

    wire, server, _ = behind(cut, play, {"tools": {"listChanged": True}})
    end = time.monotonic() + 20
    # The passing of time is what cuts, the third of them as well.
    while time.monotonic() < end:
        assert wire.call("far__echo", {"text": "x"}).text == "x"
        if server.count("GET") == 3:
            end = min(end, time.monotonic() + 2.5)
        time.sleep(0.05)
    assert server.count("initialize") == 1
    assert server.count("GET") == 3, "after three short lives it is left alone for a while"


def test_a_long_call_that_is_cut_is_not_made_again(behind):
    def play(request) -> bool:
        if request.name == "tools/call" and request.message["params"]["arguments"].get("long"):
            time.sleep(2)
        return False

    wire, server, _ = behind(cut, play)
    said = failure(wire.call("far__echo", {"long": True}))
    assert said["outcome"] == "unknown" and "HTTP 504" in said["reason"]
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    assert server.count("tools/call") == 2 and server.count("initialize") == 1


def test_a_long_call_whose_stream_is_cut_is_resumed(behind):
    def play(request) -> bool:
        if request.name == "tools/call":
            server.pending = request
            request.stream()("id: 1\nretry: 10\ndata:\n\n")
            time.sleep(2)
            return True
        if request.method == "GET" and request.headers.get("last-event-id") == "1":
            request.stream()("id: 2\n" + server.pending.event(text("late")))
            return True
        return False

    server = None
    wire, server, _ = behind(cut, play)
    assert wire.call("far__echo").text == "late"
    assert server.count("tools/call") == 1


def test_a_server_that_says_something_now_and_then_is_not_cut(behind):
    def play(request) -> bool:
        if request.name != "tools/call":
            return False
        write = request.stream()
        for _ in range(5):
            write(": still here\n\n")
            time.sleep(0.5)
        write(request.event(text("done")))
        return True

    wire, _, _ = behind(cut, play)
    assert wire.call("far__echo").text == "done"


def test_a_server_that_is_away_behind_nginx_is_found_again(behind):
    wire, server, _ = behind("")
    assert wire.call("far__echo", {"text": "x"}).text == "x"
    server.stop()
    said = failure(wire.call("far__echo", {"text": "x"}))
    assert "HTTP 502" in said["reason"]
    server.start()
    processes.wait_until(lambda: not wire.call("far__echo")["result"].get("isError"), 10, "the server is back")


def test_a_server_that_is_away_at_first_decides_nothing_about_its_era(behind):
    wire, server, _ = behind("", away=True)
    processes.wait_until(lambda: "HTTP 502" in wire.stderr, 10, "it is asked in vain")
    server.start()
    processes.wait_until(lambda: "far__echo" in wire.tool_names(), 10, "the server is there")
    assert server.count("server/discover") == 0


@pytest.mark.parametrize("version, spoken", [(None, "HTTP/1.1"), ("2", "HTTP/2.0")])
def test_http_2_is_spoken_where_it_is_asked_for(start, tmp_path, version, spoken):
    """The stream of news has a connection of its own: streams on a shared one have stalled calls."""

    def play(request) -> bool:
        if request.method == "GET":
            request.stream()(": nothing\n\n")
            time.sleep(3)
            return True
        return False

    authority = Authority(tmp_path / "authority")
    certificate, key = authority.issue("server")
    server = HTTPScript(play, {"tools": {"listChanged": True}})
    tls = f"ssl_certificate {certificate}; ssl_certificate_key {key};"
    front = Nginx(tmp_path / "nginx", server.url.removesuffix("/mcp"), "proxy_buffering off;", tls, " ssl http2")
    try:
        own = {"caFile": str(authority.certificate), **({"httpVersion": version} if version else {})}
        url = front.url.replace("http:", "https:")
        wire = start({"far": {"url": url, "junction": own}}, strict=False)
        wire.initialize()
        server.wait_for("GET")
        ids = [wire.start_call("far__echo", {"text": str(number)}) for number in range(32)]
        assert [wire.result_of(id).text for id in ids] == [str(number) for number in range(32)]
        wire.close_input()
        wire.finish()
        lines = [line for line in front.access if "POST" in line]
        assert len(lines) >= 34 and all(spoken in line for line in lines)
    finally:
        front.stop()
        server.stop()
