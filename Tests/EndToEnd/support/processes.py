"""Processes found by a variable in their environment, which every descendant inherits."""

import os
import pathlib
import signal
import sys
import time
import uuid

variable = "MCP_JUNCTION_TEST_MARK"


def new_mark() -> str:
    """Returns a value that no other process carries."""
    return uuid.uuid4().hex


def marked(mark: str) -> dict[int, str]:
    """Returns the living processes whose environment carries `mark`, with their command lines."""
    if not sys.platform.startswith("linux"):
        raise NotImplementedError("only Linux shows the environment of a process to its owner")
    wanted = f"{variable}={mark}".encode()
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            # The environment of a zombie is empty, so what is found is alive.
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found


def executable(process: int) -> str:
    """Returns the path of the program that a process runs."""
    try:
        return os.readlink(f"/proc/{process}/exe")
    except FileNotFoundError:
        # It has ended since it was found.
        return ""


def wait_until(condition, seconds: float, what: str):
    """Polls `condition` until it is true and returns its value; fails with `what` when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.01)


def wait_for_none(mark: str, seconds: float) -> float:
    """Waits until no process carries `mark`; returns how long that took, in seconds."""
    start = time.monotonic()
    wait_until(lambda: not marked(mark), seconds, lambda: f"still alive: {marked(mark)}")
    return time.monotonic() - start


def end_all(mark: str) -> None:
    """Ends what a failed test left behind, so that it does not weigh on the next one."""
    while left := marked(mark):
        for process in left:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue


def resident_bytes(process: int) -> int:
    """Returns the resident size of a process."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {process} has no resident size")
