"""Logging in to remote servers, against authorization servers of two makes: FastMCP's, and one on Authlib."""

import concurrent.futures
import json
import stat
import subprocess
import threading
import time

import pytest

from support.login import Guarded, Person, consent, query
from support.processes import wait_until
from support.wire import Wire

patience = 40


@pytest.fixture(params=["fastmcp", "authlib"])
def world(request, setting):
    """Makes a person, and a server with options that wants a login."""
    made = []

    def make(**options) -> tuple[Person, Guarded]:
        mark = setting({}).environment
        guarded = Guarded(mark, request.param, **options)
        made.append(guarded)
        return Person(setting({"guarded": {"url": guarded.url}})), guarded

    yield make
    for one in made:
        one.close()


@pytest.fixture
def serve():
    """Starts gateways with a client each, for a person."""
    started = []

    def start(person: Person) -> Wire:
        wire = Wire(person.setting.command(), env=person.environment)
        started.append(wire)
        return wire

    yield start
    for wire in started:
        wire.abandon()


def test_a_person_logs_in_calls_and_logs_out(world):
    person, guarded = world()
    before = person.run("--list")
    assert before.returncode == 1
    assert "needs a login (nobody has logged in)" in before.stdout
    assert "run 'mcp-junction login guarded'" in before.stdout
    assert f"at {guarded.url}, needs a login" in before.stdout
    assert person.status() == [{"server": "guarded", "address": guarded.url, "state": "none"}]

    assert "Logged in to 'guarded'" in person.log_in("guarded").stdout
    assert f"at {guarded.url} by Streamable HTTP, logged in" in person.run("--list").stdout
    assert person.run("call", "guarded__whoami").stdout == "read\n"
    (status,) = person.status()
    assert (status["state"], status["clientOrigin"], status["isRenewable"]) == ("loggedIn", "registered", True)
    assert guarded.tell()["asked"] == [{"scopes": ["read"], "resource": guarded.url}]

    assert person.run("logout", "guarded").returncode == 0
    assert person.status()[0]["state"] == "none"
    assert person.run("--list").returncode == 1
    # The next login is by the same registration.
    person.log_in("guarded")
    assert guarded.tell()["registrations"] == 1


def test_tokens_are_for_the_persons_eyes_alone_and_are_never_shown(world, serve):
    person, _ = world()
    said = [person.log_in("guarded"), person.run("auth", "status"), person.run("auth", "status", "--json")]
    wire = serve(person)
    wire.initialize()
    assert wire.call("guarded__whoami").text == "read"
    said += [person.run("--list", "--json"), person.run("status", "--json")]
    grant = person.grant()
    for one in said:
        for secret in (grant["accessToken"], grant["refreshToken"]):
            assert secret not in one.stdout + one.stderr
    assert grant["accessToken"] not in wire.stderr
    (record,) = person.records
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.parent.stat().st_mode) == 0o700


def test_the_browser_may_be_on_another_machine(world):
    person, _ = world()
    status, said = person.log_in_by_hand("guarded")
    assert status == 0, said
    assert "Logged in" in said


def test_somebody_elses_address_is_no_answer(world):
    person, _ = world()
    status, said = person.log_in_by_hand(
        "guarded", lambda address: "https://evil.example/callback?code=x\n" + consent(address)
    )
    assert status == 0
    assert "no address of this login" in said


def test_an_answer_of_another_issuer_is_not_used(world):
    person, guarded = world()
    status, said = person.log_in_by_hand(
        "guarded", lambda address: consent(address).split("&iss=")[0] + "&iss=https%3A%2F%2Fevil.example"
    )
    assert status == 1
    assert "https://evil.example has answered in the place of" in said
    assert person.records == []


def test_an_answer_with_another_state_ends_nothing(world):
    person, _ = world()

    def twice(address: str) -> str:
        there = consent(address)
        return there.replace(query(there)["state"], "wrong") + "\n" + there

    assert person.log_in_by_hand("guarded", twice)[0] == 0


def test_a_gateway_that_serves_takes_a_login_up(world, serve):
    person, guarded = world()
    wire = serve(person)
    how = "run 'mcp-junction login guarded'"
    assert how in wire.initialize()["result"]["instructions"]
    assert "guarded__whoami" not in wire.tool_names()
    assert how in wire.request("resources/read", {"uri": "junction://status"})["result"]["contents"][0]["text"]
    refused = wire.call("guarded__whoami")
    assert how in refused["error"]["message"]
    (gateway,) = json.loads(person.run("status", "--json").stdout)["gateways"]
    (endpoint,) = gateway["servers"][0]["endpoints"]
    assert (endpoint["address"], endpoint["login"]) == (guarded.url, "needsLogin")
    person.log_in("guarded")
    wait_until(lambda: "guarded__whoami" in wire.tool_names(), patience, "the login is taken up")
    assert wire.call("guarded__whoami").text == "read"


def test_a_token_is_renewed_before_its_end(world, serve):
    person, guarded = world(lifetime=4)
    person.log_in("guarded")
    wire = serve(person)
    wire.initialize()
    end = time.monotonic() + 8
    calls = 0
    while time.monotonic() < end:
        assert wire.call("guarded__whoami").text == "read"
        calls += 1
        # A token of four seconds can only be seen to be renewed by letting time pass.
        time.sleep(0.1)
    counted = guarded.tell()
    assert 1 <= counted["refreshes"] <= 4
    assert counted["reuses"] == 0
    assert len(counted["calls"]) == calls


def test_five_gateways_renew_once(world, serve):
    """Each refresh token is good once, and a second use would log everybody out."""
    person, guarded = world(latency=0.3)
    person.log_in("guarded")
    wires = [serve(person) for _ in range(5)]
    for wire in wires:
        wire.initialize()
        assert wire.call("guarded__whoami").text == "read"
    for round in (1, 2):
        guarded.tell(expire=True)
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            assert [one.text for one in pool.map(lambda wire: wire.call("guarded__whoami"), wires)] == ["read"] * 5
        counted = guarded.tell()
        assert (counted["refreshes"], counted["reuses"]) == (round, 0)
    assert len(set(counted["calls"][-5:])) == 1


def test_five_gateways_renew_once_by_the_clock_too(world, serve):
    person, guarded = world(latency=0.3, lifetime=6)
    person.log_in("guarded")
    wires = [serve(person) for _ in range(5)]
    for wire in wires:
        wire.initialize()
    end = time.monotonic() + 12
    failures = []

    def calls(wire: Wire) -> None:
        while time.monotonic() < end:
            answer = wire.call("guarded__whoami").text
            if answer != "read":
                failures.append(answer)
            # As above: time itself makes the tokens old.
            time.sleep(0.05)

    threads = [threading.Thread(target=calls, args=[wire]) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted = guarded.tell()
    assert not failures
    assert counted["reuses"] == 0
    assert 1 <= counted["refreshes"] <= 4


def test_a_revoked_login_needs_a_new_one_and_is_asked_about_once(world, serve):
    person, guarded = world()
    person.log_in("guarded")
    wires = [serve(person) for _ in range(3)]
    for wire in wires:
        wire.initialize()
        assert wire.call("guarded__whoami").text == "read"
    guarded.tell(revoke=True)
    for wire in wires:
        assert "mcp-junction login guarded" in wire.call("guarded__whoami").text
    assert person.status()[0]["state"] == "needsLogin"
    assert person.grant()["refusal"]
    person.log_in("guarded")
    for wire in wires:
        wait_until(lambda wire=wire: wire.call("guarded__whoami").text == "read", patience, "the login is taken up")
    assert person.status()[0]["state"] == "loggedIn"


def test_more_rights_are_granted_by_a_person_and_keep_the_old_ones(world, serve):
    person, guarded = world()
    person.log_in("guarded")
    wire = serve(person)
    wire.initialize()
    refused = wire.call("guarded__admin").text
    assert "more rights than were granted (write)" in refused
    assert "mcp-junction login guarded" in refused
    # What needs no more goes on, and nothing was renewed for it.
    assert wire.call("guarded__whoami").text == "read"
    assert guarded.tell()["refreshes"] == 0
    assert "more rights: write" in person.status()[0]["reason"]
    # It was not carried out.
    assert person.run("call", "guarded__admin").returncode == 4
    person.log_in("guarded")
    assert guarded.tell()["asked"][-1]["scopes"] == ["read", "write"]
    assert wire.call("guarded__admin").text == "done"
    assert wire.call("guarded__whoami").text == "read write"


def begun(person: Person) -> tuple[subprocess.Popen, str]:
    """Begins a login, and returns it with the address for the browser."""
    process = subprocess.Popen(
        person.setting.command("login", "guarded", "--no-browser"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=person.environment,
    )
    address = next(line.strip() for line in process.stderr if line.startswith("  http"))
    return process, address


def give_up(process: subprocess.Popen) -> None:
    process.kill()
    process.wait()
    process.stderr.close()


def test_a_server_that_has_forgotten_its_clients_gets_another_registration(world):
    """It tells that to the person in the browser alone, who gives up and tries again."""
    person, guarded = world()
    person.log_in("guarded")
    guarded.tell(**{"forget clients": True, "revoke": True})
    process, address = begun(person)
    with pytest.raises(AssertionError):
        consent(address)
    give_up(process)
    person.log_in("guarded")
    assert guarded.tell()["registrations"] == 2


def test_names_that_are_wrong_are_told(world):
    person, _ = world()
    wrong = person.run("login", "guardet")
    assert wrong.returncode == 2
    assert "did you mean 'guarded'?" in wrong.stderr


def test_a_login_that_is_killed_leaves_no_lock(world):
    person, _ = world()
    process, _ = begun(person)
    give_up(process)
    person.log_in("guarded")


def test_a_logout_ends_the_login_for_everybody(world, serve):
    person, guarded = world()
    person.log_in("guarded")
    wire = serve(person)
    wire.initialize()
    assert wire.call("guarded__whoami").text == "read"
    done = person.run("logout", "guarded")
    assert (done.returncode, done.stderr) == (0, "")
    # The gateway that runs holds a token that is worth nothing now.
    assert "mcp-junction login guarded" in wire.call("guarded__whoami").text
    assert guarded.tell()["refreshes"] == 0
