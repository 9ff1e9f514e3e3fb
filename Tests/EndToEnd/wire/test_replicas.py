"""Servers of several processes: who gets the calls, and what happens when one dies under load."""

import os
import signal
import time

import pytest

from support import processes, tables
from support.junction import scripted


def entry(**junction) -> dict:
    return {**scripted(), "junction": {"affinity": False, **junction}}


def ready(start, one: dict):
    wire = start({"many": one}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()

    def pids() -> set[str]:
        ids = [wire.start_call("many__pid") for _ in range(30)]
        return {wire.result_of(id).text for id in ids}

    processes.wait_until(lambda: len(pids()) == one["junction"]["instances"], 15, "all replicas answer")
    return wire


@pytest.mark.parametrize("policy", ["roundRobin", "leastInFlight", "healthWeighted"])
def test_calls_are_spread_over_replicas(start, policy):
    wire = ready(start, entry(instances=3, balancing=policy))
    counts: dict[str, int] = {}
    for _ in range(20):
        ids = [wire.start_call("many__pid") for _ in range(15)]
        for id in ids:
            counts[wire.result_of(id).text] = counts.get(wire.result_of(id).text, 0) + 1
    tables.add_row("balancing", policy, sorted(counts.values()))
    assert len(counts) == 3 and min(counts.values()) >= 30, counts


def test_with_affinity_a_session_stays_with_its_replica(start):
    one = {**scripted(), "junction": {"instances": 3}}
    wire = start({"many": one}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    assert len({wire.call("many__pid").text for _ in range(20)}) == 1


def test_a_replica_killed_under_load_costs_only_what_it_had_begun(start):
    wire = ready(start, entry(instances=3, balancing="leastInFlight"))
    victim = int(wire.call("many__pid").text)
    ids = [wire.start_call("many__echo", {"n": number}) for number in range(300)]
    os.kill(victim, signal.SIGKILL)
    ids += [wire.start_call("many__echo", {"n": number}) for number in range(300, 600)]
    good = failed = 0
    for number, id in enumerate(ids):
        answer = wire.result_of(id, 30)
        if answer["result"].get("isError"):
            assert answer["result"]["_meta"]["mcp-junction/failure"]["outcome"] == "unknown"
            failed += 1
        else:
            assert answer["result"]["structuredContent"] == {"n": number}
            good += 1
    tables.add_row("fail-over", len(ids), good, failed)
    assert failed <= 256 and good >= 344


def test_an_extra_replica_ends_when_it_is_idle_and_is_started_when_the_others_are_full(start):
    wire = ready(start, entry(instances=2, idleTimeout="1s", callsInFlight=1))
    rests = "server=many replica=1 generation=1 from=connected to=disconnected"
    processes.wait_until(lambda: rests in wire.stderr, 10, "the extra replica ends")
    first = int(wire.call("many__pid").text)
    assert int(wire.call("many__pid").text) == first, "while there is little to do one process is enough"
    held = wire.start_call("many__hold", {"key": "k"})
    second = int(wire.call("many__pid").text)
    assert second != first
    assert "server=many replica=1 generation=2 from=connecting to=connected" in wire.stderr
    os.kill(first, signal.SIGUSR1)
    assert "result" in wire.result_of(held)


def test_a_connection_that_is_too_old_is_replaced_when_nothing_is_in_flight(start):
    one = {**scripted(), "junction": {"maxAge": "1s"}}
    wire = start({"many": one}, strict=False, tee=False)
    wire.initialize()
    wire.tool_names()
    first = int(wire.call("many__pid").text)
    held = wire.start_call("many__hold", {"key": "k"})
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        assert int(wire.call("many__pid").text) == first, "a call in flight is not cut off for it"
    os.kill(first, signal.SIGUSR1)
    assert not wire.result_of(held)["result"].get("isError")
    processes.wait_until(lambda: int(wire.call("many__pid").text) != first, 10, "another process takes over")
    assert "event=endpoint_changed server=many replica=0 generation=1 from=connected to=reconnecting" not in wire.stderr
