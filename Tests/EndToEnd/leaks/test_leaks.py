"""What a gateway does again and again leaves nothing behind in its memory, as the leak checker sees it.

Each piece of work is done a few times and many times. What is found both times was made once and is held in a way that
the checker does not see: it knows no pointers that Swift marks with spare bits. What grows with the work is a leak.
"""

import json
import os
import re
import signal

import pytest

from support.junction import Setting, scripted
from support.processes import end_all
from support.wire import Wire

few, many = 10, 110
found = re.compile(r"leak of \d+ byte\(s\) in (\d+) object\(s\) allocated from:\n((?:\s+#\d+ .*\n)+)")
form = {"message": "m", "requestedSchema": {"type": "object", "properties": {}}}


def call_and_cancel(wire: Wire, times: int) -> None:
    for number in range(times):
        wire.result_of(wire.start_call("one__echo", {"n": number}, token=number))
        held = wire.start_call("one__hold", {"key": str(number)})
        wire.notify("notifications/cancelled", {"requestId": held})
        wire.call("two__no-such", {})
        wire.request("no/such")


def be_asked(wire: Wire, times: int) -> None:
    wire.answer("elicitation/create", {"action": "accept", "content": {}})
    for _ in range(times):
        wire.call("one__ask", {"method": "elicitation/create", "params": json.dumps(form)})


def subscribe_and_leave(wire: Wire, times: int) -> None:
    for _ in range(times):
        wire.request("resources/subscribe", {"uri": "mem://one"})
        wire.request("resources/read", {"uri": "mem://one"})
        wire.request("resources/unsubscribe", {"uri": "mem://one"})


def start_over(wire: Wire, times: int) -> None:
    for _ in range(times):
        wire.initialize()
        wire.tool_names()


def restart(wire: Wire, times: int) -> None:
    for _ in range(times):
        answer = wire.call("one__pid")
        if not answer["result"].get("isError"):
            os.kill(int(answer.text), signal.SIGKILL)


def change_lists(wire: Wire, times: int) -> None:
    # A server that announces change after change is read less and less often: only the end of it is waited for here,
    # and `restart` has every list read each time.
    for number in range(times):
        tool = {"name": f"new{number}", "inputSchema": {"type": "object"}}
        wire.call("one__change", {"list": "tools", "items": [tool], "keep": True})
    assert f"one__new{times - 1}" in wire.tool_names()


def leaked(place, work, times: int) -> dict[str, int]:
    """Returns the functions that allocated what was lost, and how many objects each."""
    settings = {"reconnect": {"policy": "constant", "base": "0ms"}, "breakerAfter": None}
    servers = {
        "one": {**scripted(resources=[{"uri": "mem://one", "name": "one"}]), "junction": settings},
        "two": scripted(),
    }
    setting = Setting(place, servers)
    checker = {"LD_PRELOAD": os.environ["MCP_JUNCTION_LEAKS"], "ASAN_OPTIONS": "detect_leaks=1"}
    wire = Wire(setting.command("--log-level", "error"), env={**setting.environment, **checker})
    wire.strict = False
    try:
        wire.initialize(capabilities={"elicitation": {}}, seconds=40)
        wire.tool_names()
        work(wire, times)
        wire.close_input()
        assert wire.finish(60) == 0
    finally:
        wire.abandon()
        end_all(setting.mark)
    objects: dict[str, int] = {}
    for count, stack in found.findall(wire.stderr):
        # Addresses are other ones each time.
        lines = [re.sub(r"^\s*#\d+ 0x[0-9a-f]+ in ", "", line) for line in stack.splitlines()]
        where = next((line for line in lines if "/Sources/" in line), lines[0])
        objects[where] = objects.get(where, 0) + int(count)
    return objects


@pytest.mark.parametrize(
    "work",
    [call_and_cancel, be_asked, subscribe_and_leave, start_over, restart, change_lists],
    ids=lambda it: it.__name__,
)
def test_work_that_is_repeated_leaves_nothing_behind(tmp_path, work):
    once, often = (leaked(tmp_path / str(times), work, times) for times in (few, many))
    growing = {where: count for where, count in often.items() if count - once.get(where, 0) > (many - few) / 4}
    assert not growing
