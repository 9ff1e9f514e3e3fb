"""Five servers killed, stopped, slowed and garbled at random under load: every call has one answer, its own or a clear
error, and descriptors and memory stay where they were."""

import os
import random
import signal
import threading
import time

import pytest

from support import processes, tables
from support.junction import example, scripted

servers = [f"s{number}" for number in range(5)]


# Servers here live for seconds only: the waits between attempts start anew after one second and stay short, or the
# breaker would refuse most calls of a long run, which is right and shows nothing.
settings = {
    "probeInterval": "1s",
    "probeTimeout": "1s",
    "wakeWait": "5s",
    "reconnect": {"resetAfter": "1s", "cap": "1s"},
}


def seconds(request) -> int:
    return 60 if request.config.getoption("--long") else 8


def descriptors(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


class Chaos(threading.Thread):
    """Does something bad to a random server again and again, until it is stopped."""

    def __init__(self, wire, seed: int):
        super().__init__(daemon=True)
        self.wire = wire
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.deeds: dict[str, int] = {}

    def run(self) -> None:
        while not self.over.wait(self.random.uniform(0.05, 0.4)):
            victims = [
                process
                for process, command in processes.marked(self.wire.setting.mark).items()
                if "scripted.py" in command
            ]
            if victims:
                self.harm(self.random.choice(victims))

    def harm(self, victim: int) -> None:
        deed = self.random.choice(["SIGKILL", "SIGTERM", "SIGSTOP", "SIGSTOP and SIGCONT", "garbage"])
        self.deeds[deed] = self.deeds.get(deed, 0) + 1
        try:
            if deed == "garbage":
                name = self.random.choice(servers)
                self.wire.start_call(f"{name}__play", {"before": ["e25vdCBqc29uCg=="], "repeat": 50})
            else:
                os.kill(victim, getattr(signal, deed.split()[0]))
            if deed.endswith("SIGCONT"):
                self.over.wait(0.3)
                os.kill(victim, signal.SIGCONT)
        except ProcessLookupError:
            return


def all_answers(wire, ids) -> dict[int, list]:
    """Returns the answers to all of these requests, as soon as each has one."""
    while True:
        answers: dict[int, list] = {}
        for frame in list(wire.frames):
            if frame.is_answer:
                answers.setdefault(frame["id"], []).append(frame)
        missing = [id for id in ids if id not in answers]
        if not missing:
            return answers
        wire.result_of(missing[0], 60)


@pytest.mark.timeout(300)
def test_every_call_is_answered_once_whatever_happens_to_servers(start, request):
    seed = 1
    wire = start(
        {name: scripted() for name in servers},
        settings,
        strict=False,
        tee=False,
    )
    wire.initialize()
    assert len(wire.tool_names()) >= 5
    gateway = wire.process.pid
    before_all = (descriptors(gateway), processes.resident_bytes(gateway))
    chance = random.Random(seed)
    chaos = Chaos(wire, seed)
    chaos.start()
    sent: dict[int, int] = {}
    end = time.monotonic() + seconds(request)
    number = 0
    while time.monotonic() < end:
        before = len(wire.frames)
        for _ in range(20):
            number += 1
            last = wire.start_call(f"{chance.choice(servers)}__echo", {"n": number})
            sent[last] = number
        wire.wait_for(lambda frame, last=last: frame.is_answer and frame["id"] == last, 60, "an answer", before)
    chaos.over.set()
    chaos.join()
    answers = all_answers(wire, sent)
    good = failed = 0
    for id, value in sent.items():
        (answer,) = answers[id]
        if answer["result"].get("isError"):
            assert answer["result"]["_meta"]["mcp-junction/failure"]["outcome"] in ("notSent", "unknown")
            failed += 1
        else:
            assert answer["result"]["structuredContent"] == {"n": value}, f"seed {seed}"
            good += 1
    assert good > failed / 4, f"{good} good, {failed} failed"
    after_all = (descriptors(gateway), processes.resident_bytes(gateway))
    tables.add_row("chaos", len(sent), good, failed, chaos.deeds, *before_all, *after_all)
    assert after_all[0] <= before_all[0] + 10
    assert after_all[1] <= before_all[1] + (16 << 20)


@pytest.mark.timeout(3000)
def test_reconnecting_again_and_again_leaves_descriptors_and_memory_flat(start, request):
    rounds = 10_000 if request.config.getoption("--long") else 150
    entry = example()
    entry["junction"] = {"reconnect": {"policy": "constant", "base": "0ms"}, "breakerAfter": None}
    wire = start({"one": entry, "two": scripted()}, strict=False, tee=False)
    wire.initialize()
    processes.wait_until(lambda: "one__echo" in wire.tool_names(), 10, "the example server")

    def kill() -> None:
        process = processes.wait_until(
            lambda: [p for p, line in processes.marked(wire.setting.mark).items() if "mcp-example-server" in line],
            10,
            "the example server's process",
        )[0]
        os.kill(process, signal.SIGKILL)
        processes.wait_until(lambda: process not in processes.marked(wire.setting.mark), 10, "its end")
        # A call that was written before the end was noticed has an unknown outcome; the next one waits.
        processes.wait_until(is_back, 10, "an answer")

    def is_back() -> bool:
        return not wire.call("one__echo", {"message": "back"}, seconds=20)["result"].get("isError")

    for _ in range(20):
        kill()
    gateway = wire.process.pid
    before = (descriptors(gateway), processes.resident_bytes(gateway))
    for _ in range(rounds):
        kill()
    after = (descriptors(gateway), processes.resident_bytes(gateway))
    tables.add_row("reconnects", rounds, *before, *after)
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + (2 << 20)
