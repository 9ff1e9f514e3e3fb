"""An HTTP proxy between the gateway and a server: proxy.py, which alone knows where `*.inside.invalid` is."""

import os
import pathlib
import signal
import subprocess
import sys

from proxy.http.proxy import HttpProxyBasePlugin

from .processes import wait_until

domain = ".inside.invalid"


class Inside(HttpProxyBasePlugin):
    """Looks names up that nobody else can: all of them are on loopback."""

    def resolve_dns(self, host: str, port: int):
        return ("127.0.0.1", None) if host.endswith(domain) else super().resolve_dns(host, port)


class Proxy:
    """A proxy on a port of loopback. What passed through it stands in its log."""

    def __init__(self, place: pathlib.Path, account: str | None = None):
        place.mkdir(exist_ok=True)
        self.log, port = place / "log", place / "port"
        self.account = account
        options = ["--hostname", "127.0.0.1", "--port", "0", "--port-file", str(port), "--log-file", str(self.log)]
        options += ["--num-workers", "1", "--num-acceptors", "1", "--plugins", "support.proxies.Inside"]
        options += ["--basic-auth", account] if account else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "proxy", *options],
            env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[1])},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: port.exists() and port.read_text().strip(), 20, "the proxy is there")
        self.port = int(port.read_text())

    @property
    def url(self) -> str:
        account = f"{self.account}@" if self.account else ""
        return f"http://{account}127.0.0.1:{self.port}"

    def passed(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text()

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
