"""The gateway with a raw client on its standard input and output."""

import pathlib
import shutil
import tempfile

import pytest

from support.wire import Wire


def pytest_generate_tests(metafunc):
    """Gives every test that takes a seed a few of them, and many with --long."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(100 if metafunc.config.getoption("--long") else 4))


@pytest.fixture
def start(setting):
    """Starts a gateway over scripted servers; ends it when the test is over, and checks all it wrote."""
    started = []

    def start(
        servers: dict, junction: dict | None = None, arguments=(), strict=True, tee=True, env: dict | None = None
    ) -> Wire:
        one = setting(servers, junction, tee=tee and strict)
        wire = Wire(one.command(*arguments), env={**one.environment, **(env or {})})
        wire.setting = one
        wire.strict = strict
        started.append(wire)
        return wire

    yield start
    for wire in started:
        wire.abandon()
    for wire in started:
        wire.check()


@pytest.fixture
def runtime():
    """A runtime directory of its own, with a path short enough for sockets."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="junction-", dir="/tmp"))
    yield place
    shutil.rmtree(place)


@pytest.fixture
def serve(start, runtime):
    """Starts a gateway with a client that has read its lists."""

    def serve(servers: dict, junction: dict | None = None, **more):
        wire = start(servers, junction, env={"XDG_RUNTIME_DIR": str(runtime)}, **{"tee": False, **more})
        wire.initialize()
        wire.tool_names()
        return wire

    return serve
