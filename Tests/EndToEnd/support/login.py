"""Logging in: a person's browser that follows where it is sent, and servers that want a login."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

from .junction import end_to_end, environments

patience = 40


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def consent(address: str) -> str:
    """Consents as a person in a browser would, and returns where that leads, without going there."""
    try:
        urllib.request.build_opener(NoRedirects).open(address, timeout=patience)
    except urllib.error.HTTPError as error:
        assert error.code in (302, 303, 307), error
        return error.headers["Location"]
    raise AssertionError("the authorization server sends the browser nowhere")


makes = {"fastmcp": ("servers-fastmcp", "guarded.py"), "authlib": ("authlib", "guarded_authlib.py")}


class Guarded:
    """A server that wants a login, with its authorization server: FastMCP's, or one on Authlib."""

    def __init__(self, mark: dict[str, str], make: str = "fastmcp", **options):
        environment, script = makes[make]
        self.process = subprocess.Popen(
            [
                str(environments / environment / "bin" / "python"),
                str(end_to_end / "servers" / script),
                json.dumps(options),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **mark},
        )
        self.url = json.loads(self.process.stdout.readline())["url"]

    def tell(self, **command) -> dict:
        """Has it do something, and returns what it has counted."""
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Person:
    """Someone who runs the gateway's commands, with a browser that does as it is told."""

    def __init__(self, setting):
        self.setting = setting
        self.state = setting.place / "state"
        programs = setting.place / "programs"
        programs.mkdir(exist_ok=True)
        browser = programs / "xdg-open"
        browser.write_text(
            f"#!{sys.executable} -SE\n"
            "import sys, urllib.error, urllib.request\n"
            "try: print(urllib.request.urlopen(sys.argv[1]).read().decode())\n"
            "except urllib.error.HTTPError as error: print(error.read().decode())\n"
        )
        browser.chmod(0o755)
        self.environment = {
            **os.environ,
            **setting.environment,
            "XDG_STATE_HOME": str(self.state),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "DISPLAY": ":7",
        }

    def run(self, *arguments: str, input: str = "") -> subprocess.CompletedProcess:
        return subprocess.run(
            self.setting.command(*arguments),
            input=input,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=patience,
        )

    def log_in(self, server: str, *options: str) -> subprocess.CompletedProcess:
        done = self.run("login", server, *options)
        assert done.returncode == 0, done.stderr
        return done

    def log_in_by_hand(self, server: str, answer=consent) -> tuple[int, str]:
        """Logs in with a browser elsewhere: pastes where `answer` says that the printed address leads.

        Returns the status, and what was said.
        """
        with subprocess.Popen(
            self.setting.command("login", server, "--no-browser"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        ) as process:
            said = ""
            for line in process.stderr:
                said += line
                if line.startswith("  http"):
                    process.stdin.write(answer(line.strip()) + "\n")
                    process.stdin.flush()
            return process.wait(patience), said + process.stdout.read()

    def status(self) -> list[dict]:
        return json.loads(self.run("auth", "status", "--json").stdout)["servers"]

    @property
    def records(self) -> list[pathlib.Path]:
        return sorted(self.state.glob("mcp-junction/logins/*.json"))

    def grant(self) -> dict:
        """Returns the tokens that are kept of the only server."""
        (record,) = self.records
        return json.loads(record.read_text())["grants"][0]


def query(address: str) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
