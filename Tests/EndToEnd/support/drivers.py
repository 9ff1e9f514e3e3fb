"""One way to use the clients of three libraries: whichever is installed in this environment.

Results are plain JSON objects with the names of the wire, so that a test reads the same for all of them.
"""

import contextlib
import dataclasses
import importlib.metadata
import importlib.util
import warnings
from collections.abc import Awaitable, Callable

import anyio

warnings.simplefilter("ignore")


def library() -> str:
    """Returns "fastmcp", "sdk1" or "sdk2"."""
    if importlib.util.find_spec("fastmcp"):
        return "fastmcp"
    return "sdk1" if importlib.metadata.version("mcp").startswith("1.") else "sdk2"


class Refused(Exception):
    """An error that came over the protocol."""

    def __init__(self, error):
        super().__init__(f"{error.code}: {error.message}")
        self.code, self.message, self.data = error.code, error.message, error.data


@dataclasses.dataclass
class User:
    """What the person and the model behind a client answer; nothing where the client cannot ask."""

    sample: Callable[[dict], dict] | None = None
    elicit: Callable[[dict], dict] | None = None
    roots: list[str] | None = None


def plain(model) -> dict:
    """Returns a model of either SDK as the JSON that is on the wire."""
    return model.model_dump(by_alias=True, exclude_none=True, mode="json")


class Ears:
    """The notifications that a client was told, in order, and what its library could make nothing of."""

    def __init__(self) -> None:
        self.heard: list[dict] = []
        self.errors: list[Exception] = []
        self._news = anyio.Event()

    async def hear(self, message) -> None:
        message = getattr(message, "root", message)
        if isinstance(message, Exception):
            self.errors.append(message)
        elif hasattr(message, "method") and hasattr(message, "params"):
            self.heard.append(plain(message))
            self._news.set()
            self._news = anyio.Event()

    async def wait_for(self, method: str, after: int = 0, seconds: float = 10, **params) -> dict:
        """Waits for a notification with these parameters among others, not counting the first `after`."""
        with anyio.move_on_after(seconds):
            while True:
                for heard in self.heard[after:]:
                    said = heard.get("params") or {}
                    if heard["method"] == method and all(said.get(key) == value for key, value in params.items()):
                        return heard
                await self._news.wait()
        raise AssertionError(f"{method} {params} was not heard in {self.heard[after:]}")


level_key = "io.modelcontextprotocol/logLevel"


class Driver:
    """What every client can do; the three libraries differ below, and the eras where a method says so."""

    def __init__(self, client, ears: Ears):
        self.client = client
        self.ears = ears
        self.is_modern = False

    @staticmethod
    @contextlib.contextmanager
    def refusals():
        """Turns the library's protocol error into `Refused`."""
        try:
            yield
        except Exception as error:
            if hasattr(error, "error") and hasattr(error.error, "code"):
                raise Refused(error.error) from error
            raise

    async def _all(self, fetch: Callable[..., Awaitable], key: str) -> list[dict]:
        items, cursor = [], None
        with self.refusals():
            while True:
                page = plain(await fetch(cursor=cursor))
                items += page[key]
                cursor = page.get("nextCursor")
                if cursor is None:
                    return items

    async def tools(self) -> list[dict]:
        return await self._all(self.client.list_tools, "tools")

    async def prompts(self) -> list[dict]:
        return await self._all(self.client.list_prompts, "prompts")

    async def resources(self) -> list[dict]:
        return await self._all(self.client.list_resources, "resources")

    async def templates(self) -> list[dict]:
        return await self._all(self.client.list_resource_templates, "resourceTemplates")

    async def call(self, name: str, arguments: dict | None = None, progress=None, level: str | None = None) -> dict:
        """Calls a tool; `level` asks for log messages of the call, which only the modern era can."""
        meta = {} if level is None else {"meta": {level_key: level}}
        with self.refusals():
            return plain(await self.client.call_tool(name, arguments or {}, progress_callback=progress, **meta))

    @contextlib.asynccontextmanager
    async def logging(self, level: str):
        """Asks for log messages within the block in the way of the era; gives what each call must be made with."""
        if not self.is_modern:
            await self.set_level(level)
        yield {"level": level} if self.is_modern else {}

    @contextlib.asynccontextmanager
    async def watching(self, uri: str | None = None):
        """Asks to hear of changed tools, and of that resource, within the block, in the way of the era."""
        if self.is_modern:
            async with self.listen(tools_list_changed=True, resource_subscriptions=[uri] if uri else []):
                yield
        elif uri is None:
            yield
        else:
            await self.subscribe(uri)
            yield
            await self.unsubscribe(uri)

    def listen(self, **wanted):
        return self.client.listen(**wanted)

    async def prompt(self, name: str, arguments: dict | None = None) -> dict:
        with self.refusals():
            return plain(await self.client.get_prompt(name, arguments))

    async def read(self, uri: str) -> dict:
        with self.refusals():
            return plain(await self.client.read_resource(uri))

    async def subscribe(self, uri: str) -> None:
        with self.refusals():
            await self.client.subscribe_resource(uri)

    async def unsubscribe(self, uri: str) -> None:
        with self.refusals():
            await self.client.unsubscribe_resource(uri)

    async def set_level(self, level: str) -> None:
        with self.refusals():
            await self.client.set_logging_level(level)

    async def ping(self) -> None:
        with self.refusals():
            await self.client.send_ping()

    async def roots_changed(self) -> None:
        await self.client.send_roots_list_changed()

    async def cancel_when(
        self, ready: Callable[[], Awaitable], name: str, arguments: dict | None = None, level: str | None = None
    ) -> None:
        """Calls a tool and cancels the call as soon as `ready` returns."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.call, name, arguments, None, level)
            await ready()
            group.cancel_scope.cancel()


def text(result: dict) -> str:
    """Returns the text of a tool result."""
    return "".join(block.get("text", "") for block in result["content"])


if library() == "sdk1":
    import mcp.types as types
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from pydantic import AnyUrl

    class Library(Driver):
        """The client session of SDK 1.x."""

        async def read(self, uri: str) -> dict:
            with self.refusals():
                return plain(await self.client.read_resource(AnyUrl(uri)))

        async def subscribe(self, uri: str) -> None:
            await self.client.subscribe_resource(AnyUrl(uri))

        async def unsubscribe(self, uri: str) -> None:
            await self.client.unsubscribe_resource(AnyUrl(uri))

        async def complete(self, reference: dict, argument: dict, context: dict | None = None) -> dict:
            kind = types.PromptReference if reference["type"] == "ref/prompt" else types.ResourceTemplateReference
            with self.refusals():
                return plain(await self.client.complete(kind(**reference), argument, context))

        async def cancel_when(
            self, ready: Callable[[], Awaitable], name: str, arguments: dict | None = None, level: str | None = None
        ) -> None:
            # This session tells nobody when its caller gives up, and hands out its ids in order.
            id = self.client._request_id
            async with anyio.create_task_group() as group:
                group.start_soon(self.call, name, arguments, None, level)
                await ready()
                params = types.CancelledNotificationParams(requestId=id, reason="enough")
                await self.client.send_notification(
                    types.ClientNotification(types.CancelledNotification(params=params))
                )
                group.cancel_scope.cancel()

    def _callbacks(user: User) -> dict:
        async def sample(_, params):
            return types.CreateMessageResult.model_validate(user.sample(plain(params)))

        async def elicit(_, params):
            return types.ElicitResult.model_validate(user.elicit(plain(params)))

        async def roots(_):
            return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in user.roots])

        return {
            "sampling_callback": sample if user.sample else None,
            "elicitation_callback": elicit if user.elicit else None,
            "list_roots_callback": roots if user.roots is not None else None,
        }

    @contextlib.asynccontextmanager
    async def connect(command: list[str], env: dict, user: User | None = None, errors=None, mode: str = "legacy"):
        """Starts a server and shakes hands with it, the only mode that this library has."""
        assert mode == "legacy"
        ears = Ears()
        parameters = StdioServerParameters(command=command[0], args=command[1:], env=env)
        async with stdio_client(parameters, errlog=errors) as (reading, writing):
            session = ClientSession(reading, writing, message_handler=ears.hear, **_callbacks(user or User()))
            async with session:
                driver = Library(session, ears)
                driver.initialized = plain(await session.initialize())
                yield driver

else:
    import mcp_types as types
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS

    def _callbacks(user: User) -> dict:
        async def sample(_, params):
            return types.CreateMessageResult.model_validate(user.sample(plain(params)))

        async def elicit(_, params):
            return types.ElicitResult.model_validate(user.elicit(plain(params)))

        async def roots(_):
            return types.ListRootsResult(roots=[types.Root(uri=uri) for uri in user.roots])

        return {
            "sampling_callback": sample if user.sample else None,
            "elicitation_callback": elicit if user.elicit else None,
            "list_roots_callback": roots if user.roots is not None else None,
        }

    def _reference(reference: dict):
        kind = types.PromptReference if reference["type"] == "ref/prompt" else types.ResourceTemplateReference
        return kind(**reference)

    def _initialized(client) -> dict:
        return {
            "protocolVersion": client.protocol_version,
            "capabilities": plain(client.server_capabilities),
            "serverInfo": plain(client.server_info) if client.server_info else None,
            "instructions": client.instructions,
        }


if library() == "sdk2":
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    class Library(Driver):
        """The client of SDK 2.x."""

        async def complete(self, reference: dict, argument: dict, context: dict | None = None) -> dict:
            with self.refusals():
                return plain(await self.client.complete(_reference(reference), argument, context))

    @contextlib.asynccontextmanager
    async def connect(command: list[str], env: dict, user: User | None = None, errors=None, mode: str = "legacy"):
        """Starts a server and shakes hands with it, discovers it in the mode "auto", or speaks the revision named."""
        ears = Ears()
        parameters = StdioServerParameters(command=command[0], args=command[1:], env=env)
        client = Client(
            stdio_client(parameters, errlog=errors),
            message_handler=ears.hear,
            mode=mode,
            cache=None,
            **_callbacks(user or User()),
        )
        async with client:
            driver = Library(client, ears)
            driver.initialized = _initialized(client)
            driver.is_modern = client.protocol_version in MODERN_PROTOCOL_VERSIONS
            yield driver


if library() == "fastmcp":
    from fastmcp import Client
    from fastmcp.client.transports import StdioTransport
    from mcp.client.subscriptions import listen

    class Library(Driver):
        """The client of FastMCP."""

        async def tools(self) -> list[dict]:
            return await self._all(self.client.list_tools_mcp, "tools")

        async def prompts(self) -> list[dict]:
            return await self._all(self.client.list_prompts_mcp, "prompts")

        async def resources(self) -> list[dict]:
            return await self._all(self.client.list_resources_mcp, "resources")

        async def templates(self) -> list[dict]:
            return await self._all(self.client.list_resource_templates_mcp, "resourceTemplates")

        async def call(self, name: str, arguments: dict | None = None, progress=None, level: str | None = None) -> dict:
            meta = {} if level is None else {"meta": {level_key: level}}
            with self.refusals():
                return plain(await self.client.call_tool_mcp(name, arguments or {}, progress_handler=progress, **meta))

        def listen(self, **wanted):
            return listen(self.client.session, **wanted)

        async def prompt(self, name: str, arguments: dict | None = None) -> dict:
            with self.refusals():
                return plain(await self.client.get_prompt_mcp(name, arguments))

        async def read(self, uri: str) -> dict:
            with self.refusals():
                return plain(await self.client.read_resource_mcp(uri))

        async def subscribe(self, uri: str) -> None:
            await self.client.session.subscribe_resource(uri)

        async def unsubscribe(self, uri: str) -> None:
            await self.client.session.unsubscribe_resource(uri)

        async def ping(self) -> None:
            assert await self.client.ping()

        async def complete(self, reference: dict, argument: dict, context: dict | None = None) -> dict:
            with self.refusals():
                return plain(await self.client.complete_mcp(_reference(reference), argument, context))

    @contextlib.asynccontextmanager
    async def connect(command: list[str], env: dict, user: User | None = None, errors=None, mode: str = "legacy"):
        """Starts a server and shakes hands with it, discovers it in the mode "auto", or speaks the revision named."""
        ears = Ears()
        user = user or User()

        async def elicit(_message, _type, params, _context):
            return types.ElicitResult.model_validate(user.elicit(plain(params)))

        async def sample(_messages, params, _context):
            return types.CreateMessageResult.model_validate(user.sample(plain(params)))

        client = Client(
            StdioTransport(command[0], command[1:], env=env, keep_alive=False, log_file=errors),
            message_handler=ears.hear,
            mode=mode,
            roots=user.roots,
            sampling_handler=sample if user.sample else None,
            elicitation_handler=elicit if user.elicit else None,
        )
        async with client:
            driver = Library(client, ears)
            driver.initialized = _initialized(client)
            driver.is_modern = client.protocol_version in MODERN_PROTOCOL_VERSIONS
            yield driver
