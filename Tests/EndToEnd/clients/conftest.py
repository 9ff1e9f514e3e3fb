"""A real client in front of the gateway, or directly in front of a server with --direct."""

import os

import pytest

from support import drivers, grid, junction, schemas


def pytest_terminal_summary(terminalreporter):
    """Prints the table of eras, of this suite and summed up over all that were run."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [value for report in reports for key, value in getattr(report, "user_properties", ()) if key == "grid"]
    if rows and not terminalreporter.config.getoption("--direct"):
        grid.keep(drivers.library(), rows)
    if rows:
        terminalreporter.section("eras")
        terminalreporter.write(grid.detail(rows) + "\n" + grid.summary(grid.known() or rows))


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Target:
    """What a client starts, and the names that it must use there."""

    def __init__(self, command: list[str], env: dict, prefix: str, record, stderr):
        self.command = command
        self.env = {**os.environ, **env}
        self.prefix = prefix
        self.record = record
        self.errors = stderr

    @property
    def label(self) -> str:
        """What an elicitation's message begins with."""
        return f"[{self.prefix}] " if self.prefix else ""

    def logger(self, name: str | None) -> str | None:
        """Returns the logger that a log message of the server arrives under."""
        if not self.prefix:
            return name
        return f"{self.prefix}/{name}" if name else self.prefix

    def name(self, original: str) -> str:
        """Returns the public name of a tool or prompt of the server under test."""
        return f"{self.prefix}__{original}" if self.prefix else original

    def connect(self, user: drivers.User | None = None, mode: str = "legacy"):
        return drivers.connect(self.command, self.env, user, self.errors, mode)

    def check(self) -> None:
        """Holds every frame that came to the client against the schema."""
        conversation = schemas.Conversation("server")
        for line in self.record.read_bytes().split(b"\n") if self.record.exists() else []:
            if line[:1] == b"=":
                conversation = schemas.Conversation("server", conversation.complaints)
            elif line:
                conversation.see("client" if line[:1] == b">" else "server", line[2:])
        assert not conversation.complaints, "\n".join(conversation.complaints[:5])


@pytest.fixture
def aim(request, setting, tmp_path):
    """Makes targets: the gateway over the given servers, of which the first is under test."""
    made = []

    def aim(servers: dict) -> Target:
        record, errors = tmp_path / f"client{len(made)}.frames", open(tmp_path / "stderr", "a+")
        name, entry = next(iter(servers.items()))
        if request.config.getoption("--direct"):
            command, env, name = [entry["command"], *entry["args"]], entry.get("env", {}), ""
        else:
            # What is shown while servers still start is tried elsewhere; here a loaded machine must not matter.
            one = setting(servers, {"initializeWait": "30s", "listsWait": "30s", "unknownNameWait": "30s"}, tee=True)
            command, env = one.command(), one.environment
        wrapped = junction.teed({"command": command[0], "args": command[1:]}, record)
        made.append(Target([wrapped["command"], *wrapped["args"]], env, name, record, errors))
        return made[-1]

    yield aim
    for target in made:
        target.errors.close()
        target.check()


@pytest.fixture(params=["sdk1", "sdk2"])
def everything(request, aim):
    """The server with every feature, on either SDK, beside a second one."""
    target = aim({"everything": junction.everything(request.param), "second": junction.scripted(owns="second://")})
    target.sdk = request.param
    return target
