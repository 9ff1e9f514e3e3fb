"""A server over HTTP instead of its standard streams, where its arguments say so.

usage: everything_….py [http MODE [ERA]], with one of these modes: stateful, stateless, json, sse

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


def serve(app) -> None:
    """Serves an ASGI application until the process is ended."""
    import uvicorn

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

    manager = StreamableHTTPSessionManager(server, json_response=mode == "json", stateless=mode == "stateless")

    @contextlib.asynccontextmanager
    async def life(_):
        async with manager.run():
            yield

    class Endpoint:
        async def __call__(self, scope, receive, send):
            await manager.handle_request(scope, receive, send)

    serve(Starlette(routes=[Route("/mcp", Endpoint())], lifespan=life))
