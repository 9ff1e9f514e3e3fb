"""What a person sees on a terminal of 80 and of 140 columns, drawn by a real terminal (tmux)."""

import json
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import time
import uuid

import pytest

from support.home import Home
from support.junction import binary, scripted

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


class Screen:
    """A terminal of so many columns, in which a shell runs."""

    def __init__(self, home: Home, columns: int):
        self.columns = columns
        self.socket = f"junction-{uuid.uuid4().hex[:8]}"
        self.environment = {**home.environment, "TERM": "xterm-256color", "PS1": "$ "}
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", "60", "-c", str(home.path), "sh")

    def _tmux(self, *arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-L", self.socket, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout

    def run(self, *arguments: str, seconds: float = 30) -> list[str]:
        """Types a command line and returns the lines that are on the screen when it has ended."""
        line = shlex.join([binary(), *arguments])
        self._tmux("send-keys", f"clear; {line}; echo done-$((40 + 2))", "Enter")
        deadline = time.monotonic() + seconds
        while "done-42" not in (shown := self._tmux("capture-pane", "-p", "-J", "-S", "-")):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        lines = shown.split("done-42")[0].splitlines()
        # What was typed stands above it, and may take two lines.
        start = max(
            (index + 1 for index, text in enumerate(lines) if "echo done" in text or "+ 2))" in text), default=0
        )
        return [text.rstrip() for text in lines[start:]]

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture(params=[80, 140])
def screen(request):
    # A short path, as those of people are.
    place = pathlib.Path(tempfile.mkdtemp(prefix="h", dir="/tmp"))
    home = Home(place / "ada")
    entries = {
        "time": scripted(),
        "gone": {"command": "no-such-program-anywhere", "env": {"A": "${NOT_SET_ANYWHERE}"}},
        "off": {"command": "true", "disabled": True},
    }
    home.write(".config/mcp-junction/servers.json", json.dumps({"mcpServers": entries}, indent=2).encode())
    one = Screen(home, request.param)
    yield one
    one.close()
    home.end()
    shutil.rmtree(place)


commands = [
    [],
    ["--help"],
    ["help", "call"],
    ["help", "J207"],
    ["list"],
    ["doctor"],
    ["status"],
    ["secret", "list"],
    ["register"],
    ["logs"],
    ["config", "check"],
    ["call", "time__none"],
]


@pytest.mark.parametrize("arguments", commands, ids=lambda arguments: " ".join(arguments) or "bare")
def test_lines_fit_the_terminal(screen, arguments):
    lines = screen.run(*arguments)
    text = "\n".join(lines)
    assert text.strip(), "nothing is shown"
    # Lines that the terminal has broken are joined again. What servers and the system say is as long as it is.
    if arguments[:1] not in (["list"], ["logs"], ["config"], ["call"]):
        assert max(len(line) for line in lines) <= screen.columns, text


def test_the_bare_command_says_what_to_type_next(screen):
    lines = screen.run()
    assert lines[0].startswith("mcp-junction ") and "Next:" in lines
    assert any(line.startswith("  mcp-junction register") for line in lines)


def test_the_doctor_wraps_its_lines_under_their_subject(screen):
    lines = screen.run("doctor")
    mark = next(index for index, line in enumerate(lines) if line.startswith("✗ gone"))
    below = lines[mark + 1]
    column = lines[mark].index("'env")
    assert below[:column].strip() == "" and below[column] != " "
    assert max(len(line) for line in lines) <= screen.columns
