"""A server that wants a login, beside its own authorization server: FastMCP's in-memory one, made stricter.

It says on standard output where it is, one line, and takes commands from standard input: each a line of JSON, each
answered with one. Its refresh tokens are used once; a second use ends the login for everybody, as careful authorization
servers do it (RFC 9700 section 4.14.2).
"""

import asyncio
import json
import socket
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore")

import uvicorn  # noqa: E402
from fastmcp import FastMCP  # noqa: E402
from fastmcp.server.auth.providers.in_memory import InMemoryOAuthProvider  # noqa: E402
from fastmcp.server.dependencies import get_access_token  # noqa: E402
from mcp.server.auth.provider import TokenError  # noqa: E402
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions  # noqa: E402

options = {"latency": 0.0, "lifetime": 3600, "scopes": ["read"], **json.loads(sys.argv[1])}
state = {"registrations": 0, "consents": 0, "refreshes": 0, "reuses": 0, "calls": [], "asked": []}


class Provider(InMemoryOAuthProvider):
    used: set[str] = set()

    async def register_client(self, client_info):
        state["registrations"] += 1
        await super().register_client(client_info)

    async def authorize(self, client, params):
        state["consents"] += 1
        state["asked"].append({"scopes": params.scopes, "resource": str(params.resource) if params.resource else None})
        return await super().authorize(client, params)

    def shortened(self, token):
        self.access_tokens[token.access_token].expires_at = int(time.time() + options["lifetime"])
        return token.model_copy(update={"expires_in": options["lifetime"]})

    async def exchange_authorization_code(self, client, authorization_code):
        return self.shortened(await super().exchange_authorization_code(client, authorization_code))

    async def load_refresh_token(self, client, refresh_token):
        if refresh_token in self.used:
            state["reuses"] += 1
            self.revoke()
            return None
        return await super().load_refresh_token(client, refresh_token)

    async def exchange_refresh_token(self, client, refresh_token, scopes):
        self.used.add(refresh_token.token)
        state["refreshes"] += 1
        await asyncio.sleep(options["latency"])
        if refresh_token.token not in self.refresh_tokens:
            raise TokenError("invalid_grant", "revoked")
        return self.shortened(await super().exchange_refresh_token(client, refresh_token, scopes))

    def revoke(self):
        self.access_tokens.clear()
        self.refresh_tokens.clear()


class Front:
    """What stands between the network and the application: rules that the application has not."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if options.get("hidden") and scope["path"].startswith(options["hidden"]):
            return await self.answer(send, 404, [], b"")
        if scope["path"] != "/mcp" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        token = dict(scope["headers"]).get(b"authorization", b"").decode().removeprefix("Bearer ")
        known = provider.access_tokens.get(token)
        if known and b'"admin"' in body and b"tools/call" in body and "write" not in known.scopes:
            challenge = b'Bearer error="insufficient_scope", scope="write"'
            return await self.answer(send, 403, [(b"www-authenticate", challenge)], b"")
        sent = [{"type": "http.request", "body": body, "more_body": False}]

        async def again():
            return sent.pop() if sent else await receive()

        await self.app(scope, again, send)

    @staticmethod
    async def answer(send, status, headers, body):
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


listener = socket.create_server(("127.0.0.1", 0))
base = f"http://127.0.0.1:{listener.getsockname()[1]}"
provider = Provider(
    base_url=base,
    client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=["read", "write"]),
    revocation_options=RevocationOptions(enabled=True),
    required_scopes=options["scopes"],
)
server = FastMCP("guarded", auth=provider)


@server.tool
def whoami() -> str:
    token = get_access_token()
    state["calls"].append(token.token[-8:])
    return " ".join(token.scopes)


@server.tool
def admin() -> str:
    return "done"


def command(line: str) -> dict:
    asked = json.loads(line)
    options.update(asked.get("set", {}))
    if asked.get("revoke"):
        provider.revoke()
    if asked.get("expire"):
        provider.access_tokens.clear()
    if asked.get("forget clients"):
        provider.clients.clear()
    return state


def obey():
    print(json.dumps({"url": base + "/mcp"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(command(line)), flush=True)


threading.Thread(target=obey, daemon=True).start()
configuration = uvicorn.Config(Front(server.http_app(path="/mcp")), log_level="error", lifespan="on")
uvicorn.Server(configuration).run(sockets=[listener])
