"""scripts/run, which is how this package is tried: a client gets the protocol, a person a page; and scripts/rooms."""

import json
import os
import shutil
import subprocess

import pytest

from support.junction import root, scripted
from support.processes import executable, wait_until
from support.wire import Wire

run = str(root / "scripts" / "run")


def test_a_client_on_standard_input_is_served_and_sees_only_the_protocol(setting):
    one = setting({"one": scripted(), "two": scripted()})
    wire = Wire([run, "--config", str(one.configuration)], env=one.environment)
    try:
        assert wire.initialize(seconds=40)["result"]["serverInfo"]["name"] == "mcp-junction"
        assert wire.call("one__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}
        wire.close_input()
        assert wire.finish() == 0
        assert all(frame.json is not None for frame in wire.frames)
    finally:
        wire.abandon()


def test_a_client_that_takes_its_time_is_served_too(setting):
    one = setting({"one": scripted()})
    wire = Wire([run, "--config", str(one.configuration)], env=one.environment)
    try:
        # The gateway runs, so nobody waits for a first word any more.
        wait_until(lambda: executable(wire.process.pid).endswith("/mcp-junction"), 45, lambda: wire.stderr)
        assert wire.frames == []
        assert wire.initialize(seconds=40)["result"]["serverInfo"]["name"] == "mcp-junction"
        wire.close_input()
        assert wire.finish() == 0
    finally:
        wire.abandon()


@pytest.mark.parametrize("how", ["the null device", "a closed pipe", "an empty file", "closed"])
def test_without_a_client_the_list_is_shown(setting, tmp_path, how):
    one = setting({"one": scripted(), "two": scripted()})
    (tmp_path / "empty").write_bytes(b"")
    standard_input = {
        "the null device": subprocess.DEVNULL,
        "a closed pipe": subprocess.PIPE,
        "an empty file": open(tmp_path / "empty", "rb"),
        "closed": subprocess.DEVNULL,
    }[how]
    command = [run, "--config", str(one.configuration)]
    if how == "closed":
        command = ["/bin/sh", "-c", '"$0" "$@" <&-', *command]
    process = subprocess.Popen(
        command, stdin=standard_input, stdout=subprocess.PIPE, env={**os.environ, **one.environment}
    )
    text, _ = process.communicate(timeout=50)
    assert process.returncode == 0
    assert "one__echo" in text.decode() and "two__echo" in text.decode()


def test_editors_that_start_it_at_once_all_get_it():
    # As after an update: nothing says yet that what there is was made from these sources.
    (root / ".build" / "run-built").unlink(missing_ok=True)
    started = [
        subprocess.Popen([run, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in started:
        text, errors = process.communicate(timeout=50)
        assert (process.returncode, text[:12]) == (0, b"mcp-junction"), errors.decode()


def test_arguments_are_passed_on(setting):
    one = setting({"one": scripted()})
    done = subprocess.run(
        [run, "--config", str(one.configuration), "--list", "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env={**os.environ, **one.environment},
        timeout=50,
    )
    assert json.loads(done.stdout)["servers"][0]["state"] == "ready"


def test_a_person_gets_the_list_a_call_and_the_lines_to_register_it():
    done = subprocess.run([run], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=55)
    text = done.stdout.decode()
    assert done.returncode == 0, text
    for word in (
        "everything__echo",
        "time__get_current_time",
        "git__git_log",
        "fetch__fetch",
        "hello",
        "claude mcp add",
    ):
        assert word in text, word
    snippet = text[text.index('{\n  "mcpServers"') : text.index("\n}\n", text.index('"mcpServers"')) + 2]
    registered = json.loads(snippet)["mcpServers"]["junction"]
    assert os.access(registered["command"], os.X_OK)
    assert registered["args"] == ["--config", str(root / "servers.json")]


def rooms(sources):
    done = subprocess.run([root / "scripts" / "rooms", sources], stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, done.stdout


def test_rooms_keep_to_themselves():
    assert rooms(root / "Sources")[0] == 0


@pytest.mark.parametrize(
    ("file", "line", "finding"),
    [
        (
            "Gateway/Upstream/Lane.swift",
            "extension Lane { func tell(_ session: ClientSession) {} }",
            "Sources/Gateway/Upstream/Lane.swift names ClientSession, of Gateway/Downstream/ClientSession",
        ),
        (
            "Gateway/Routing/Router.swift",
            "extension Router { var manager: ServerManager? { nil } }",
            "Sources/Gateway/Routing/Router.swift names ServerManager, of Gateway/Serving/ServerManager",
        ),
        ("Gateway/Upstream/Lane.swift", '// A ClientSession. \nlet text = "ServerManager"', None),
    ],
)
def test_what_a_room_must_not_name_is_found(tmp_path, file, line, finding):
    copy = shutil.copytree(root / "Sources", tmp_path / "Sources")
    with open(copy / file, "a") as source:
        source.write(f"\n{line}\n")
    status, text = rooms(copy)
    assert (status, text.strip() if status else None) == (1 if finding else 0, finding)
