"""Every process of the tree, ended or stopped in every way, with servers of every kind: it is repaired, or all is gone.

The oracle for "gone" is a variable in the environment that every descendant inherits. Rows that depend on a probe
have the probe interval set to 1 s; a server that is stopped is noticed by its parent, or by a missed probe.
"""

import os
import signal
import sys
import time

import pytest

from support import junction, processes, tables
from support.junction import scripted
from support.wire import Wire

limit = 10
kinds = {
    "well behaved": {},
    "ignores SIGTERM": {"ignoreTerm": True},
    "double-forks": {"daemon": True},
    "changes its group": {"group": True},
}
signals = {"SIGTERM": signal.SIGTERM, "SIGKILL": signal.SIGKILL, "SIGSTOP": signal.SIGSTOP}
victims = ["server", "its parent", "supervisor", "gateway", "gateway's parent"]
# One row for each victim and signal, and each kind of server, in the short form.
short = {(victim, name, "well behaved") for victim in victims for name in signals} | {
    (victim, "SIGKILL", kind) for victim in ("server", "gateway") for kind in kinds
}


def pytest_generate_tests(metafunc):
    if "row" not in metafunc.fixturenames:
        return
    rows = [(victim, name, kind) for victim in victims for name in signals for kind in kinds]
    if not metafunc.config.getoption("--long"):
        rows = [row for row in rows if row in short]
    metafunc.parametrize("row", rows, ids=["-".join(row).replace(" ", "_") for row in rows])


@pytest.fixture
def gateway(setting):
    """Starts a gateway below an editor of its own, over a server below a launcher of its own."""
    opened = []

    def start(kind: str) -> Wire:
        server = scripted(**kinds[kind])
        launcher = {"command": "/bin/sh", "args": ["-c", '"$0" "$@"; exit $?', server["command"], *server["args"]]}
        one = setting({"victim": launcher, "other": scripted()}, {"probeInterval": "1s", "probeTimeout": "1s"})
        editor = [sys.executable, str(junction.end_to_end / "support" / "editor.py")]
        wire = Wire([*editor, *one.command()], env=one.environment)
        wire.setting, wire.strict = one, False
        opened.append(wire)
        wire.initialize()
        processes.wait_until(lambda: {"victim__pid", "other__pid"} <= set(wire.tool_names()), limit, "both servers")
        return wire

    yield start
    for wire in opened:
        wire.abandon()


def pid(wire: Wire, name: str) -> int:
    return int(wire.call(f"{name}__pid", seconds=limit).text)


def parent(process: int) -> int:
    with open(f"/proc/{process}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def find(wire: Wire, victim: str) -> int:
    server = pid(wire, "victim")
    launcher = parent(server)
    supervisor = parent(launcher)
    return {
        "server": server,
        "its parent": launcher,
        "supervisor": supervisor,
        "gateway": parent(supervisor),
        "gateway's parent": wire.process.pid,
    }[victim]


def test_a_row_of_the_matrix(gateway, row):
    victim, name, kind = row
    wire = gateway(kind)
    old = pid(wire, "victim")
    target = find(wire, victim)
    begun = time.monotonic()
    os.kill(target, signals[name])
    if victim in ("gateway", "gateway's parent"):
        outcome = end_or_go_on(wire, target, name, old)
    else:
        outcome = recover(wire, victim, name, kind, old)
    tables.add_row("kill-matrix", victim, name, kind, outcome, f"{time.monotonic() - begun:.1f} s")


def end_or_go_on(wire: Wire, target: int, name: str, old: int) -> str:
    if name == "SIGSTOP":
        os.kill(target, signal.SIGCONT)
        assert pid(wire, "victim") == old, "the server is the same"
        return "goes on"
    # The editor itself may live on; it is no part of what the gateway has to end.
    processes.wait_until(
        lambda: not set(processes.marked(wire.setting.mark)) - {wire.process.pid},
        limit,
        lambda: f"still alive: {processes.marked(wire.setting.mark)}",
    )
    return "nothing left"


def recover(wire: Wire, victim: str, name: str, kind: str, old: int) -> str:
    def is_another() -> bool:
        answer = wire.call("victim__pid", seconds=limit)
        return not answer["result"].get("isError") and int(answer.text) != old

    if victim == "supervisor" and name == "SIGTERM":
        # It lives as long as its gateway, whoever asks it to end.
        assert pid(wire, "victim") == old
        return "unmoved"
    if victim == "server" and name == "SIGTERM" and kind == "ignores SIGTERM":
        assert pid(wire, "victim") == old
        return "unmoved"
    if victim == "supervisor" and name == "SIGSTOP":
        assert pid(wire, "victim") == old, "servers do not need it to answer"
        return "unmoved"
    processes.wait_until(is_another, limit, "another process answers")
    assert pid(wire, "other")
    processes.wait_until(lambda: old not in processes.marked(wire.setting.mark), limit, "the old one is gone")
    return "recovered"
