"""Remote servers behind an HTTP proxy. It alone knows their names, so that nothing can go past it unseen."""

import os
import subprocess

import pytest

from support import processes
from support.http_script import HTTPScript
from support.proxies import Proxy
from support.tls import Authority

host = "far.inside.invalid"
quiet = dict.fromkeys(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy"], "")
quiet |= dict.fromkeys(["all_proxy", "no_proxy"], "")


@pytest.fixture
def proxy(tmp_path):
    """Starts proxies; with an account they let nobody else through."""
    made = []

    def proxy(account: str | None = None) -> Proxy:
        made.append(Proxy(tmp_path / f"proxy{len(made)}", account))
        return made[-1]

    yield proxy
    for one in made:
        one.stop()


@pytest.fixture
def server():
    one = HTTPScript()
    yield one
    one.stop()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(authority):
    one = HTTPScript(tls=authority.server(f"DNS:{host}"))
    yield one
    one.stop()


def inside(server: HTTPScript) -> str:
    return server.url.replace("127.0.0.1", host)


def calls(wire) -> None:
    wire.initialize()
    assert wire.call("far__echo", {"text": "x"}).text == "x"


def failure(one, **environment) -> str:
    """Returns what `--list` says of a server that cannot be reached."""
    done = subprocess.run(
        one.command("--list"),
        env={**os.environ, **quiet, **one.environment, **environment},
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert done.returncode == 1, done.stdout
    return done.stdout


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_the_environment_names_the_proxy(start, server, proxy, variable):
    through = proxy()
    wire = start({"far": {"url": inside(server)}}, strict=False, env={**quiet, variable: through.url})
    calls(wire)
    wire.close_input()
    wire.finish()
    processes.wait_until(lambda: through.passed(host), 10, "it is in the proxy's log")
    assert server.named("tools/call")[0].headers["host"] == f"{host}:{server.port}"


def test_tls_goes_through_a_tunnel(start, secure, authority, proxy):
    through = proxy()
    entry = {"url": inside(secure), "junction": {"caFile": str(authority.certificate)}}
    wire = start({"far": entry}, strict=False, env={**quiet, "HTTPS_PROXY": through.url})
    calls(wire)
    wire.close_input()
    wire.finish()
    processes.wait_until(lambda: through.passed(f"CONNECT {host}:{secure.port}"), 10, "it is in the proxy's log")
    assert not through.passed("/mcp"), "the proxy sees nothing of what passes"
    assert "proxy-authorization" not in secure.named("initialize")[0].headers


def test_the_entry_names_another_proxy_or_none(start, setting, server, proxy):
    dead = "http://127.0.0.1:9"
    through = proxy()
    entry = {"url": inside(server), "junction": {"proxy": through.url}}
    calls(start({"far": entry}, strict=False, env={**quiet, "HTTP_PROXY": dead}))
    none = setting({"far": {"url": inside(server), "junction": {"proxy": "direct"}}})
    assert "DNS:" in failure(none, HTTP_PROXY=through.url)


def test_excepted_hosts_and_this_machine_are_reached_directly(start, setting, server, proxy):
    through = proxy()
    excepted = setting({"far": {"url": inside(server)}})
    assert "DNS:" in failure(excepted, HTTP_PROXY=through.url, NO_PROXY="example.com,.inside.invalid")
    for name in ("127.0.0.1", "localhost"):
        url = server.url.replace("127.0.0.1", name)
        calls(start({"far": {"url": url}}, strict=False, env={**quiet, "HTTP_PROXY": "http://127.0.0.1:9"}))
    assert not through.passed("echo")


def test_a_proxy_may_want_to_know_who_asks(start, setting, server, proxy):
    through = proxy("kim:geheimnis")
    calls(start({"far": {"url": inside(server)}}, strict=False, env={**quiet, "HTTP_PROXY": through.url}))
    stranger = through.url.replace("kim:geheimnis@", "")
    said = failure(setting({"far": {"url": inside(server)}}), HTTP_PROXY=stranger)
    assert "407" in said and "junction.proxy" in said


def test_a_proxy_that_lets_no_tunnel_through_is_named(setting, secure, proxy):
    through = proxy("kim:geheimnis")
    stranger = through.url.replace("kim:geheimnis@", "")
    said = failure(setting({"far": {"url": inside(secure)}}), HTTPS_PROXY=stranger)
    assert "proxy:" in said and "407" in said


def test_a_proxy_that_is_not_there_is_named(setting, server):
    said = failure(setting({"far": {"url": inside(server)}}), HTTP_PROXY="http://127.0.0.1:9")
    assert "proxy:" in said and "junction.proxy" in said
