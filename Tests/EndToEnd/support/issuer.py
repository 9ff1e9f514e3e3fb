"""A resource and its authorization server as a script of answers: what real ones cannot be made to do wrong."""

import http.server
import json
import threading
import urllib.parse

ok = 200


class Issuer:
    """Answers from a table, `pages`: by path a (status, headers, body), or what makes one of form and headers."""

    def __init__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                path, _, query = self.path.partition("?")
                form = dict(urllib.parse.parse_qsl(query or body))
                outer.requests.append((self.command, path, form, dict(self.headers), body))
                page = outer.pages.get(path, (404, {}, "<html>not here</html>"))
                status, headers, text = page(form, self.headers) if callable(page) else page
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                encoded = (text if isinstance(text, str) else json.dumps(text)).encode()
                self.send_header("Content-Length", str(len(encoded)))
                self.end_headers()
                self.wfile.write(encoded)

            do_GET = do_POST = answer

            def log_message(self, *_arguments) -> None:
                pass

        self.requests: list[tuple] = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.pages: dict = {
            "/mcp": self.resource,
            "/token": self.token,
            "/authorize": self.authorize,
            "/register": (201, {}, {"client_id": "registered"}),
        }
        self.challenge = "Bearer"
        self.answering = {}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def resource(self, _form, headers):
        if headers.get("Authorization") == "Bearer good":
            return (400, {}, {"jsonrpc": "2.0", "id": 1, "error": {"code": -32600, "message": "no session"}})
        return (401, {"WWW-Authenticate": self.challenge}, "")

    def authorize(self, form, _headers):
        answer = {"code": "c", "state": form["state"], **self.answering}
        return (302, {"Location": form["redirect_uri"] + "?" + urllib.parse.urlencode(answer)}, "")

    def token(self, _form, _headers):
        return (ok, {"Content-Type": "application/json"}, {"access_token": "good", "token_type": "Bearer"})

    def describe_resource(self, path: str, resource: str | None = None, *issuers: str) -> None:
        self.pages[path] = (
            ok,
            {},
            {"resource": resource or self.base + "/mcp", "authorization_servers": list(issuers) or [self.base]},
        )

    def describe_issuer(self, path: str, issuer: str | None = None, **more) -> None:
        self.pages[path] = (
            ok,
            {},
            {
                "issuer": issuer or self.base,
                "authorization_endpoint": self.base + "/authorize",
                "token_endpoint": self.base + "/token",
                "registration_endpoint": self.base + "/register",
                "code_challenge_methods_supported": ["S256"],
                **more,
            },
        )

    def asked(self, path: str) -> list[dict]:
        """Returns the fields of the requests to a path."""
        return [form for _, at, form, _, _ in self.requests if at == path]
