"""An HTTP server that plays what goes wrong with remote servers, one behaviour after the other.

A script is given each request and answers it; what it does not answer gets the usual answer of a small server of the
legacy era, with one tool `echo`. Everything that came is kept.
"""

import contextlib
import dataclasses
import http.server
import json
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable


@dataclasses.dataclass
class Request:
    """One request, and the connection that it came on."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    handler: "Handler"

    @property
    def message(self) -> dict:
        return json.loads(self.body) if self.body else {}

    @property
    def name(self) -> str | None:
        """The method of the JSON-RPC message, or HTTP's where there is none."""
        return self.message.get("method") if self.body else self.method

    @property
    def session(self) -> str | None:
        return self.headers.get("mcp-session-id")

    def respond(self, status: int, body: bytes | str = b"", type: str | None = None, **headers) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.handler.send_response(status)
        fields = {"Content-Length": str(len(data)), **({"Content-Type": type} if type else {})}
        for name, value in {**fields, **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(data)

    def result(self, result: dict, **headers) -> None:
        answer = {"jsonrpc": "2.0", "id": self.message["id"], "result": result}
        self.respond(200, json.dumps(answer), "application/json", **headers)

    def error(self, error: dict, status: int = 400) -> None:
        answer = {"jsonrpc": "2.0", "id": self.message["id"], "error": error}
        self.respond(status, json.dumps(answer), "application/json")

    def stream(self, **headers) -> Callable[[str], None]:
        """Begins a stream of events, which ends with the connection, and returns what writes to it."""
        self.handler.close_connection = True
        self.handler.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", "Connection": "close", **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

        def write(text: str) -> None:
            self.handler.wfile.write(text.encode())
            self.handler.wfile.flush()

        return write

    def event(self, result: dict) -> str:
        return "data: " + json.dumps({"jsonrpc": "2.0", "id": self.message["id"], "result": result}) + "\n\n"

    def cut(self) -> None:
        """Ends the connection without an answer."""
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)


tool = {"name": "echo", "description": "Answers", "inputSchema": {"type": "object"}}


def text(said: str) -> dict:
    return {"content": [{"type": "text", "text": said}]}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        if self.server.script.tls:
            try:
                self.request.do_handshake()
            except OSError:
                # What is said of the reason would be lost if the connection went at once.
                time.sleep(0.3)
                raise
        super().setup()
        self.server.script.connections.append(self.connection)

    def _any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length), self)
        self.server.script.take(request)

    do_GET = do_POST = do_DELETE = _any

    def log_message(self, *_) -> None:
        pass


class HTTPScript:
    """The server. `play` may be replaced at any time; it returns whether it has dealt with the request."""

    def __init__(
        self,
        play: Callable[[Request], bool] = lambda _: False,
        capabilities: dict | None = None,
        tls: ssl.SSLContext | None = None,
        socket_path: str | None = None,
    ):
        self.play = play
        self.tls = tls
        self.socket_path = socket_path
        self.capabilities = {"tools": {}} if capabilities is None else capabilities
        self.sessions = 0
        self.connections: list[socket.socket] = []
        self.requests: list[Request] = []
        self._changed = threading.Condition()
        self._server = None
        self.port = 0
        self.start()

    def start(self) -> None:
        path = self.socket_path

        class Server(http.server.ThreadingHTTPServer):
            address_family = socket.AF_UNIX if path else socket.AF_INET
            allow_reuse_address = True
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_) -> None:
                pass

            def server_bind(self) -> None:
                if not path:
                    return super().server_bind()
                socketserver.TCPServer.server_bind(self)
                self.server_name, self.server_port = path, 0

            def get_request(self):
                connection, peer = super().get_request()
                return connection, peer or ("", 0)

        self._server = Server(path or ("127.0.0.1", self.port), Handler)
        self._server.script = self
        if self.tls:
            # Each connection shakes hands on its own thread.
            self._server.socket = self.tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Ends it, and all its connections."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.connections = []

    @property
    def url(self) -> str:
        if self.socket_path:
            return f"unix://{self.socket_path}#/mcp"
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/mcp"

    def count(self, name: str) -> int:
        return len(self.named(name))

    def named(self, name: str) -> list[Request]:
        with self._changed:
            return [request for request in self.requests if request.name == name]

    def wait_for(self, name: str, count: int = 1, seconds: float = 10) -> Request:
        """Waits until so many requests of a name have come, and returns the last of them."""
        with self._changed:
            enough = self._changed.wait_for(
                lambda: sum(request.name == name for request in self.requests) >= count, seconds
            )
            assert enough, [request.name for request in self.requests]
        return self.named(name)[count - 1]

    def take(self, request: Request) -> None:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if not self.play(request):
                self.usual(request)

    def usual(self, request: Request) -> None:
        match request.name:
            case "initialize":
                self.sessions += 1
                result = {
                    "protocolVersion": "2025-11-25",
                    "capabilities": self.capabilities,
                    "serverInfo": {"name": "script", "version": "1"},
                }
                request.result(result, Mcp_Session_Id=f"session-{self.sessions}")
            case "GET":
                request.respond(405)
            case "DELETE":
                request.respond(200)
            case "tools/list":
                request.result({"tools": [tool]})
            case "tools/call":
                request.result(text(request.message["params"].get("arguments", {}).get("text", "hello")))
            case "ping":
                request.result({})
            case None:
                request.respond(202)
            case name if name.startswith("notifications/"):
                request.respond(202)
            case _:
                answer = {"jsonrpc": "2.0", "id": request.message["id"], "error": {"code": -32601, "message": "no"}}
                request.respond(200, json.dumps(answer), "application/json")


class ModernScript(HTTPScript):
    """The same of the modern era, with the tools in `tools`."""

    def __init__(self, *arguments, **more):
        self.tools = [tool]
        super().__init__(*arguments, **more)

    def usual(self, request: Request) -> None:
        whole = {"resultType": "complete"}
        kept = {**whole, "ttlMs": 60000, "cacheScope": "private"}
        match request.name:
            case "server/discover":
                request.result({**kept, "supportedVersions": ["2026-07-28"], "capabilities": self.capabilities})
            case "initialize":
                error = {"code": -32022, "message": "no", "data": {"supported": ["2026-07-28"]}}
                request.error(error)
            case "tools/list":
                request.result({**kept, "tools": self.tools})
            case "tools/call":
                request.result({**whole, **text(request.message["params"].get("arguments", {}).get("text", "hello"))})
            case "GET" | "DELETE":
                request.respond(405)
            case _:
                request.error({"code": -32601, "message": "no"}, 404)
