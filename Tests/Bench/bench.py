"""Measures the gateway against a direct connection and a raw byte relay, in rounds that take turns.

Every figure is a median over rounds and every row a ratio to something measured in the same run, so that a busy machine
changes both. Rows without a target are there to be read.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".build" / "bench"
UPSTREAM = str(BUILT / "upstream")
RELAY = str(BUILT / "relay")
HTTP_CALLS = str(BUILT / "httpcalls")
PEER = "fastmcp==4.1.2"
PYTHON_CLIENT = "mcp==1.30.0"


class Measured:
    """The build of the gateway that is measured."""

    gateway = ROOT / ".build" / "release" / "mcp-junction"


@dataclass
class Row:
    """One measured value beside what it is compared with."""

    name: str
    unit: str
    value: float
    reference_name: str
    reference: float
    target: str = ""
    met: bool | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.reference if self.reference else float("inf")


@dataclass
class Table:
    title: str
    rows: list[Row]


class Machine:
    """Runs the load client in a directory of its own: free, pinned to one core, or steady there."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.environment = os.environ | {
            "XDG_CACHE_HOME": str(directory / "cache"),
            "XDG_RUNTIME_DIR": str(directory / "run"),
        }
        (directory / "run").mkdir(mode=0o700)
        self.core = max(os.sched_getaffinity(0))

    def load(self, mode: str, command: list[str], *, place: str = "free", extra: dict | None = None, **options):
        arguments = [str(BUILT / "load"), mode]
        if place != "free":
            options["cpu"] = self.core
        if place == "steady":
            options["whole_turns"] = 1
        for name, value in options.items():
            arguments += ["--" + name.replace("_", "-"), str(value)]
        finished = subprocess.run(
            [*arguments, "--", *command],
            env=self.environment | (extra or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
        if finished.returncode != 0:
            tail = finished.stderr.decode(errors="replace")[-2000:]
            raise SystemExit(f"scripts/bench: {mode} of {' '.join(command)} failed:\n{tail}")
        return json.loads(finished.stdout)

    def configuration(
        self, servers: int, tools: int = 3, silencer: Path | None = None, together: bool = False, era: str = "legacy"
    ) -> Path:
        """Writes a configuration of so many scripted servers; the last answers nothing while the silencer exists."""
        entries = {}
        for number in range(servers):
            arguments = ["--mark", f"s{number}", "--tools", str(tools), "--together", str(int(together))]
            arguments += ["--era", era]
            if silencer and number == servers - 1:
                arguments += ["--silent-if", str(silencer)]
            entries[f"s{number}"] = {"command": UPSTREAM, "args": arguments}
        kind = f"{'-silent' if silencer else ''}{'-together' if together else ''}-{era}"
        path = self.directory / f"servers-{servers}-{tools}{kind}.json"
        path.write_text(json.dumps({"mcpServers": entries}))
        return path

    @contextmanager
    def remote(self, servers: int = 1, tools: int = 3):
        """Starts scripted servers over HTTP; gives their addresses and a configuration of them."""
        started, urls = [], []
        try:
            for number in range(servers):
                options = ["--http", "1", "--mark", f"s{number}", "--tools", str(tools)]
                started.append(subprocess.Popen([UPSTREAM, *options], stdout=subprocess.PIPE, text=True))
                urls.append(f"http://127.0.0.1:{int(started[-1].stdout.readline())}/mcp")
            path = self.directory / f"remote-{servers}-{tools}.json"
            entries = {f"s{number}": {"url": url} for number, url in enumerate(urls)}
            path.write_text(json.dumps({"mcpServers": entries}))
            yield urls, path
        finally:
            for one in started:
                one.kill()
                one.wait()
                one.stdout.close()

    def http_calls(self, url: str, pinned: bool = False, **options) -> dict:
        """Calls a server over HTTP by libcurl alone."""
        place = {"cpu": self.core} if pinned else {}
        more = [
            word for name, value in {**options, **place}.items() for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        return json.loads(subprocess.run([HTTP_CALLS, url, *more], check=True, capture_output=True, text=True).stdout)

    def forget(self):
        """Makes the next start a first one."""
        shutil.rmtree(self.directory / "cache", ignore_errors=True)


def medians(rounds: int, measurements: dict) -> dict:
    """Takes the measurements in turn, so many times, and returns for each the median of every figure."""
    results = {name: [] for name in measurements}
    for _ in range(rounds):
        for name, measure in measurements.items():
            results[name].append(measure())
    return {
        name: {key: statistics.median(result[key] for result in found) for key in found[0]}
        for name, found in results.items()
    }


@contextmanager
def built_as(binary: Path):
    """Measures another build of the gateway meanwhile."""
    today, Measured.gateway = Measured.gateway, binary.resolve()
    try:
        yield
    finally:
        Measured.gateway = today


def gateway(configuration: Path) -> list[str]:
    return [str(Measured.gateway), "--config", str(configuration), "--log-level", "error"]


def at_most(limit: float):
    return lambda row: row.ratio <= limit


def row(name, unit, value, reference_name, reference, target="", meets=None) -> Row:
    made = Row(name, unit, value, reference_name, reference, target)
    if meets:
        made.met = bool(meets(made))
    return made


# What is measured


def sequential(machine: Machine, rounds: int) -> Table:
    rows = []
    one = machine.configuration(1)
    direct, relay = [UPSTREAM, "--mark", "s0"], [RELAY, UPSTREAM, "--mark", "s0"]
    for size, label, calls, limit in (
        (100, "100 B", 4000, 1.25),
        (10_000, "10 KB", 2000, 1.25),
        (1_000_000, "1 MB", 60, 1.5),
    ):
        for place in ("steady", "pinned", "free"):
            commands = {"direct": direct, "relay": relay, "mcp-junction": gateway(one)}
            found = medians(
                rounds if size < 1_000_000 else (rounds + 1) // 2,
                {
                    name: partial(machine.load, "sequential", command, place=place, size=size, calls=calls)
                    for name, command in commands.items()
                },
            )
            own, floor = found["mcp-junction"], found["relay"]
            goal = (f"at most {limit} x", at_most(limit)) if place == "steady" else ()
            rows.append(row(f"{label}, {place}, p50", "µs", own["p50"], "relay", floor["p50"], *goal))
            for key in ("mean", "p90", "p99") if place == "pinned" else ("p90", "p99"):
                rows.append(row(f"{label}, {place}, {key}", "µs", own[key], "relay", floor[key]))
            rows.append(
                row(
                    f"{label}, {place}, added to a direct call", "µs", own["p50"] - found["direct"]["p50"], "relay",
                    floor["p50"] - found["direct"]["p50"],
                )
            )  # fmt: skip
            rows.append(row(f"{label}, {place}, relay", "µs", floor["p50"], "direct", found["direct"]["p50"]))
            if place == "steady":
                goal = ("at most 2 x", at_most(2)) if size == 100 else ()
                rows.append(row(f"{label}, CPU of the process", "µs", own["cpu"], "relay", floor["cpu"], *goal))
    return Table("Calls one after the other", rows)


def concurrent(machine: Machine, rounds: int) -> Table:
    rows, faults = [], 0
    for servers in (1, 5, 20):
        configuration = machine.configuration(servers)
        for in_flight in (1, 16, 128):
            calls = 10_000 if in_flight == 1 else 40_000
            shape = {"servers": servers, "in_flight": in_flight, "calls": calls, "place": "pinned"}
            several = {**shape, "copies": servers}
            found = medians(
                rounds,
                {
                    "direct": partial(machine.load, "concurrent", [UPSTREAM, "--mark", "s@"], **several),
                    "relay": partial(machine.load, "concurrent", [RELAY, UPSTREAM, "--mark", "s@"], **several),
                    "mcp-junction": partial(machine.load, "concurrent", gateway(configuration), **shape),
                },
            )
            own, floor = found["mcp-junction"], found["relay"]
            faults += own["wrong"] + own["lost"]
            goal = ()
            if (servers, in_flight) == (5, 128):
                goal = ("at least 1 x", lambda made: made.ratio >= 1)
            name = f"{in_flight} in flight, {servers} server{'s' if servers > 1 else ''}"
            rows.append(row(name, "calls/s", own["rate"], "relays", floor["rate"], *goal))
            for key in ("p50", "p90", "p99"):
                rows.append(row(f"{name}, {key}", "µs", own[key], "relays", floor[key]))
            rows.append(row(f"{name}, relays", "calls/s", floor["rate"], "direct", found["direct"]["rate"]))
    shape = {"servers": 5, "in_flight": 128, "calls": 40_000, "together": 1, "place": "pinned"}
    found = medians(
        rounds,
        {
            "relay": partial(
                machine.load, "concurrent", [RELAY, UPSTREAM, "--mark", "s@", "--together", "1"], copies=5, **shape
            ),
            "own": partial(machine.load, "concurrent", gateway(machine.configuration(5, together=True)), **shape),
        },
    )
    faults += found["own"]["wrong"] + found["own"]["lost"]
    rows.append(
        row(
            "128 in flight, 5 servers, written together",
            "calls/s",
            found["own"]["rate"],
            "relays",
            found["relay"]["rate"],
        )
    )
    rows.append(row("answers wrong or lost", "", faults, "none", 0, "none", lambda _: faults == 0))
    return Table("Calls at the same time, pinned", rows)


def eras(machine: Machine, rounds: int) -> Table:
    found = medians(
        rounds,
        {
            (client, server): partial(
                machine.load,
                "sequential",
                gateway(machine.configuration(1, era=server)),
                era=client,
                place="steady",
                calls=4000,
            )
            for client in ("legacy", "modern")
            for server in ("legacy", "modern")
        },
    )
    rows = []
    for client, server in (("legacy", "modern"), ("modern", "legacy")):
        for key, name in (("p50", "p50"), ("cpu", "CPU of the process")):
            goal = ("at most 1.3 x", at_most(1.3)) if key == "p50" else ()
            value, reference = found[client, server][key], found[client, client][key]
            rows.append(
                row(f"{client} client, {server} server, {name}", "µs", value, f"{client} server", reference, *goal)
            )
    return Table("Calls of 100 B from one era to the other, steady", rows)


def allocations(machine: Machine) -> Table:
    place = machine.directory / "allocations"
    place.mkdir(exist_ok=True)
    counted = {"LD_PRELOAD": str(BUILT / "allocations.so"), "BENCH_ALLOCATIONS": str(place)}
    one = machine.configuration(1)
    few = machine.load("sequential", gateway(one), calls=2000, extra=counted)["allocations"]
    many = machine.load("sequential", gateway(one), calls=2000, size=10_000, extra=counted)["allocations"]
    return Table(
        "Allocations",
        [
            row("for a call of 100 B", "", few, "one", 1),
            row("for a call of 10 KB", "", many, "100 B", few),
        ],
    )


def count_instructions(machine: Machine, command: list[str], size: int) -> float | None:
    """Returns how many instructions outside the kernel a process takes for one call; None without valgrind.

    It is the difference between a longer and a shorter run, which is the same on a busy machine.
    """
    if not shutil.which("valgrind"):
        return None
    totals = []
    for calls in (1000, 3000):
        record = machine.directory / f"instructions-{calls}"
        counted = ["env", f"LD_PRELOAD={BUILT / 'plainpath.so'}", "valgrind", "--tool=callgrind", "--quiet"]
        counted += [f"--callgrind-out-file={record}", "--trace-children=no"]
        machine.load("sequential", [*counted, *command], calls=calls, size=size)
        found = re.search(r"^(?:summary|totals): (\d+)", record.read_text(), re.MULTILINE)
        totals.append(int(found.group(1)))
    # The load client makes a tenth more calls first.
    return (totals[1] - totals[0]) / 2200


def instructions(machine: Machine) -> Table:
    one = gateway(machine.configuration(1))
    few = count_instructions(machine, one, 100)
    if few is None:
        return Table("Instructions outside the kernel: not available, there is no valgrind", [])
    return Table(
        "Instructions outside the kernel",
        [
            row(
                "for a call of 100 B",
                "",
                few,
                "relay",
                count_instructions(machine, [RELAY, UPSTREAM, "--mark", "s0"], 100),
            ),
            row("for a call of 10 KB", "", count_instructions(machine, one, 10_000), "100 B", few),
        ],
    )


def starts(machine: Machine, rounds: int) -> Table:
    rows = []
    for servers in (1, 10, 50):
        configuration = machine.configuration(servers)

        def first(configuration=configuration, servers=servers):
            machine.forget()
            return machine.load("start", gateway(configuration), servers=servers)

        found = medians(
            rounds,
            {
                "direct": partial(machine.load, "start", [UPSTREAM, "--mark", "s@"], servers=servers, copies=servers),
                "first": first,
                "later": partial(machine.load, "start", gateway(configuration), servers=servers),
            },
        )
        floor, count = found["direct"], f"{servers} server{'s' if servers > 1 else ''}"
        rows.append(
            row(
                f"{count}, first run, initialize", "ms", found["first"]["welcomed"], "direct", floor["welcomed"],
                "within 1000 ms", lambda made: made.value <= 1000,
            )
        )  # fmt: skip
        rows.append(
            row(
                f"{count}, later run, initialize", "ms", found["later"]["welcomed"], "direct", floor["welcomed"],
                "within 10 ms", lambda made: made.value <= 10,
            )
        )  # fmt: skip
        goal = ("at most 1.5 x", at_most(1.5)) if servers == 50 else ()
        rows.append(
            row(
                f"{count}, first run, complete list",
                "ms",
                found["first"]["completed"],
                "direct",
                floor["completed"],
                *goal,
            )
        )
        rows.append(
            row(
                f"{count}, later run, complete list",
                "ms",
                found["later"]["completed"],
                "direct",
                floor["completed"],
                *goal,
            )
        )
        rows.append(hanging(machine, rounds, servers, floor))
    return Table("Start, from the spawn of the process", rows)


def hanging(machine: Machine, rounds: int, servers: int, floor: dict) -> Row:
    """One more server, which was well in an earlier run and now never answers."""
    silencer = machine.directory / "silent"
    silencer.unlink(missing_ok=True)
    configuration = machine.configuration(servers + 1, silencer=silencer)
    machine.load("start", gateway(configuration), servers=servers + 1)
    silencer.touch()
    found = [machine.load("start", gateway(configuration), servers=1)["welcomed"] for _ in range(rounds)]
    return row(
        f"{servers} and one that hangs, later run, initialize", "ms", statistics.median(found), "direct",
        floor["welcomed"], "within 10 ms", lambda made: made.value <= 10,
    )  # fmt: skip


def python_starts(machine: Machine) -> Table:
    """Ten servers as they are published, which take seconds to start: the complete list of first and later runs."""
    title = "Start with ten Python servers, from the spawn of the process"
    programs = ROOT / ".build" / "venvs" / "servers" / "bin"
    if not programs.exists():
        return Table(f"{title}: not available, scripts/setup --test makes them", [])
    entries = {}
    for number in range(10):
        name = ("time", "fetch", "git")[number % 3]
        arguments = ["--local-timezone", "Europe/Paris"] if name == "time" else []
        entries[f"{name}{number}"] = {"command": str(programs / f"mcp-server-{name}"), "args": arguments}
    configuration = machine.directory / "python.json"
    configuration.write_text(json.dumps({"mcpServers": entries, "junction": {"listsWait": "1min"}}))
    machine.forget()
    first, expected = complete_list(machine, configuration)
    found = []
    for _ in range(20):
        time_to_list, tools = complete_list(machine, configuration)
        if tools != expected:
            raise SystemExit("scripts/bench: a later run's list is another one")
        found.append(time_to_list)
    return Table(
        title,
        [
            row(
                "later run, complete list, median of 20", "ms", statistics.median(found), "first run", first,
                "within 20 ms", lambda made: made.value <= 20,
            )
        ],
    )  # fmt: skip


def complete_list(machine: Machine, configuration: Path) -> tuple[float, list]:
    """Starts a gateway and returns the milliseconds to its list of tools, and the list."""
    messages = [
        {"id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25", "capabilities": {}}},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/list"},
    ]
    messages[0]["params"]["clientInfo"] = {"name": "bench", "version": "1"}
    lines = "".join(json.dumps({"jsonrpc": "2.0", **message}) + "\n" for message in messages)
    begun = time.monotonic()
    with subprocess.Popen(
        gateway(configuration), env=os.environ | machine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        process.stdin.write(lines.encode())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        while answer.get("id") != 1:
            answer = json.loads(process.stdout.readline())
        passed = (time.monotonic() - begun) * 1000
        process.stdin.close()
        process.wait(30)
    return passed, answer["result"]["tools"]


def lists(machine: Machine, rounds: int) -> Table:
    configuration = machine.configuration(50, tools=100)
    found = medians(
        rounds,
        {
            "direct": partial(machine.load, "list", [UPSTREAM, "--tools", "5000"], tools=5000, calls=20),
            "own": partial(machine.load, "list", gateway(configuration), servers=50, tools=100, calls=20),
        },
    )
    own, floor = found["own"], found["direct"]
    per_byte = floor["p50"] * own["bytes"] / floor["bytes"]
    return Table(
        "The merged list of 50 servers with 100 tools each",
        [
            row("when it is built", "µs", own["p50"], "writing as many bytes", per_byte, "at most 2 x", at_most(2)),
            row("its size", "bytes", own["bytes"], "one server's list of 5,000 tools", floor["bytes"]),
        ],
    )


def memory(machine: Machine) -> Table:
    rows = []
    small = machine.load("memory", [RELAY, UPSTREAM, "--mark", "s0"], calls=10)["pss"]

    def size(name, command, servers, tools=3, calls=10, limit=None):
        found = machine.load("memory", command, servers=servers, tools=tools, calls=calls)
        goal = (f"at most {limit} MB", lambda made: made.value <= limit) if limit else ()
        rows.append(row(f"{name}, Pss", "MB", found["pss"], "relay", small, *goal))
        rows.append(row(f"{name}, Rss", "MB", found["rss"], "relay", small))
        return found

    grown = size("1 server, idle", gateway(machine.configuration(1)), 1, calls=100_000)
    size("10 servers, idle", gateway(machine.configuration(10)), 10, limit=16)
    size("50 servers with 100 tools each, idle", gateway(machine.configuration(50, tools=100)), 50, tools=100, limit=24)
    rows.append(
        row(
            "after 100,000 calls, Pss", "MB", grown["later"], "after 10,000", grown["warm"],
            "no growth beyond 1 %", at_most(1.01),
        )
    )  # fmt: skip
    return Table("Resident size of all processes of the gateway, servers not counted", rows)


def large_answers(machine: Machine, rounds: int) -> Table:
    two = machine.configuration(2)
    bytes_ = 64 * 1024 * 1024 - 4096
    found = medians(
        rounds,
        {
            "direct": partial(machine.load, "large", [UPSTREAM, "--mark", "s0"], bytes=bytes_, calls=3),
            "relay": partial(machine.load, "large", [RELAY, UPSTREAM, "--mark", "s0"], bytes=bytes_, calls=3),
            "own": partial(machine.load, "large", gateway(two), servers=2, bytes=bytes_, calls=3),
        },
    )
    own, floor, bare = found["own"], found["relay"]["time"], found["direct"]["time"]
    return Table(
        "An answer of 64 MiB",
        [
            row("time", "ms", own["time"], "relay", floor),
            row(
                "another server's small call meanwhile, the latest", "ms", own["small"],
                "reading 64 MiB from a pipe", bare,
                "at most 1 x and 20 ms", lambda made: made.value <= made.reference + 20,
            ),
        ],
    )  # fmt: skip


def remote(machine: Machine, rounds: int) -> Table:
    """Servers over HTTP, beside a program that calls them by libcurl and is no gateway."""
    rows, bytes_ = [], 64 * 1024 * 1024 - 4096
    with machine.remote() as ((url,), one):
        # The gateway's way is longer by the pipes to its client, which a relay has as well.
        relay = [RELAY, UPSTREAM, "--mark", "s0"]
        for place in ("pinned", "free"):
            found = medians(
                rounds,
                {
                    "own": partial(machine.load, "sequential", gateway(one), place=place, calls=3000),
                    "direct": partial(machine.http_calls, url, place == "pinned", calls=3000),
                    "relay": partial(machine.load, "sequential", relay, place=place, calls=3000),
                    "pipe": partial(machine.load, "sequential", relay[1:], place=place, calls=3000),
                },
            )
            own, direct = found["own"], found["direct"]
            goal = ("at most 1.35 x", at_most(1.35)) if place == "free" else ()
            rows.append(row(f"100 B, {place}, p50", "µs", own["p50"], "libcurl alone", direct["p50"], *goal))
            rows.append(row(f"100 B, {place}, p99", "µs", own["p99"], "libcurl alone", direct["p99"]))
            both = direct["p50"] + found["relay"]["p50"] - found["pipe"]["p50"]
            rows.append(row(f"100 B, {place}, p50", "µs", own["p50"], "libcurl and a relay's way", both))
        found = medians(
            max(3, rounds // 2),
            {
                "own": partial(machine.load, "concurrent", gateway(one), calls=20_000, in_flight=64),
                "direct": partial(machine.http_calls, url, calls=20_000, in_flight=64),
            },
        )
        own, direct = found["own"], found["direct"]
        rows.append(row("64 in flight, time of a call", "µs", 1e6 / own["rate"], "libcurl alone", 1e6 / direct["rate"]))
        found = medians(
            max(3, rounds // 2),
            {
                "own": partial(machine.load, "large", gateway(one), bytes=bytes_, calls=3),
                "direct": partial(machine.http_calls, url, bytes=bytes_, calls=3),
            },
        )
        rows.append(row("64 MiB, time", "ms", found["own"]["time"], "libcurl alone", found["direct"]["time"]))
        rows.append(largest_size(machine, one, bytes_))
    with machine.remote(50) as (_, fifty):
        size = machine.load("memory", gateway(fifty), servers=50, calls=10)
    processes = machine.load("memory", gateway(machine.configuration(50)), servers=50, calls=10)
    rows.append(row("50 servers, idle, Pss", "MB", size["pss"], "50 processes", processes["pss"]))
    return Table("Servers over HTTP", rows)


def largest_size(machine: Machine, configuration: Path, bytes_: int) -> Row:
    """How large the gateway becomes by an answer that it has to hold until it is whole."""
    with subprocess.Popen(
        gateway(configuration), env=machine.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:

        def ask(number: int, method: str, params: dict) -> bytes:
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            running.stdin.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
            running.stdin.flush()
            while True:
                line = running.stdout.readline()
                if line.startswith(b'{"jsonrpc":"2.0","id":%d,' % number):
                    return line

        about = {"clientInfo": {"name": "bench", "version": "1"}, "capabilities": {}}
        ask(1, "initialize", {"protocolVersion": "2025-11-25", **about})
        ask(2, "tools/list", {})
        for number in range(3, 6):
            answer = ask(number, "tools/call", {"name": "s0__large", "arguments": {"bytes": bytes_}})
            assert len(answer) > bytes_
        status = Path(f"/proc/{running.pid}/status").read_text()
        running.stdin.close()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    return row(
        "64 MiB three times, largest resident size", "MB", peak, "the answer", bytes_ / 2**20,
        "at most 3 x", at_most(3),
    )  # fmt: skip


def recovery(machine: Machine, rounds: int) -> Table:
    one = machine.configuration(1)
    found = medians(
        rounds,
        {
            "direct": partial(machine.load, "start", [UPSTREAM, "--mark", "s0"]),
            "own": partial(machine.load, "recovery", gateway(one)),
        },
    )
    return Table(
        "A server is killed and called again",
        [
            row(
                "until a call succeeds", "ms", found["own"]["time"],
                "the server's own start", found["direct"]["completed"],
                "at most 100 ms beyond it", lambda made: made.value <= made.reference + 100,
            )
        ],
    )  # fmt: skip


# What others take for the same


def peers(machine: Machine, rounds: int) -> Table:
    """Measures gateways that come from PyPI with one command, in an environment of the benchmark's own."""
    place, uv = BUILT / "peers", str(ROOT / ".build" / "tools" / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--allow-existing", str(place)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(place / "bin/python"), PEER], check=True)
    one = machine.configuration(1)
    proxy = [str(place / "bin/python"), str(ROOT / "Tests" / "Bench" / "fastmcp_proxy.py"), str(one)]
    shape = {"calls": 300, "place": "pinned"}
    found = medians(
        rounds,
        {
            "peer": partial(machine.load, "sequential", proxy, **shape),
            "own": partial(machine.load, "sequential", gateway(one), **shape),
            "peer's start": partial(machine.load, "start", proxy),
            "own start": partial(machine.load, "start", gateway(one)),
            "peer's size": partial(machine.load, "memory", proxy, calls=10),
            "own size": partial(machine.load, "memory", gateway(one), calls=10),
        },
    )
    peer, own = found["peer"], found["own"]
    return Table(
        f"{PEER} in the same place",
        [
            row("100 B, pinned, p50", "µs", peer["p50"], "mcp-junction", own["p50"]),
            row("100 B, CPU of the process", "µs", peer["cpu"], "mcp-junction", own["cpu"]),
            row(
                "1 server, complete list", "ms", found["peer's start"]["completed"],
                "mcp-junction", found["own start"]["completed"],
            ),
            row("1 server, idle, Pss", "MB", found["peer's size"]["pss"], "mcp-junction", found["own size"]["pss"]),
        ],
    )  # fmt: skip


def remote_peers(machine: Machine, rounds: int) -> Table:
    """Measures Python's clients on a server over HTTP, without any gateway."""
    place, uv = BUILT / "python", str(ROOT / ".build" / "tools" / "bin" / "uv")
    subprocess.run([uv, "venv", "--quiet", "--allow-existing", str(place)], check=True)
    subprocess.run([uv, "pip", "install", "--quiet", "--python", str(place / "bin/python"), PYTHON_CLIENT], check=True)
    program = [str(place / "bin/python"), str(ROOT / "Tests" / "Bench" / "http_python.py")]

    def python(url: str) -> dict:
        done = subprocess.run([*program, url, "300"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    with machine.remote() as ((url,), one):
        found = medians(
            rounds,
            {
                "python": partial(python, url),
                "own": partial(machine.load, "sequential", gateway(one), calls=1000),
            },
        )
    own = found["own"]["p50"]
    return Table(
        "Servers over HTTP, and Python's clients without a gateway",
        [
            row("100 B, free, p50, httpx", "µs", found["python"]["httpx"], "through mcp-junction", own),
            row(f"100 B, free, p50, {PYTHON_CLIENT}", "µs", found["python"]["sdk"], "through mcp-junction", own),
        ],
    )


# What must not get worse

# Allocations and instructions are the same in every run; the ratio of CPU times varies by a fifth on a busy machine.
MOST_ALLOCATIONS = 1
MOST_INSTRUCTIONS = 11_070
MOST_CPU = 1.8


def gate(machine: Machine, rounds: int) -> Table:
    one = gateway(machine.configuration(1))
    table = allocations(machine)
    table.title = "What must not get worse"
    small = table.rows[0]
    small.target, small.met = f"at most {MOST_ALLOCATIONS}", small.value < MOST_ALLOCATIONS + 0.5
    counted = count_instructions(machine, one, 100)
    if counted is not None:
        goal = (f"at most {MOST_INSTRUCTIONS:,}", lambda made: made.value <= MOST_INSTRUCTIONS)
        table.rows.append(row("instructions for a call of 100 B", "", counted, "one", 1, *goal))
        return table
    found = medians(
        rounds,
        {
            "relay": partial(machine.load, "sequential", [RELAY, UPSTREAM, "--mark", "s0"], place="steady", calls=3000),
            "own": partial(machine.load, "sequential", one, place="steady", calls=3000),
        },
    )
    goal = (f"at most {MOST_CPU} x", at_most(MOST_CPU))
    table.rows.append(row("CPU for a call of 100 B", "µs", found["own"]["cpu"], "relay", found["relay"]["cpu"], *goal))
    return table


# What is shown


def number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def verdict(one: Row) -> str:
    return "" if one.met is None else "met" if one.met else "MISSED"


def ratio(one: Row) -> str:
    return f"{one.ratio:.2f}" if one.reference else ""


def markdown(tables: list[Table], machine: str) -> str:
    lines = [
        "# Performance",
        "",
        "Written by `scripts/bench --write`, which anyone can run: it builds everything, takes less than ten",
        "minutes on two cores and compares each figure with one measured in the same run. *Direct* is a client on",
        "a scripted server that does next to nothing; *relay* is the same with a raw byte relay in between (C,",
        "`poll`, `read`, `write`, 64 KiB), which is what any process in between costs at the least. Each message",
        "is a write of its own, as clients and servers do it, unless the row says *written together*. *Pinned*",
        "means that all processes share one core, *free* that they share all. On one core, whoever is woken by a",
        "write interrupts the writer in about every other call, which then takes an eighth longer: the p50 is one",
        "or the other by chance, for the relay as for the gateway. *Steady* rows are pinned, and nobody interrupts",
        "anybody (`SCHED_BATCH` for all processes alike): the targets for single calls are held against these. Held",
        "against the pinned p50, as they were before, that of 10 KB is missed in about half of the runs (1.19 or",
        "1.28).",
        "",
        f"Last run: {machine}.",
        "",
    ]
    for table in tables:
        lines += [
            f"## {table.title}",
            "",
            "| | measured | compared with | ratio | target | |",
            "| --- | ---: | ---: | ---: | --- | --- |",
        ]
        for one in table.rows:
            compared = f"{one.reference_name} {number(one.reference)}" if one.reference else one.reference_name
            measured = f"{number(one.value)} {one.unit}"
            lines.append(f"| {one.name} | {measured} | {compared} | {ratio(one)} | {one.target} | {verdict(one)} |")
        lines.append("")
    return "\n".join(lines)


def show(table: Table):
    print(f"\n{table.title}")
    for one in table.rows:
        compared = f"{one.reference_name} {number(one.reference)}" if one.reference else one.reference_name
        print(
            f"  {one.name:<58} {number(one.value):>10} {one.unit:<8} {ratio(one):>7}  of {compared:<40}"
            f" {one.target:<26} {verdict(one)}"
        )
    sys.stdout.flush()


def compare(before: Table, now: Table):
    """Shows how each row has changed, measured in the same run; where there is a reference, by the ratio to its own."""
    print(f"\n{now.title}: before and now")
    older = {one.name: one for one in before.rows}
    for one in now.rows:
        if one.name not in older:
            continue
        old = older[one.name]
        change = one.ratio / old.ratio if one.reference and old.reference and old.value else float("nan")
        print(f"  {one.name:<58} {number(old.value):>10} {number(one.value):>10} {one.unit:<8} {change:>7.3f} x")
    sys.stdout.flush()


def description() -> str:
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores of {model}, {platform.system()} {platform.release()}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench")
    parser.add_argument("--rounds", type=int, default=7, help="how often each figure is taken (7)")
    parser.add_argument("--only", metavar="WORD", default="", help="only tables whose name has this word")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--peers", action="store_true", help=f"also install and measure {PEER}")
    parser.add_argument("--gate", action="store_true", help="only what must not get worse; the status says whether")
    parser.add_argument(
        "--against", metavar="BINARY", type=Path, help="another build of the gateway, measured table by table as well"
    )
    arguments = parser.parse_args()
    rounds = arguments.rounds
    tables = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="junction-bench-") as directory:
        machine = Machine(Path(directory))
        if arguments.gate:
            table = gate(machine, rounds)
            show(table)
            return int(any(one.met is False for one in table.rows))
        measurements = {
            "sequential": lambda: sequential(machine, rounds),
            "concurrent": lambda: concurrent(machine, max(3, rounds // 2)),
            "eras": lambda: eras(machine, rounds),
            "allocations": lambda: allocations(machine),
            "instructions": lambda: instructions(machine),
            "start": lambda: starts(machine, rounds),
            "python start": lambda: python_starts(machine),
            "list": lambda: lists(machine, max(3, rounds // 2)),
            "memory": lambda: memory(machine),
            "large": lambda: large_answers(machine, max(3, rounds // 2)),
            "recovery": lambda: recovery(machine, rounds),
            "remote": lambda: remote(machine, rounds),
        }
        if arguments.peers:
            measurements["peers"] = lambda: peers(machine, max(3, rounds // 2))
            measurements["remote peers"] = lambda: remote_peers(machine, max(3, rounds // 2))
        for name, measure in measurements.items():
            if arguments.only not in name:
                continue
            before = None
            if arguments.against:
                with built_as(arguments.against):
                    before = measure()
            tables.append(measure())
            show(tables[-1])
            if before:
                compare(before, tables[-1])
    missed = [one for table in tables for one in table.rows if one.met is False]
    print(f"\n{len(missed)} targets missed; {time.monotonic() - begun:.0f} s")
    for one in missed:
        print(
            f"  MISSED {one.name}: {number(one.value)} {one.unit} ({ratio(one)} of {one.reference_name}), {one.target}"
        )
    (BUILT / "results.json").write_text(
        json.dumps({"machine": description(), "tables": [asdict(table) for table in tables]}, indent=2) + "\n"
    )
    if arguments.write:
        (ROOT / "docs" / "performance.md").write_text(markdown(tables, description()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
