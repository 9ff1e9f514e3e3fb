"""Servers that are reached over HTTP, on loopback."""

import os
import pathlib
import subprocess

from . import junction, processes


class RemoteServer:
    """The server with every feature on one SDK ("sdk1", "sdk2" or "fastmcp"), over HTTP in one of its modes."""

    def __init__(self, place: pathlib.Path, sdk: str, mode: str = "stateful", era: str | None = None):
        self.entry = junction.everything(sdk)
        self.arguments = ["http", mode, *([era] if era else [])]
        self.errors = place / f"{sdk}-{mode}.stderr"
        self.process = None
        self.start()

    def start(self) -> None:
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [self.entry["command"], *self.entry["args"], *self.arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                env={key: value for key, value in os.environ.items() if key != processes.variable},
            )
        line = self.process.stdout.readline()
        assert line, self.errors.read_text()
        self.port = int(line)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
