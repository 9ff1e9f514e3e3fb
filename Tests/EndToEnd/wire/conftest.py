"""The gateway with a raw client on its standard input and output."""

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
