"""A person's home directory, what is run in it, and a terminal for it."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

from . import processes
from .junction import binary


class Home:
    """A home directory, and what is run in it."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self.mark = processes.new_mark()
        self.environment = {
            "HOME": str(path),
            "USER": "ada",
            "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            # The address of a socket has room for a short path only.
            "XDG_RUNTIME_DIR": tempfile.mkdtemp(prefix="run", dir="/tmp"),
            processes.variable: self.mark,
        }

    def write(self, name: str, data: bytes) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def run(self, *arguments: str, input: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            [binary(), *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.path,
            timeout=60,
            input=input,
        )

    def good(self, *arguments: str, input: str = "") -> str:
        done = self.run(*arguments, input=input)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def end(self) -> None:
        """Waits until nothing is left of what was run."""
        try:
            processes.wait_for_none(self.mark, 6)
        finally:
            processes.end_all(self.mark)
            shutil.rmtree(self.environment["XDG_RUNTIME_DIR"])


class Terminal:
    """A program on a terminal of its own, and what that shows."""

    def __init__(self, home: Home, *arguments: str):
        self.shown = ""
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(home.path)
            os.execve(binary(), [binary(), *arguments], home.environment)

    def wait_for(self, pattern: str, seconds: float = 20) -> None:
        """Reads until the screen has shown a pattern."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.shown):
            assert time.monotonic() < deadline, f"no {pattern!r} in {self.shown!r}"
            if not self._read(0.1):
                assert re.search(pattern, self.shown), f"ended without {pattern!r}: {self.shown!r}"

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def finish(self, seconds: float = 20) -> int:
        """Returns the status of the program once it has ended."""
        deadline = time.monotonic() + seconds
        while self._read(0.1):
            assert time.monotonic() < deadline, self.shown
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def _read(self, seconds: float) -> bool:
        """Returns whether there is more to come."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            data = b""
        self.shown += data.decode(errors="replace")
        return bool(data)
