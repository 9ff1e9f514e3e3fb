"""Many calls at once, answers out of order, and a client that does not read."""

import json
import os
import random
import signal
import time

from support import processes
from support.junction import scripted

five = ["a", "b", "c", "d", "e"]


def test_two_hundred_calls_over_five_servers_with_answers_out_of_order(start, seed):
    chance = random.Random(seed)
    wire = start({name: scripted() for name in five})
    wire.initialize()
    wire.tool_names()
    keys = {name: [f"{name}{n}" for n in range(40)] for name in five}
    order = [(name, key) for name in five for key in keys[name]]
    chance.shuffle(order)
    calls = {key: wire.start_call(f"{name}__hold", {"key": key}, id=f"call {key}") for name, key in order}
    for name in five:
        shuffled = list(keys[name])
        chance.shuffle(shuffled)
        wire.start_call(f"{name}__release", {"keys": shuffled})
    for key, id in calls.items():
        assert wire.result_of(id, 30).text == key, f"seed {seed}"
    assert all(len(wire.answers_to(id)) == 1 for id in calls.values()), f"seed {seed}"


def test_a_thousand_calls_that_echo_are_each_answered_with_their_own(start):
    wire = start({name: scripted() for name in five}, tee=False)
    wire.initialize()
    wire.tool_names()
    calls = {}
    for number in range(1000):
        raw = b'{"n":%d,"pad":"%s"}' % (number, b"p" * (number % 97))
        calls[wire.start_call(f"{five[number % 5]}__echo", raw)] = raw
    for id, raw in calls.items():
        assert wire.result_of(id, 30).raw("result", "structuredContent") == raw


def test_more_calls_than_the_limits_are_refused_clearly_and_none_is_lost(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    process = int(wire.call("one__pid").text)
    ids = [wire.start_call("one__hold", {"key": f"k{n}"}) for n in range(3000)]
    assert wire.call("two__echo", {"n": 1}, seconds=30)["result"]["structuredContent"] == {"n": 1}
    # A call that releases would have to wait behind those that it releases.
    os.kill(process, signal.SIGUSR1)
    answered = refused = 0
    for number, id in enumerate(ids):
        answer = wire.result_of(id, 40)
        if "result" in answer and not answer["result"].get("isError"):
            assert answer.text == f"k{number}"
            answered += 1
        else:
            said = answer["result"]["_meta"]["mcp-junction/failure"] if "result" in answer else answer["error"]
            assert said, answer
            refused += 1
    assert answered >= 256 and answered + refused == 3000


def test_a_client_that_stops_reading_for_ten_seconds_loses_nothing_and_costs_bounded_memory(start):
    wire = start({"flood": scripted(), "good": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    wire.stop_reading()
    begun = time.monotonic()
    ids = [wire.start_call("flood__fill", {"bytes": 1_000_000}, id=f"fill {n}") for n in range(200)]
    late = [wire.start_call("good__echo", {"n": n}, id=f"good {n}") for n in range(50)]
    sizes = []
    # Time itself is what this test is about: the client stays away that long.
    while time.monotonic() - begun < 10:
        sizes.append(processes.resident_bytes(wire.process.pid))
        time.sleep(0.05)
    wire.go_on_reading()
    for id in ids:
        assert len(wire.result_of(id).text) == 1_000_000
    for number, id in enumerate(late):
        assert wire.result_of(id)["result"]["structuredContent"] == {"n": number}
    assert max(sizes) < 160_000_000, f"{max(sizes)} bytes resident"


def test_calls_of_one_server_are_not_slowed_by_a_stopped_neighbour(start):
    wire = start({"slow": scripted(), "good": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    process = int(wire.call("slow__pid").text)
    os.kill(process, signal.SIGSTOP)
    try:
        for _ in range(50):
            wire.start_call("slow__echo", {"x": "y" * 5000})
        waits = []
        for number in range(200):
            begun = time.monotonic()
            assert wire.call("good__echo", {"n": number})["result"]["structuredContent"] == {"n": number}
            waits.append(time.monotonic() - begun)
    finally:
        try:
            os.kill(process, signal.SIGCONT)
        except ProcessLookupError:
            pass
    assert sorted(waits)[100] < 0.1, f"median {sorted(waits)[100]:.4f} s"


def test_many_servers_start_in_parallel(start):
    servers = {f"s{n}": scripted() for n in range(30)}
    servers["mute"] = scripted(initialize="ignore")
    wire = start(servers, tee=False, strict=False)
    begun = time.monotonic()
    wire.initialize()
    names = wire.tool_names()
    assert time.monotonic() - begun < 5
    assert len({name.split("__")[0] for name in names}) == 30


def open_logs(wire, logs) -> int:
    place = f"/proc/{wire.process.pid}/fd"
    return sum(os.readlink(f"{place}/{one}").startswith(f"{logs}/server-") for one in os.listdir(place))


def test_descriptors_do_not_leak_over_many_calls(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()
    # The files of the log are opened with the first lines.
    logs = wire.setting.place / "state" / "mcp-junction" / "logs"
    processes.wait_until(lambda: open_logs(wire, logs) >= 2, 10, "the log of each server")
    before = len(os.listdir(f"/proc/{wire.process.pid}/fd"))
    for number in range(500):
        wire.call("one__echo", {"n": number})
    assert len(os.listdir(f"/proc/{wire.process.pid}/fd")) == before


def test_the_gateway_sleeps_when_nothing_happens(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    wire.tool_names()

    def ticks() -> int:
        fields = open(f"/proc/{wire.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    # Idleness can only be seen by letting time pass.
    time.sleep(1.5)
    assert ticks() - before <= 3, "processor time while idle, in ticks of 10 ms"
    assert json.loads(wire.request("ping").line)["result"] == {}


def test_a_random_walk_of_calls_and_cancellations_answers_each_call_once_with_its_own(start, seed):
    chance = random.Random(seed)
    wire = start({name: scripted() for name in five}, tee=False)
    wire.initialize()
    wire.tool_names()
    held: dict[str, tuple[str, str]] = {}
    expected: dict[str, object] = {}
    cancelled: set[str] = set()
    for step in range(600):
        what = chance.random()
        name = chance.choice(five)
        if what < 0.45:
            id = wire.start_call(f"{name}__hold", {"key": f"{seed}.{step}"}, id=f"held {step}")
            held[id] = (name, f"{seed}.{step}")
            expected[id] = f"{seed}.{step}"
        elif what < 0.65:
            id = wire.start_call(f"{name}__echo", {"n": step}, id=step + 1_000_000)
            expected[id] = {"n": step}
        elif what < 0.80 and held:
            id = chance.choice(list(held))
            server, key = held.pop(id)
            wire.start_call(f"{server}__release", {"key": key}, id=f"release {step}")
        elif held:
            id = chance.choice(list(held))
            held.pop(id)
            cancelled.add(id)
            wire.notify("notifications/cancelled", {"requestId": id})
    for server, key in held.values():
        wire.start_call(f"{server}__release", {"key": key}, id=f"end {key}")
    for id, value in expected.items():
        if id in cancelled:
            continue
        answer = wire.result_of(id, 30)
        got = answer.text if isinstance(value, str) else answer["result"]["structuredContent"]
        assert got == value, f"seed {seed}, {id}"
    for name in five:
        wire.call(f"{name}__echo", {"last": True})
    for id in expected:
        assert len(wire.answers_to(id)) == (0 if id in cancelled else 1), f"seed {seed}, {id}"
