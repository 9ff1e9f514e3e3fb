"""A server over HTTP instead of its standard streams, where its arguments say so.

usage: everything_….py [http MODE [ERA]], with one of these modes: stateful, stateless, json, resumable, sse

A resumable server ends the stream of every answer after its first event, so that the rest has to be asked for.

With an era, "legacy" or "modern", the other one is refused as servers refuse it that do not have it.

The port, one of loopback, stands on the first line of the standard output.
"""

import asyncio
import contextlib
import json
import socket
import sys

mode = sys.argv[2] if sys.argv[1:2] == ["http"] else None
era = sys.argv[3] if sys.argv[3:] else None

refusals = {
    "legacy": ("server/discover", {"code": -32601, "message": "Method not found"}),
    "modern": (
        "initialize",
        {"code": -32022, "message": "Unsupported protocol version", "data": {"supported": ["2026-07-28"]}},
    ),
}


def of_one_era(app):
    """Returns the application without the other era."""
    method, error = refusals[era]

    async def filtered(scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await app(scope, receive, send)
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        message = json.loads(body) if method.encode() in body else {}
        if message.get("method") == method:
            answer = json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
            await send({"type": "http.response.start", "status": 400, "headers": headers})
            return await send({"type": "http.response.body", "body": answer})
        whole = [{"type": "http.request", "body": body, "more_body": False}]
        return await app(scope, lambda: receive_again(whole, receive), send)

    async def receive_again(whole, receive):
        return whole.pop() if whole else await receive()

    return filtered


def event_store():
    """Returns what a resumable server keeps its events in; nothing for any other."""
    if mode != "resumable":
        return None
    from mcp.server import streamable_http

    class Store(streamable_http.EventStore):
        def __init__(self):
            self.events = []

        async def store_event(self, stream_id, message):
            self.events.append((stream_id, message))
            return str(len(self.events))

        async def replay_events_after(self, last_event_id, send_callback):
            stream = self.events[int(last_event_id) - 1][0]
            for number, (stream_id, message) in enumerate(self.events, 1):
                if number > int(last_event_id) and stream_id == stream and message is not None:
                    await send_callback(streamable_http.EventMessage(message, str(number)))
            return stream

    return Store()


def cut_short(app):
    """Returns the application with streams that answer a request ended after their first event."""

    async def cutting(scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await app(scope, receive, send)
        is_stream = is_over = False

        async def some(message):
            nonlocal is_stream, is_over
            if is_over:
                return
            if message["type"] == "http.response.start":
                is_stream = any(b"event-stream" in value for _, value in message["headers"])
            elif is_stream and message.get("body"):
                is_over = True
                message = {**message, "more_body": False}
            await send(message)

        await app(scope, receive, some)

    return cutting


def serve(app) -> None:
    """Serves an ASGI application until the process is ended."""
    import uvicorn

    if mode == "resumable":
        app = cut_short(app)
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(of_one_era(app) if era else app, log_level="warning", timeout_graceful_shutdown=1)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def serve_low_level(server, options) -> None:
    """Serves a low-level server of the official SDK, of either line."""
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Mount, Route

    # The managers of sessions ask for the options themselves, and would leave out what is not known to the server.
    server.create_initialization_options = lambda *_arguments, **_more: options
    if mode == "sse":
        from mcp.server.sse import SseServerTransport

        transport = SseServerTransport("/messages/")

        async def events(request):
            async with transport.connect_sse(request.scope, request.receive, request._send) as streams:
                await server.run(*streams, options)
            return Response()

        routes = [Route("/mcp", events, methods=["GET"]), Mount("/messages/", app=transport.handle_post_message)]
        serve(Starlette(routes=routes))
        return
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    manager = StreamableHTTPSessionManager(
        server,
        event_store=event_store(),
        json_response=mode == "json",
        stateless=mode == "stateless",
        retry_interval=300,
    )

    @contextlib.asynccontextmanager
    async def life(_):
        async with manager.run():
            yield

    class Endpoint:
        async def __call__(self, scope, receive, send):
            await manager.handle_request(scope, receive, send)

    serve(Starlette(routes=[Route("/mcp", Endpoint())], lifespan=life))
