"""A remote server that restarts, cuts and stalls under load: each call is answered once, carried out at most once."""

import collections
import random
import threading
import time

import pytest

from support import processes, tables
from support.http_script import HTTPScript, text

entry = {
    "reconnect": {"first": "0ms", "base": "50ms", "cap": "500ms"},
    "breakerAfter": 1000,
}


class Chaos:
    """Deals with calls as badly as it can, by chance; what was carried out is counted by the call's text."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.done: collections.Counter = collections.Counter()
        self.is_quiet = False

    def __call__(self, request) -> bool:
        if request.method == "GET":
            request.stream()("retry: 20\n\n")
            time.sleep(0.3)
            return True
        if request.name != "tools/call":
            return False
        said = request.message["params"]["arguments"]["text"]
        with self.lock:
            chance = 1 if self.is_quiet else self.random.random()
        if chance < 0.03:
            request.respond(429, Retry_After="0")
            return True
        if chance < 0.05:
            request.respond(404, "Session not found")
            return True
        with self.lock:
            self.done[said] += 1
        if chance < 0.10:
            request.cut()
        elif chance < 0.14:
            time.sleep(1.5)
            request.result(text(said))
        elif chance < 0.20:
            write = request.stream()
            write("id: 1\nretry: 20\ndata:\n\n")
            write(request.event(text(said))[: self.random.randrange(5, 60)])
            request.cut()
        elif chance < 0.24:
            request.respond(503)
        elif chance < 0.50:
            write = request.stream()
            for piece in (": \n\n", request.event(text(said))):
                write(piece)
        else:
            request.result(text(said))
        return True


@pytest.mark.timeout(180)
def test_every_call_is_answered_once_and_carried_out_at_most_once(request, start):
    seconds = 60 if request.config.getoption("--long") else 5
    chaos = Chaos(seconds)
    server = HTTPScript(chaos, {"tools": {"listChanged": True}})
    wire = start({"far": {"url": server.url, "junction": entry}}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    end = time.monotonic() + seconds
    outcomes: collections.Counter = collections.Counter()
    lock = threading.Lock()

    def load(worker: int) -> None:
        number = 0
        while time.monotonic() < end:
            said = f"{worker}-{number}"
            number += 1
            answer = wire.result_of(wire.start_call("far__echo", {"text": said}), 40)
            assert "result" in answer, answer
            result = answer["result"]
            if result.get("isError"):
                outcome = result["_meta"]["mcp-junction/failure"]["outcome"]
                limit = 1 if outcome == "unknown" else 0
            else:
                assert answer.text == said
                outcome, limit = "answered", 1
            with lock:
                outcomes[outcome] += 1
            assert chaos.done[said] <= limit, f"{said} was carried out {chaos.done[said]} times, and is {outcome}"

    def restart() -> None:
        while time.monotonic() < end:
            time.sleep(1.5)
            server.stop()
            time.sleep(0.2)
            server.start()

    try:
        failures: list = []

        def guarded(body, *arguments) -> None:
            try:
                body(*arguments)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=guarded, args=(load, worker)) for worker in range(16)]
        threads.append(threading.Thread(target=guarded, args=(restart,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures[0]
        chaos.is_quiet = True
        processes.wait_until(
            lambda: not wire.call("far__echo", {"text": "end"})["result"].get("isError"), 15, "it is back"
        )
        answers = collections.Counter(frame["id"] for frame in wire.frames if frame.is_answer)
        assert max(answers.values()) == 1, "an id was answered twice"
        tables.add_row("remote soak", seconds, dict(outcomes), server.count("initialize"))
        assert outcomes["answered"] > 20 * seconds
    finally:
        server.stop()
