"""Remote servers behind TLS, with an authority of our own."""

import os
import subprocess

import pytest

from support.http_script import HTTPScript
from support.tls import Authority, authority_name


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def secure(authority):
    """Starts a scripted server with a certificate for `names`."""
    made = []

    def secure(*names: str, **more) -> HTTPScript:
        made.append(HTTPScript(tls=authority.server(*names, **more)))
        return made[-1]

    yield secure
    for one in made:
        one.stop()


def listed(one, **environment) -> str:
    """Returns what `--list` says of a server that cannot be reached."""
    done = subprocess.run(
        one.command("--list"),
        env={**os.environ, **one.environment, **environment},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1, done.stdout
    return done.stdout


def test_an_authority_is_trusted_that_the_entry_names(start, secure, authority):
    server = secure()
    wire = start({"far": {"url": server.url, "junction": {"caFile": str(authority.certificate)}}}, strict=False)
    wire.initialize()
    assert wire.call("far__echo", {"text": "x"}).text == "x"


variables = ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"]


@pytest.mark.parametrize("name", variables)
def test_an_authority_is_trusted_that_other_programs_are_told_of(start, secure, authority, name):
    environment = {**dict.fromkeys(variables, ""), name: str(authority.certificate)}
    wire = start({"far": {"url": secure().url}}, strict=False, env=environment)
    wire.initialize()
    assert wire.call("far__echo", {"text": "x"}).text == "x"


def test_an_authority_that_nobody_knows_is_named(setting, secure):
    server = secure()
    said = listed(setting({"far": {"url": server.url}}))
    assert "TLS:" in said and "junction.caFile" in said
    assert f"the certificate was issued by O = Tests, CN = {authority_name}" in said
    assert server.requests == []


def test_a_certificate_for_another_name_is_refused(setting, secure, authority):
    server = secure("DNS:elsewhere.example")
    entry = {"url": server.url.replace("127.0.0.1", "localhost"), "junction": {"caFile": str(authority.certificate)}}
    said = listed(setting({"far": entry}))
    assert "TLS:" in said and "'localhost'" in said
    assert server.requests == []


def test_a_server_may_demand_a_certificate_of_the_gateway(start, secure, authority):
    server = secure(demands_certificate=True)
    certificate, key = authority.issue("gateway")
    trust = {"caFile": str(authority.certificate)}
    entry = {"url": server.url, "junction": {**trust, "clientCertificate": str(certificate), "clientKey": str(key)}}
    wire = start({"far": entry}, strict=False)
    wire.initialize()
    assert wire.call("far__echo", {"text": "x"}).text == "x"


def test_a_gateway_without_the_certificate_that_is_demanded_is_told_so(setting, secure, authority):
    server = secure(demands_certificate=True)
    said = listed(setting({"far": {"url": server.url, "junction": {"caFile": str(authority.certificate)}}}))
    assert "TLS:" in said and "certificate required" in said
    assert "junction.clientCertificate" in said


def test_an_address_that_speaks_no_tls_is_told(setting):
    server = HTTPScript()
    try:
        said = listed(setting({"far": {"url": server.url.replace("http:", "https:")}}))
        assert "TLS:" in said and "issued by" not in said
    finally:
        server.stop()
