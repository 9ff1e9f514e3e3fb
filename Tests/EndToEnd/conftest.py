"""What every end-to-end test starts from."""

import pytest

from support import junction, processes, remote


def pytest_addoption(parser):
    parser.addoption("--direct", action="store_true", help="clients talk to the servers directly, without the gateway")
    parser.addoption("--long", action="store_true", help="many more seeds for tests that take one")


def pytest_sessionstart(session):
    if not session.config.getoption("--direct") and not junction.is_built():
        pytest.exit(f"there is no gateway at {junction.binary()}: run scripts/build, or set MCP_JUNCTION", returncode=2)


@pytest.fixture
def setting(tmp_path):
    """Makes gateway configurations; at the end everything they started must be gone and every frame be valid."""
    made = []

    def make(servers: dict, junction_settings: dict | None = None, tee: bool = False) -> junction.Setting:
        made.append(junction.Setting(tmp_path / f"setting{len(made)}", servers, junction_settings, tee))
        return made[-1]

    yield make
    for one in made:
        try:
            processes.wait_for_none(one.mark, 6)
        finally:
            processes.end_all(one.mark)
        complaints = one.complaints()
        assert not complaints, "\n".join(complaints[:5])


@pytest.fixture
def remote_server(tmp_path):
    """Starts servers with every feature over HTTP."""
    made = []

    def start(*arguments, **more) -> remote.RemoteServer:
        made.append(remote.RemoteServer(tmp_path, *arguments, **more))
        return made[-1]

    yield start
    for one in made:
        one.stop()
