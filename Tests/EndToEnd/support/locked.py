"""A scripted server that wants a login, with a scripted authorization server whose tokens are known to the test."""

import json

from .http_script import HTTPScript
from .issuer import Issuer

metadata = "/.well-known/oauth-protected-resource"


class Locked(HTTPScript):
    """Lets in whoever has the token of the time; `play` is for those alone. Each refresh makes another token."""

    def __init__(self, *arguments, **more):
        self.issuer = Issuer()
        self.issuer.describe_issuer("/.well-known/oauth-authorization-server")
        self.issuer.pages["/token"] = self.token
        self.tokens: list[str] = []
        self.good: set[str] = set()
        self.refused: list[str] = []
        super().__init__(*arguments, **more)

    def token(self, _form, _headers):
        self.good.clear()
        number = len(self.tokens) + 1
        self.tokens.append(f"access-token-{number}-of-nobody")
        self.good.add(self.tokens[-1])
        return (
            200,
            {"Content-Type": "application/json"},
            {
                "access_token": self.tokens[-1],
                "refresh_token": f"refresh-token-{number}-of-nobody",
                "token_type": "Bearer",
                "expires_in": 3600,
            },
        )

    def take(self, request) -> None:
        if request.path.startswith(metadata):
            said = {"resource": self.url, "authorization_servers": [self.issuer.base]}
            return request.respond(200, json.dumps(said), "application/json")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.good:
            self.refused.append(request.name)
            return request.respond(401, WWW_Authenticate="Bearer")
        super().take(request)

    def refreshes(self) -> int:
        return sum(form.get("grant_type") == "refresh_token" for form in self.issuer.asked("/token"))

    def stop(self) -> None:
        super().stop()
        self.issuer.close()
