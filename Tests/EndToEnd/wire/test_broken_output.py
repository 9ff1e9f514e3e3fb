"""Standard output that breaks: the program ends, quietly where its reader has seen enough."""

import json
import os
import subprocess

import pytest

from support.junction import binary, scripted

full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")

commands = {
    "list": ["--list"],
    "list for a program": ["--list", "--json"],
    "call": ["call", "one__fill", json.dumps({"bytes": 300_000})],
    "call for a program": ["call", "--json", "one__fill", json.dumps({"bytes": 300_000})],
    "check": ["config", "check"],
    "schema": ["config", "schema"],
    "version": ["--version"],
    "help": ["--help"],
}
request = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}},
    }
)


@pytest.fixture
def shell(setting):
    """Runs a shell's line in which `"$@"` is the gateway's command; returns the gateway's own status as well."""

    def shell(line: str, arguments: list[str], input: bytes = b""):
        one = setting({"one": scripted()})
        status = one.place / "status"
        script = line.replace("GATEWAY", f'{{ "$@"; echo $? >{status}; }}')
        done = subprocess.run(
            ["bash", "-c", script, "bash", *one.command(*arguments)],
            input=input,
            capture_output=True,
            env={**os.environ, **one.environment},
            timeout=20,
        )
        return int(status.read_text()), done

    return shell


@pytest.mark.parametrize("arguments", commands.values(), ids=commands)
@pytest.mark.parametrize("reader", ["true", "head -c 10"])
def test_a_reader_that_has_gone_ends_a_command_quietly(shell, arguments, reader):
    status, done = shell(f"GATEWAY | {reader}", arguments)
    assert (status, done.stderr) == (0, b"")


@full
@pytest.mark.parametrize("arguments", commands.values(), ids=commands)
def test_a_full_disk_is_an_error_of_every_command(shell, arguments):
    status, done = shell("GATEWAY >/dev/full", arguments)
    assert status == 1
    assert done.stderr.decode() == (
        "mcp-junction: standard output is unusable: cannot write: No space left on device [J104]\n"
    )


def test_serving_ends_quietly_with_its_reader(shell):
    # The input stays open: only the output says that the client has gone.
    status, done = shell(f"(echo '{request}'; sleep 15) | GATEWAY | true", [])
    assert status == 0
    assert b"unusable" not in done.stderr


@full
def test_serving_on_a_full_disk_is_an_error(shell):
    status, done = shell(f"(echo '{request}'; sleep 15) | GATEWAY >/dev/full", [])
    assert status == 1
    assert b"standard output is unusable: cannot write: No space left on device" in done.stderr


def test_the_status_of_a_running_gateway_ends_with_its_reader(start):
    gateway = start({"one": scripted()})
    gateway.initialize()
    for reader in ("true", "head -c 10"):
        done = subprocess.run(
            ["bash", "-c", f'{{ "$@"; echo "status $?" >&2; }} | {reader}', "bash", binary(), "--config"]
            + [str(gateway.setting.configuration), "status"],
            capture_output=True,
            timeout=20,
        )
        assert done.stderr in (b"status 0\n", b"status 1\n")
