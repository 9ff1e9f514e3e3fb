"""What a running gateway tells of itself: `status`, its control socket, its metrics and its log."""

import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import time

import pytest

from support.junction import binary, scripted
from support.processes import wait_until

sample = re.compile(r'^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$')


@pytest.fixture
def status(runtime):
    """Runs `status` beside the gateways and returns it with its output read as JSON, when that was asked for."""

    def status(*arguments: str) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [binary(), *arguments, "status"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
            timeout=20,
        )
        done.json = json.loads(done.stdout) if "--json" in arguments else None
        done.text = done.stdout.decode()
        return done

    return status


def gateway_socket(runtime: pathlib.Path, wire) -> pathlib.Path:
    return runtime / "mcp-junction" / f"gateway-{wire.process.pid}.sock"


def read_metrics(path: pathlib.Path) -> dict[str, float]:
    """Reads Prometheus text, and fails where it is none."""
    found, families = {}, set()
    text = path.read_text()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name = line.split()[2]
            assert name not in families, f"{name} stands twice"
            families.add(name)
        elif not line.startswith("# HELP "):
            match = sample.match(line)
            assert match, line
            assert re.sub(r"_(bucket|sum|count)$", "", match[1]) in families or match[1] in families, line
            assert line.rsplit(" ", 1)[0] not in found, f"twice: {line}"
            found[line.rsplit(" ", 1)[0]] = float(match[3])
    return found


def test_without_a_gateway_there_is_no_status(status):
    done = status()
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no gateway is running" in done.stderr
    done = status("--json")
    assert done.returncode == 2
    assert done.json == {"healthy": False, "gateways": []}


def test_a_person_sees_how_every_server_is(serve, status):
    wire = serve({"one": scripted(name="the one"), "two": scripted()})
    wire.call("one__echo", {"n": 1})
    done = status()
    assert done.returncode == 0, done.text
    for word in (
        f"gateway {wire.process.pid}",
        "client: wire 1, revision 2025-11-25",
        str(wire.setting.configuration),
        "one: connected for",
        "healthy; the one 1, revision 2025-11-25, pid ",
        "two: connected for",
        "1 served, 0 failed, 0 in flight, 0 waiting; p50",
    ):
        assert word in done.text, done.text
    assert "\x1b" not in done.text


def test_a_program_gets_every_field(serve, status):
    wire = serve({"one": scripted(name="the one"), "off": {**scripted(), "disabled": True}})
    process = int(wire.call("one__pid").text)
    done = status("--json")
    assert done.returncode == 0
    assert done.json["healthy"] is True
    (gateway,) = done.json["gateways"]
    assert gateway["pid"] == wire.process.pid and gateway["gateway"]["name"] == "mcp-junction"
    assert gateway["configuration"] == str(wire.setting.configuration)
    assert abs(gateway["startedAt"] + gateway["uptimeMilliseconds"] - time.time() * 1000) < 5_000
    client = {"session": 1, "name": "wire", "version": "1", "revision": "2025-11-25", "unanswered": 0}
    assert gateway["clients"] == [client]
    one, off = gateway["servers"]
    assert (one["state"], one["healthy"], one["revision"]) == ("connected", True, "2025-11-25")
    assert one["serverInfo"] == {"name": "the one", "version": "1"}
    assert "tools" in one["features"] and one["listed"]["tools"] > 5
    assert (one["served"], one["failures"], one["inFlight"], one["waiting"]) == (1, 0, 0, 0)
    assert 0 <= one["p50Milliseconds"] <= one["p99Milliseconds"]
    (endpoint,) = one["endpoints"]
    assert (endpoint["replica"], endpoint["state"], endpoint["health"]) == (0, "connected", "healthy")
    assert (endpoint["breaker"], endpoint["generation"], endpoint["pid"]) == ("closed", 1, process)
    assert endpoint["connection"]["createdAt"] <= endpoint["since"] <= time.time() * 1000
    assert endpoint["connection"]["served"] == 1
    assert off["state"] == "disabled"


def test_a_server_whose_calls_take_far_longer_than_usual_is_degraded_until_they_do_not(serve, status):
    wire = serve({"one": scripted()})

    def health():
        return status("--json").json["gateways"][0]["servers"][0]["endpoints"][0]["health"]

    def play(count: int, seconds: float = 0):
        for _ in range(count):
            assert wire.call("one__play", {"after_seconds": seconds}).text == "played"

    # So many that there is a usual, one that is an exception, and two that show that it is none.
    play(10)
    play(1, 0.6)
    assert health() == "healthy"
    play(2, 0.6)
    assert health() == "degraded"
    assert "times as long as usual" in status().text
    play(12)
    assert health() == "healthy"


def test_what_is_wrong_is_shown_and_decides_the_status(serve, status):
    secret = "a-very-secret-value"
    dead = {**scripted(exit=3, stderr=f"no luck with {secret}\n"), "env": {"KEY": secret}}
    wire = serve({"one": scripted(), "dead": dead, "far": {"url": "http://127.0.0.1:1/mcp"}}, {"breakerAfter": 2})

    def is_open():
        servers = status("--json").json["gateways"][0]["servers"]
        return servers if servers[1]["endpoints"][0]["breaker"] == "open" else None

    one, failed, far = wait_until(is_open, 10, "the breaker opens")
    assert one["healthy"] and not failed["healthy"] and not far["healthy"]
    (endpoint,) = failed["endpoints"]
    assert (failed["state"], endpoint["phase"], endpoint["health"]) == ("reconnecting", "waiting", "unhealthy")
    assert endpoint["attempt"] >= 2 and endpoint["retryAt"] > time.time() * 1000 - 1_000
    assert failed["lastFailure"]["cause"] == "exit" and "no luck" in failed["lastFailure"]["reason"]
    assert far["state"] == "reconnecting" and "connection" in far["lastFailure"]["reason"]
    done = status()
    assert done.returncode == 1
    assert "dead: reconnecting, attempt" in done.text and "no luck" in done.text and "last failure" in done.text
    assert secret not in done.text + json.dumps(status("--json").json) + wire.stderr


def test_a_call_in_flight_and_one_that_waits_are_seen(serve, status):
    wire = serve({"one": {**scripted(), "junction": {"callsInFlight": 1}}, "two": scripted()})
    first = wire.start_call("one__hold", {"key": "a"})
    second = wire.start_call("one__echo")

    def load():
        one = status("--json").json["gateways"][0]["servers"][0]
        return (one["inFlight"], one["waiting"])

    wait_until(lambda: load() == (1, 1), 10, load)
    wire.notify("notifications/cancelled", {"requestId": first})
    wire.result_of(second)
    assert load() == (0, 0)


def test_a_lost_server_is_seen_to_come_back(serve, status):
    wire = serve({"one": scripted(), "two": scripted()})
    process = int(wire.call("one__pid").text)
    wait_until(lambda: status().returncode == 0, 10, "both servers")
    os.kill(process, signal.SIGKILL)

    def endpoint():
        return status("--json").json["gateways"][0]["servers"][0]["endpoints"][0]

    def is_back():
        now = endpoint()
        return (now["state"], now["generation"]) == ("connected", 2)

    wait_until(is_back, 10, endpoint)
    assert "SIGKILL" in endpoint()["lastFailure"]["reason"]
    assert status().returncode == 0, "what is repaired is well"
    changes = [line for line in wire.stderr.splitlines() if "event=endpoint_changed server=one" in line]
    lost, ready = [line for line in changes if "to=reconnecting" in line or "generation=2" in line]
    assert " level=warning " in lost and "replica=0 generation=1 from=connected to=reconnecting" in lost
    assert 'phase=waiting attempt=1 retry="0 ms" why="' in lost and "SIGKILL" in lost
    assert "generation=2 from=reconnecting to=connected health=healthy" in ready


def test_each_gateway_answers_and_a_configuration_picks_its_own(serve, status):
    first, second = serve({"one": scripted()}), serve({"two": scripted()})
    pids = {first.process.pid, second.process.pid}
    assert {gateway["pid"] for gateway in status("--json").json["gateways"]} == pids
    link = first.setting.place / "link.json"
    link.symlink_to(first.setting.configuration)
    for path in (first.setting.configuration, link):
        (gateway,) = status("--json", "--config", str(path)).json["gateways"]
        assert gateway["pid"] == first.process.pid
    done = status("--config", str(first.setting.place / "none.json"))
    assert done.returncode == 2 and b"none.json" in done.stderr


def test_the_socket_is_private_and_goes_with_the_gateway(serve, runtime):
    wire = serve({"one": scripted()})
    path = gateway_socket(runtime, wire)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    wire.close_input()
    assert wire.finish() == 0
    assert not path.exists()


def test_the_socket_of_a_killed_gateway_is_passed_over_and_removed_by_the_next(serve, status, runtime):
    killed = serve({"one": scripted()})
    path = gateway_socket(runtime, killed)
    killed.process.kill()
    killed.process.wait()
    assert path.exists()
    assert status().returncode == 2
    serve({"one": scripted()})
    assert not path.exists()


def test_a_gateway_that_does_not_answer_is_named_and_unharmed(serve, status):
    wire = serve({"one": scripted()})
    os.kill(wire.process.pid, signal.SIGSTOP)
    try:
        done = status()
    finally:
        os.kill(wire.process.pid, signal.SIGCONT)
    assert done.returncode == 1
    assert f"gateway {wire.process.pid} does not answer" in done.text
    assert wire.call("one__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert status().returncode == 0


def test_hostile_peers_of_the_socket_harm_nobody(serve, status, runtime):
    wire = serve({"one": scripted()})
    path = str(gateway_socket(runtime, wire))
    peers = []
    for index in range(60):
        peer = socket.socket(socket.AF_UNIX)
        peer.setblocking(False)
        try:
            peer.connect(path)
            peer.send([b"", b"x" * 60_000, b'{"ask":', b'{"ask":"status"}\n' * 500, b"\xff\x00\n", b"[]\n"][index % 6])
        except (BlockingIOError, ConnectionError):
            pass
        peers.append(peer)
    for n in range(20):
        assert wire.call("one__echo", {"n": n})["result"]["structuredContent"] == {"n": n}
    for peer in peers[::2]:
        peer.close()
    wait_until(lambda: status().returncode == 0, 15, "the others are gone after their time")
    for peer in peers:
        peer.close()
    assert len(os.listdir(f"/proc/{wire.process.pid}/fd")) < 60


def test_metrics_are_written_on_an_interval(serve, tmp_path):
    path = tmp_path / "metrics.prom"
    wire = serve({"one": scripted(), "two": scripted()}, {"metricsFile": str(path), "metricsInterval": "100ms"})
    for n in range(3):
        wire.call("one__echo", {"n": n})
    wire.start_call("three__nothing")
    calls = 'mcp_junction_calls_total{server="one",method="tools/call",tool="echo",outcome="ok"}'
    metrics = wait_until(lambda: (found := read_metrics(path)).get(calls) == 3 and found, 10, "three calls")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    labels = '{server="one",method="tools/call",tool="echo",outcome="ok"}'
    assert metrics[f"mcp_junction_call_duration_seconds_count{labels}"] == 3
    assert metrics['mcp_junction_endpoint_state{server="two",replica="0",state="connected"}'] == 1
    assert metrics['mcp_junction_endpoint_leases_total{server="one",replica="0"}'] == 3
    assert metrics["mcp_junction_sessions"] == 1
    assert metrics["process_resident_memory_bytes"] > 1 << 20
    assert abs(metrics["process_open_fds"] - len(os.listdir(f"/proc/{wire.process.pid}/fd"))) <= 2
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith("metrics")] == ["metrics.prom"]


def test_the_last_metrics_are_those_of_the_end(serve, tmp_path):
    path = tmp_path / "metrics.prom"
    wire = serve({"one": scripted()}, {"metricsFile": str(path)})
    assert not any("mcp_junction_calls_total" in name for name in read_metrics(path))
    wire.call("one__echo")
    wire.close_input()
    assert wire.finish() == 0
    assert any('tool="echo"' in name for name in read_metrics(path))


def test_a_signal_has_the_metrics_written_where_the_log_says(serve, runtime):
    wire = serve({"one": scripted()})
    wire.call("one__echo")
    os.kill(wire.process.pid, signal.SIGUSR1)
    path = runtime / "mcp-junction" / f"metrics-{wire.process.pid}.prom"
    wait_until(lambda: f"event=metrics_written path={path}" in wire.stderr, 10, lambda: wire.stderr)
    assert any('tool="echo"' in name for name in read_metrics(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    wire.close_input()
    assert wire.finish() == 0
    assert not path.exists()


def test_metrics_that_cannot_be_written_are_a_warning(serve, tmp_path):
    wire = serve({"one": scripted()}, {"metricsFile": str(tmp_path / "none" / "metrics.prom")})
    wait_until(lambda: "level=warning event=metrics_not_written" in wire.stderr, 10, lambda: wire.stderr)
    assert wire.call("one__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}


def test_calls_are_spread_and_counted_by_replica(serve, status, tmp_path):
    path = tmp_path / "metrics.prom"
    one = {**scripted(), "junction": {"instances": 2, "affinity": False}}
    wire = serve({"one": one}, {"metricsFile": str(path), "metricsInterval": "100ms"})
    wait_until(lambda: status().returncode == 0, 10, "both are connected")
    for n in range(10):
        wire.call("one__echo", {"n": n})
    picks = [f'mcp_junction_endpoint_balancer_picks_total{{server="one",replica="{replica}"}}' for replica in (0, 1)]
    metrics = wait_until(
        lambda: sum((found := read_metrics(path))[name] for name in picks) == 10 and found, 10, "ten picks"
    )
    assert [metrics[name] for name in picks] == [5, 5]
