"""nginx between the gateway and a server, as an ordinary user's program on loopback."""

import os
import pathlib
import shutil
import socket
import subprocess

from .junction import root
from .processes import wait_until

configuration = """
daemon off;
master_process off;
pid {place}/pid;
error_log {place}/error.log;
events {{}}
http {{
  access_log {place}/access.log;
  client_body_temp_path {place}/body;
  proxy_temp_path {place}/proxy;
  fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi;
  scgi_temp_path {place}/scgi;
  server {{
    listen 127.0.0.1:{port}{listen};
    {server}
    location / {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_connect_timeout 2s;
      {location}
    }}
  }}
}}
"""


def binary() -> str:
    """Returns the program that `scripts/setup --test` has put below .build, or the system's."""
    own = root / ".build" / "tools" / "nginx" / "usr" / "sbin" / "nginx"
    found = str(own) if own.exists() else shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert found, "there is no nginx: run scripts/setup --test"
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Nginx:
    """Passes everything on to `upstream`; `location`, `server` and `listen` are nginx's own words."""

    def __init__(self, place: pathlib.Path, upstream: str, location: str = "", server: str = "", listen: str = ""):
        place.mkdir(exist_ok=True)
        self.place = place
        self.port = free_port()
        text = configuration.format(
            place=place, port=self.port, upstream=upstream, location=location, server=server, listen=listen
        )
        (place / "nginx.conf").write_text(text)
        self.process = subprocess.Popen(
            [binary(), "-p", str(place), "-e", str(place / "error.log"), "-c", str(place / "nginx.conf")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"]},
        )
        wait_until(self.is_there, 10, (place / "error.log").read_text)

    def is_there(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    @property
    def access(self) -> list[str]:
        """The lines of its log, one for each request that is over."""
        return (self.place / "access.log").read_text().splitlines()

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
