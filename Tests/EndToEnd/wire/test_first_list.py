"""The first list of a later run: served from disk at once, byte for byte, and then held against what servers say."""

import json
import shlex
import stat

import pytest

from support.junction import scripted
from support.wire import Wire

odd = '{"name":"odd","description":"caf\\u00e9 \\/ 1","inputSchema":{"type":"object"},"x":1.0,"y":1e400}'


class Bed:
    """A gateway over one server, whose behaviour is another one in each run although its command line is the same."""

    def __init__(self, setting, place):
        self.behaviour = place / "behaviour"
        entry = scripted()
        words = " ".join(shlex.quote(word) for word in [entry["command"], *entry["args"][:-1]])
        script = f'test -e {self.behaviour} || exec sleep 1000; exec {words} "$(cat {self.behaviour})"'
        self.setting = setting({"one": {"command": "/bin/sh", "args": ["-c", script]}})
        self.wires = []

    def run(self, *arguments: str, **behaviour) -> Wire:
        self.behaviour.write_text(json.dumps({"rawTools": [odd], **behaviour}))
        return self.start(*arguments)

    def run_hanging(self) -> Wire:
        self.behaviour.unlink()
        return self.start()

    def start(self, *arguments: str) -> Wire:
        self.wires.append(Wire(self.setting.command(*arguments), env=self.setting.environment))
        # Python does not read every number that a server may write.
        self.wires[-1].strict = False
        return self.wires[-1]

    @property
    def files(self) -> list:
        return sorted((self.setting.place / "cache" / "mcp-junction").glob("server-*.json"))


@pytest.fixture
def bed(setting, tmp_path):
    bed = Bed(setting, tmp_path)
    yield bed
    for wire in bed.wires:
        wire.abandon()


def end(wire: Wire) -> None:
    wire.close_input()
    assert wire.finish() == 0


def listed(wire: Wire) -> bytes:
    return wire.request("tools/list").raw("result")


def test_the_list_of_the_last_run_comes_byte_for_byte_before_its_server(bed):
    wire = bed.run()
    wire.initialize()
    first = listed(wire)
    end(wire)
    assert odd.replace('"odd"', '"one__odd"').encode() in first
    assert [stat.S_IMODE(file.stat().st_mode) for file in bed.files] == [0o600]
    wire = bed.run_hanging()
    wire.initialize()
    assert listed(wire) == first
    # The handshake is not over, so that the call waits.
    waiting = wire.start_call("one__echo", {"a": 1})
    assert wire.request("ping")["result"] == {}
    assert not wire.answers_to(waiting)


def test_a_list_that_is_the_same_is_not_told(bed):
    wire = bed.run()
    wire.initialize()
    first = listed(wire)
    end(wire)
    wire = bed.run()
    wire.initialize()
    assert listed(wire) == first
    assert json.loads(wire.call("one__echo", b'{"a":1.0}').raw("result", "structuredContent")) == {"a": 1.0}
    assert listed(wire) == first
    assert not [frame for frame in wire.frames if frame.method == "notifications/tools/list_changed"]


def test_a_list_that_has_changed_is_told_and_kept(bed):
    wire = bed.run()
    wire.initialize()
    first = listed(wire)
    end(wire)
    wire = bed.run(tools=[{"name": "new", "inputSchema": {"type": "object"}}])
    wire.initialize()
    assert listed(wire) == first
    wire.wait_for(lambda frame: frame.method == "notifications/tools/list_changed")
    second = listed(wire)
    assert b'"one__new"' in second
    end(wire)
    wire = bed.run_hanging()
    wire.initialize()
    assert listed(wire) == second


@pytest.mark.parametrize(
    "change", [lambda text: text.replace(b'"odd"', b'"0dd"'), lambda text: text[:-30], lambda _: b""]
)
def test_a_broken_file_is_said_and_made_anew(bed, change):
    wire = bed.run()
    wire.initialize()
    first = listed(wire)
    end(wire)
    whole = bed.files[0].read_bytes()
    bed.files[0].write_bytes(change(whole))
    wire = bed.run()
    wire.initialize()
    assert listed(wire) == first
    assert "event=facts_broken server=one" in wire.stderr
    end(wire)
    assert b'"odd"' in bed.files[0].read_bytes()
