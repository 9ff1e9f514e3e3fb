"""Logins where servers do what real ones do now and then: the layouts of metadata, refusals, and traps."""

import json

import pytest

from support.issuer import Issuer
from support.login import Person

root_metadata = "/.well-known/oauth-authorization-server"
resource_root = "/.well-known/oauth-protected-resource"
resource_path = "/.well-known/oauth-protected-resource/mcp"


@pytest.fixture
def issuer():
    one = Issuer()
    yield one
    one.close()


@pytest.fixture
def person(setting, issuer):
    return Person(setting({"odd": {"url": issuer.base + "/mcp"}}))


@pytest.fixture
def configured(setting, issuer):
    """Makes a person whose configuration says more of logins."""
    return lambda **oauth: Person(setting({"odd": {"url": issuer.base + "/mcp", "junction": {"oauth": oauth}}}))


def standard(issuer: Issuer, **more) -> None:
    issuer.describe_resource(resource_path)
    issuer.describe_issuer(root_metadata, **more)


def challenged(issuer):
    issuer.challenge = f'Bearer realm="x", resource_metadata="{issuer.base}/meta"'
    issuer.describe_resource("/meta")
    issuer.describe_issuer(root_metadata)


def at_the_root(issuer):
    issuer.describe_resource(resource_root)
    issuer.describe_issuer(root_metadata)


def root_is_of_another(issuer):
    issuer.describe_resource(resource_path)
    issuer.describe_resource(resource_root, issuer.base + "/api")
    issuer.describe_issuer(root_metadata)


def no_resource(issuer):
    issuer.describe_issuer(root_metadata)


def tenant(issuer, place):
    issuer.describe_resource(resource_path, None, issuer.base + "/tenant")
    issuer.describe_issuer(place, issuer.base + "/tenant")


def inserted(issuer):
    tenant(issuer, root_metadata + "/tenant")


def inserted_openid(issuer):
    tenant(issuer, "/.well-known/openid-configuration/tenant")


def appended_openid(issuer):
    tenant(issuer, "/tenant/.well-known/openid-configuration")


def only_openid(issuer):
    issuer.describe_resource(resource_path)
    issuer.describe_issuer("/.well-known/openid-configuration")


def first_issuer_is_dead(issuer):
    issuer.describe_resource(resource_path, None, "http://127.0.0.1:1", issuer.base)
    issuer.describe_issuer(root_metadata)


def forbidden_instead_of_unauthorized(issuer):
    usual = issuer.resource
    issuer.pages["/mcp"] = lambda form, headers: usual(form, headers) if "Authorization" in headers else (403, {}, "")
    standard(issuer)


def pages_everywhere(issuer):
    for path in (resource_path, resource_root, root_metadata, root_metadata + "/mcp"):
        issuer.pages[path] = (200, {"Content-Type": "text/html"}, "<!doctype html>")


def fixed_paths(_issuer):
    """Nothing is described: the paths of 2025-03-26 hold."""


layouts = [
    challenged,
    at_the_root,
    root_is_of_another,
    no_resource,
    inserted,
    inserted_openid,
    appended_openid,
    only_openid,
    first_issuer_is_dead,
    forbidden_instead_of_unauthorized,
    pages_everywhere,
    fixed_paths,
]


@pytest.mark.parametrize("layout", layouts, ids=lambda layout: layout.__name__)
def test_a_login_finds_its_way(issuer, person, layout):
    layout(issuer)
    person.log_in("odd")
    assert person.grant()["accessToken"] == "good"


def test_the_resource_goes_back_as_it_is_spelled(issuer, person):
    issuer.describe_resource(resource_path, issuer.base + "/mcp/")
    issuer.describe_issuer(root_metadata)
    person.log_in("odd")
    for path in ("/authorize", "/token"):
        assert [form["resource"] for form in issuer.asked(path)] == [issuer.base + "/mcp/"]


def refused(person: Person, *words: str) -> None:
    done = person.run("login", "odd")
    assert done.returncode == 1, done.stdout
    for word in words:
        assert word in done.stderr
    assert person.status()[0]["state"] == "none"


def test_an_issuer_that_calls_itself_otherwise_is_refused(issuer, person):
    issuer.describe_resource(resource_path)
    issuer.describe_issuer(root_metadata, "https://other.example")
    refused(person, "discovery", "calls itself https://other.example")
    assert not issuer.asked("/register")


def test_metadata_of_another_resource_is_refused(issuer, person):
    issuer.describe_resource(resource_path, "https://victim.example/mcp")
    refused(person, "discovery", "https://victim.example/mcp")


def test_an_issuer_without_proof_keys_is_refused(issuer, person):
    standard(issuer, code_challenge_methods_supported=["plain"])
    refused(person, "discovery", "PKCE")


@pytest.mark.parametrize("place", ["http://169.254.169.254/latest", "http://10.0.0.1", "http://as.example"])
def test_places_inside_are_not_asked(issuer, person, place):
    issuer.describe_resource(resource_path, None, place)
    refused(person, "must not be asked")


def test_a_closed_catalogue_is_told_in_words(issuer, person):
    standard(issuer)
    issuer.pages["/register"] = (403, {"Content-Type": "text/plain"}, "Forbidden")
    refused(person, "registration", "only clients that it has listed", "oauth.clientId")


def test_a_client_that_was_registered_by_hand_needs_no_registration(issuer, configured):
    standard(issuer, registration_endpoint=None, token_endpoint_auth_methods_supported=["client_secret_post"])
    person = configured(clientId="app", clientSecret="correct horse battery")
    person.log_in("odd")
    (form,) = issuer.asked("/token")
    assert (form["client_id"], form["client_secret"]) == ("app", "correct horse battery")
    assert form["redirect_uri"].startswith("http://localhost:")


def test_a_document_that_is_not_taken_gives_way_to_a_registration(issuer, configured):
    standard(issuer, client_id_metadata_document_supported=True)
    document = "https://client.example/client.json"
    usual = issuer.authorize

    def authorize(form, headers):
        issuer.answering = {"error": "invalid_client"} if form["client_id"] == document else {}
        return usual(form, headers)

    issuer.pages["/authorize"] = authorize
    person = configured(clientId=document)
    person.log_in("odd")
    assert [form["client_id"] for form in issuer.asked("/authorize")] == [document, "registered"]
    person.log_in("odd")
    assert [form["client_id"] for form in issuer.asked("/authorize")][2:] == ["registered"]
    assert len(issuer.asked("/register")) == 1


def test_an_answer_without_the_promised_issuer_is_not_used(issuer, person):
    standard(issuer, authorization_response_iss_parameter_supported=True)
    refused(person, "consent", "without saying who it is")
    assert not issuer.asked("/token")
    issuer.answering = {"iss": issuer.base}
    person.log_in("odd")


def test_an_error_of_another_issuer_is_told_as_that(issuer, person):
    standard(issuer)
    issuer.answering = {"iss": "https://evil.example", "error": "access_denied"}
    refused(person, "https://evil.example has answered in the place of")


def test_a_person_who_refuses_is_told_so(issuer, person):
    standard(issuer)
    issuer.answering = {"error": "access_denied", "error_description": "not today"}
    refused(person, "access_denied: not today")


def test_a_token_without_a_lifetime_is_good_for_an_hour(issuer, person):
    standard(issuer)
    person.log_in("odd")
    grant = person.grant()
    assert grant["expiresAt"] - grant["issuedAt"] == 3_600_000


def test_an_issuer_that_changes_gets_a_login_and_a_client_of_its_own(issuer, person):
    standard(issuer)
    person.log_in("odd")
    other = Issuer()
    try:
        other.describe_issuer(root_metadata)
        other.pages["/register"] = (201, {}, {"client_id": "elsewhere"})
        issuer.describe_resource(resource_path, None, other.base)
        person.log_in("odd")
        assert other.asked("/token")[0]["client_id"] == "elsewhere"
        assert person.grant()["issuer"] == other.base
        # What there was is kept, for when it changes back.
        (record,) = person.records
        assert [grant["issuer"] for grant in json.loads(record.read_text())["grants"]] == [other.base, issuer.base]
    finally:
        other.close()


def test_a_code_is_typed_where_there_is_no_browser(issuer, person):
    standard(issuer, device_authorization_endpoint=issuer.base + "/device")
    issuer.pages["/device"] = (
        200,
        {},
        {"device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": issuer.base + "/type", "interval": 1},
    )
    polls = []

    def token(form, headers):
        polls.append(form)
        if len(polls) < 2:
            return (400, {}, {"error": "authorization_pending"})
        return issuer.token(form, headers)

    issuer.pages["/token"] = token
    done = person.log_in("odd", "--device")
    assert "WDJB-MJHT" in done.stderr
    assert polls[1]["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"


def test_no_token_is_got_for_what_is_reached_without_tls(setting):
    done = Person(setting({"odd": {"url": "http://odd.example/mcp"}})).run("login", "odd")
    assert done.returncode == 2
    assert "without TLS" in done.stderr


def test_what_is_no_server_is_told(issuer, person):
    issuer.pages["/mcp"] = (200, {}, "{}")
    refused(person, "does not ask for a login")


def test_a_logout_is_told_to_the_authorization_server(issuer, person):
    standard(issuer, revocation_endpoint=issuer.base + "/revoke")
    issuer.pages["/revoke"] = (200, {}, "")
    person.log_in("odd")
    done = person.run("logout", "odd")
    assert (done.returncode, done.stderr) == (0, "")
    assert [form["token"] for form in issuer.asked("/revoke")] == ["good"]
    assert person.status()[0]["state"] == "none"


def test_a_logout_that_the_authorization_server_does_not_hear_of_is_one_here(issuer, person):
    standard(issuer, revocation_endpoint=issuer.base + "/revoke")
    issuer.pages["/revoke"] = (503, {}, "")
    person.log_in("odd")
    done = person.run("logout", "odd")
    assert done.returncode == 0 and "live on to their end" in done.stderr and "503" in done.stderr
    assert person.status()[0]["state"] == "none"


def test_a_replica_at_another_address_has_a_login_of_its_own(setting, issuer):
    other = Issuer()
    try:
        other.describe_issuer(root_metadata)
        standard(issuer)
        replica = {"url": other.base + "/mcp"}
        person = Person(setting({"odd": {"url": issuer.base + "/mcp", "junction": {"replicas": [replica]}}}))
        person.log_in("odd")
        assert [status["state"] for status in person.status()] == ["loggedIn", "none"]
        assert not other.asked("/token")
        assert f"odd at {other.base}/mcp: nobody has logged in" in person.run("auth", "status").stdout
        person.log_in("odd", "--url", other.base + "/mcp")
        assert [status["state"] for status in person.status()] == ["loggedIn", "loggedIn"]
        assert len(person.records) == 2
        wrong = person.run("login", "odd", "--url", "https://elsewhere.example/")
        assert wrong.returncode == 2 and other.base in wrong.stderr
        assert person.run("logout", "odd").returncode == 0
        assert [status["state"] for status in person.status()] == ["none", "none"]
    finally:
        other.close()
