"""A server that wants a login, beside an authorization server on Authlib: another make than guarded.py, same commands.

Its refresh tokens are used once; a second use ends the login for everybody. It says in each redirect who it is
(RFC 9207), takes registrations (RFC 7591), wants PKCE (RFC 7636) and revokes tokens (RFC 7009).
"""

import dataclasses
import json
import logging
import os
import socket
import sys
import threading
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

# Everything here is on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
logging.getLogger("werkzeug").setLevel(logging.ERROR)

options = {"latency": 0.0, "lifetime": 3600, "scopes": ["read"], **json.loads(sys.argv[1])}
state = {"registrations": 0, "consents": 0, "refreshes": 0, "reuses": 0, "revocations": 0, "calls": [], "asked": []}
listener = socket.create_server(("127.0.0.1", 0))
base = f"http://127.0.0.1:{listener.getsockname()[1]}"
methods = ["none", "client_secret_basic", "client_secret_post"]


class Client(ClientMixin):
    def __init__(self, information: dict, metadata: dict):
        self.information, self.metadata = information, metadata

    # What the endpoint of registrations reads of it.
    client_info = property(lambda self: self.information)
    client_metadata = property(lambda self: self.metadata)

    def get_client_id(self):
        return self.information["client_id"]

    def get_default_redirect_uri(self):
        return self.metadata["redirect_uris"][0]

    def get_allowed_scope(self, scope):
        return " ".join(one for one in (scope or "").split() if one in ("read", "write"))

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.metadata["redirect_uris"]

    def check_client_secret(self, client_secret):
        return client_secret == self.information["client_secret"]

    def check_endpoint_auth_method(self, method, endpoint):
        return method == self.metadata.get("token_endpoint_auth_method", "client_secret_basic") or endpoint != "token"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in ("authorization_code", "refresh_token")


@dataclasses.dataclass
class Code(AuthorizationCodeMixin):
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclasses.dataclass
class Token(TokenMixin):
    access_token: str
    refresh_token: str
    client_id: str
    scope: str
    ends: float
    user: str = "somebody"
    is_used: bool = False

    def check_client(self, client):
        return client.get_client_id() == self.client_id

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return options["lifetime"]

    def is_expired(self):
        return time.time() > self.ends

    def is_revoked(self):
        return False

    def get_user(self):
        return self.user

    def get_client(self):
        return clients.get(self.client_id)


clients: dict[str, Client] = {}
codes: dict[str, Code] = {}
tokens: list[Token] = []
lock = threading.Lock()


def revoke_all() -> None:
    tokens.clear()


def save_token(token: dict, asking) -> None:
    now = time.time()
    tokens.append(
        Token(
            token["access_token"], token["refresh_token"], asking.client.get_client_id(), token["scope"],
            now + options["lifetime"],
        )
    )  # fmt: skip


class ByCode(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = methods

    def save_authorization_code(self, code, asking):
        data = asking.payload.data
        challenge = data.get("code_challenge"), data.get("code_challenge_method")
        codes[code] = Code(
            code, asking.client.get_client_id(), asking.payload.redirect_uri, asking.payload.scope, *challenge
        )

    def query_authorization_code(self, code, client):
        found = codes.get(code)
        return found if found and found.client_id == client.get_client_id() else None

    def delete_authorization_code(self, authorization_code):
        codes.pop(authorization_code.code)

    def authenticate_user(self, _authorization_code):
        return "somebody"


class ByRefreshToken(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = methods
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        with lock:
            token = next((one for one in tokens if one.refresh_token == refresh_token), None)
            if token and token.is_used:
                state["reuses"] += 1
                revoke_all()
                return None
            if token:
                token.is_used = True
                state["refreshes"] += 1
        time.sleep(options["latency"])
        return token if token in tokens else None

    def authenticate_user(self, refresh_token):
        return refresh_token.user

    def revoke_old_credential(self, refresh_token):
        refresh_token.access_token = ""


class Registration(ClientRegistrationEndpoint):
    def authenticate_token(self, _request):
        return "open to all"

    def save_client(self, client_info, client_metadata, _request):
        state["registrations"] += 1
        clients[client_info["client_id"]] = Client(client_info, client_metadata)
        return clients[client_info["client_id"]]

    def get_server_metadata(self):
        return {"token_endpoint_auth_methods_supported": methods, "scopes_supported": ["read", "write"]}


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = methods

    def query_token(self, token_string, _token_type_hint):
        return next((one for one in tokens if token_string in (one.access_token, one.refresh_token)), None)

    def revoke_token(self, token, _request):
        state["revocations"] += 1
        tokens.remove(token)


class OurIssuer(IssuerParameter):
    def get_issuer(self):
        return base


app = Flask("guarded")
app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {
    "authorization_code": options["lifetime"],
    "refresh_token": options["lifetime"],
}
app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
server = AuthorizationServer(app, query_client=clients.get, save_token=save_token)
server.register_grant(ByCode, [CodeChallenge(required=True)])
server.register_grant(ByRefreshToken)
server.register_endpoint(Registration)
server.register_endpoint(Revocation)
server.register_extension(OurIssuer())


@app.get("/.well-known/oauth-protected-resource/mcp")
def resource():
    return jsonify(resource=base + "/mcp", authorization_servers=[base], scopes_supported=["read"])


@app.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify(
        issuer=base,
        authorization_endpoint=base + "/authorize",
        token_endpoint=base + "/token",
        registration_endpoint=base + "/register",
        revocation_endpoint=base + "/revoke",
        scopes_supported=["read", "write"],
        response_types_supported=["code"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=methods,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


@app.get("/authorize")
def authorize():
    state["consents"] += 1
    scopes = request.args.get("scope", "").split()
    state["asked"].append({"scopes": scopes, "resource": request.args.get("resource")})
    grant = server.get_consent_grant(end_user="somebody")
    return server.create_authorization_response(grant_user="somebody", grant=grant)


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/register")
def register():
    return server.create_endpoint_response(Registration.ENDPOINT_NAME)


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.post("/mcp")
def endpoint():
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    known = next((one for one in tokens if given and one.access_token == given and not one.is_expired()), None)
    if not known:
        where = f'Bearer resource_metadata="{base}/.well-known/oauth-protected-resource/mcp"'
        return Response(status=401, headers={"WWW-Authenticate": where})
    message = request.get_json()
    called = message.get("params", {}).get("name")
    if message["method"] == "tools/call" and called == "admin" and "write" not in known.scope.split():
        return Response(status=403, headers={"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="write"'})
    if "id" not in message:
        return Response(status=202)
    return jsonify(jsonrpc="2.0", id=message["id"], **answer(message, known))


@app.get("/mcp")
def no_stream():
    return Response(status=405)


def answer(message: dict, known: Token) -> dict:
    match message["method"]:
        case "initialize":
            about = {"serverInfo": {"name": "guarded", "version": "1"}, "capabilities": {"tools": {}}}
            return {"result": {"protocolVersion": "2025-11-25", **about}}
        case "tools/list":
            tools = [{"name": name, "inputSchema": {"type": "object"}} for name in ("whoami", "admin")]
            return {"result": {"tools": tools}}
        case "tools/call":
            state["calls"].append(known.access_token[-8:])
            said = "done" if message["params"]["name"] == "admin" else known.scope
            return {"result": {"content": [{"type": "text", "text": said}]}}
        case "ping":
            return {"result": {}}
        case _:
            return {"error": {"code": -32601, "message": "no"}}


def command(line: str) -> dict:
    asked = json.loads(line)
    options.update(asked.get("set", {}))
    if asked.get("revoke"):
        revoke_all()
    if asked.get("expire"):
        for one in tokens:
            one.ends = 0
    if asked.get("forget clients"):
        clients.clear()
    return state


def obey():
    print(json.dumps({"url": base + "/mcp"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(command(line)), flush=True)


threading.Thread(target=obey, daemon=True).start()
make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno()).serve_forever()
