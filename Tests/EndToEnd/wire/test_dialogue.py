"""What a person at a terminal is asked and shown while a tool is called."""

import json
import os
import pty
import re
import select
import subprocess
import time

import pytest

from support.junction import example, scripted


class Terminal:
    """A command whose input and standard error are a terminal, at which a script types."""

    def __init__(self, command: list[str], environment: dict):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=slave, stderr=slave, stdout=subprocess.PIPE, env={**os.environ, **environment}
        )
        os.close(slave)
        self.seen = ""

    def expect(self, pattern: str, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            assert time.monotonic() < deadline, f"{pattern} is not in {self.seen!r}"
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    assert re.search(pattern, self.seen), f"{pattern} is not in {self.seen!r}"

    def type(self, line: str) -> None:
        self.seen = ""
        os.write(self.master, line.encode() + b"\n")

    def finish(self) -> tuple[int, str]:
        out = self.process.stdout.read().decode()
        status = self.process.wait(20)
        os.close(self.master)
        return status, out


@pytest.fixture
def at_terminal(setting):
    opened = []

    def at_terminal(servers: dict, *arguments: str) -> Terminal:
        one = setting(servers)
        terminal = Terminal(one.command(*arguments), {**one.environment, "XDG_RUNTIME_DIR": str(one.place)})
        opened.append(terminal)
        return terminal

    yield at_terminal
    for terminal in opened:
        terminal.process.kill()
        terminal.process.wait()


def test_arguments_that_are_missing_are_asked_for(at_terminal):
    terminal = at_terminal({"ex": example()}, "call", "ex__add", "a=1")
    terminal.expect(r"b \(number\): ")
    terminal.type("")
    terminal.expect(r"b \(number\): ")
    terminal.type("2")
    status, out = terminal.finish()
    assert (status, out) == (0, '{"sum":3}\n')


def test_what_the_server_asks_the_person_answers(at_terminal):
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Whom to greet"},
            "age": {"type": "integer"},
            "kind": {"type": "string", "enum": ["cat", "dog"]},
        },
        "required": ["name"],
    }
    question = {"method": "elicitation/create", "id": "q", "params": {"message": "Who?", "requestedSchema": schema}}
    arguments = json.dumps({"requests": [question]})
    terminal = at_terminal({"one": scripted()}, "call", "--json", "one__interview", arguments)
    terminal.expect(r"The server asks: .*Who\?")
    terminal.expect(r"Whom to greet(.|\n)*name \(string\): ")
    terminal.type("Ada")
    terminal.expect(r"age \(integer, may stay empty\): ")
    terminal.type("36")
    terminal.expect(r"kind \(one of cat, dog, may stay empty\): ")
    terminal.type("")
    status, out = terminal.finish()
    assert status == 0
    assert '"action":"accept"' in out.replace(" ", "").replace('\\"', '"')
    assert '"name":"Ada","age":36' in out.replace(" ", "").replace('\\"', '"')


def test_a_person_who_gives_up_cancels(at_terminal):
    question = {
        "method": "elicitation/create",
        "id": "q",
        "params": {"message": "Who?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "string"}}}},
    }
    arguments = json.dumps({"requests": [question]})
    terminal = at_terminal({"one": scripted()}, "call", "--json", "one__interview", arguments)
    terminal.expect(r"n \(string, may stay empty\): ")
    os.write(terminal.master, b"\x04")
    status, out = terminal.finish()
    assert status == 0
    assert '"action":"cancel"' in out.replace(" ", "").replace('\\"', '"')


def test_without_a_terminal_nothing_is_asked(setting):
    one = setting({"ex": example()})
    done = subprocess.run(
        one.command("call", "ex__add", "a=1"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **one.environment},
        timeout=20,
    )
    assert done.returncode == 2
    assert "'b'" in done.stderr and "b=…" in done.stderr


def test_progress_is_shown_on_one_line_and_taken_away(at_terminal):
    terminal = at_terminal({"ex": example()}, "call", "ex__progress", "steps=3")
    terminal.expect(r"\r\x1b\[K1 of 3")
    terminal.expect(r"\r\x1b\[K$")
    assert terminal.finish()[0] == 0
