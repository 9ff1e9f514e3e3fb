"""The server with every feature on SDK 2.x, which speaks both eras."""

import json
import warnings

import anyio
import mcp_types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated, ToolsListChanged

import everything
import serving

warnings.simplefilter("ignore")
state = everything.State()
bus = InMemorySubscriptionBus()
modern = "2026-07-28"


class Peer:
    """The client of the request that is being handled."""

    def __init__(self, context) -> None:
        self.context = context
        self.session = context.session
        self.request = context.request_id

    def level(self) -> str | None:
        return None

    async def forever(self) -> None:
        await anyio.sleep_forever()

    async def progress(self, progress: float, total: float, message: str) -> None:
        await self.session.report_progress(progress, total, message)

    async def log(self, level: str, data: object, logger: str | None) -> None:
        if state.is_told(level):
            await self.session.send_log_message(level, data, logger, related_request_id=self.request)

    async def sample(self, text: str) -> dict:
        message = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=text))
        answer = await self.session.create_message([message], max_tokens=10, related_request_id=self.request)
        return answer.model_dump(by_alias=True, exclude_none=True, mode="json")

    async def elicit(self, message: str, schema: dict) -> dict:
        answer = await self.session.elicit_form(message, schema, related_request_id=self.request)
        return answer.model_dump(by_alias=True, exclude_none=True, mode="json")

    async def visit(self, message: str, url: str, elicitation: str) -> dict:
        answer = await self.session.elicit_url(message, url, elicitation, related_request_id=self.request)
        return answer.model_dump(by_alias=True, exclude_none=True, mode="json")

    async def visited(self, elicitation: str) -> None:
        await self.session.send_elicit_complete(elicitation, related_request_id=self.request)

    async def roots(self) -> list[str]:
        return [str(root.uri) for root in (await self.session.list_roots()).roots]

    async def tools_changed(self) -> None:
        await self.session.send_tool_list_changed()

    async def updated(self, uri: str) -> None:
        if uri in state.subscriptions:
            await self.session.send_resource_updated(uri)


class Question(Exception):
    """What a call needs to know before it can go on."""

    def __init__(self, key: str, request: dict):
        self.key, self.request = key, request


class ModernPeer(Peer):
    """A client that cannot be asked within a call: its answers of earlier rounds are the state that it brings back."""

    def __init__(self, context, params) -> None:
        super().__init__(context)
        self.answers = json.loads(params.request_state or "{}")
        for key, answer in (params.input_responses or {}).items():
            self.answers[key] = answer.model_dump(by_alias=True, exclude_none=True, mode="json")
        self.asked = 0

    def question(self, question: Question) -> types.InputRequiredResult:
        """Returns the result that asks for it."""
        requests = {question.key: question.request}
        return types.InputRequiredResult.model_validate(
            {"resultType": "input_required", "inputRequests": requests, "requestState": json.dumps(self.answers)}
        )

    def _answer(self, method: str, params: dict | None = None) -> dict:
        key = f"{method} {self.asked}"
        self.asked += 1
        if key not in self.answers:
            raise Question(key, {"method": method, **({} if params is None else {"params": params})})
        return self.answers[key]

    def level(self) -> str | None:
        return (self.context.meta or {}).get("io.modelcontextprotocol/logLevel")

    async def sample(self, text: str) -> dict:
        message = {"role": "user", "content": {"type": "text", "text": text}}
        return self._answer("sampling/createMessage", {"messages": [message], "maxTokens": 10})

    async def elicit(self, message: str, schema: dict) -> dict:
        return self._answer("elicitation/create", {"mode": "form", "message": message, "requestedSchema": schema})

    async def visit(self, message: str, url: str, _elicitation: str) -> dict:
        return self._answer("elicitation/create", {"mode": "url", "message": message, "url": url})

    async def visited(self, _elicitation: str) -> None:
        """The client learns it from the end of the call."""

    async def roots(self) -> list[str]:
        return [root["uri"] for root in self._answer("roots/list")["roots"]]

    async def tools_changed(self) -> None:
        await bus.publish(ToolsListChanged())

    async def updated(self, uri: str) -> None:
        await bus.publish(ResourceUpdated(uri))


def listing(result: type, key: str, items):
    async def list_page(context, params):
        listed = items()
        if key == "tools" and context.protocol_version == modern:
            listed = [*listed, everything.numbers]
        chosen, cursor = everything.page(listed, params.cursor if params else None)
        return result.model_validate({key: chosen, "nextCursor": cursor, "ttlMs": 0, "cacheScope": "private"})

    return list_page


async def call(context, params):
    peer = ModernPeer(context, params) if context.protocol_version == modern else Peer(context)
    try:
        result = await everything.call(params.name, params.arguments or {}, state, peer)
    except Question as question:
        return peer.question(question)
    return types.CallToolResult.model_validate(result)


async def read(context, params):
    found = everything.read(str(params.uri))
    if found is None:
        code = -32602 if context.protocol_version == modern else -32002
        raise MCPError(code, "Resource not found", {"uri": str(params.uri)})
    return types.ReadResourceResult.model_validate({**found, "ttlMs": 0, "cacheScope": "private"})


async def subscribe(_, params):
    state.subscriptions.append(str(params.uri))
    return types.EmptyResult()


async def unsubscribe(_, params):
    state.subscriptions.remove(str(params.uri))
    return types.EmptyResult()


async def get_prompt(_, params):
    found = everything.prompt(params.name, params.arguments or {})
    if found is None:
        raise MCPError(-32602, "Unknown prompt")
    return types.GetPromptResult.model_validate(found)


async def complete(_, params):
    context = params.context.arguments if params.context and params.context.arguments else {}
    found = everything.complete(params.argument.model_dump(), context)
    return types.CompleteResult.model_validate(found)


async def set_level(_, params):
    state.level = params.level
    return types.EmptyResult()


async def roots_changed(_context, _params) -> None:
    state.roots_changes += 1


server = Server(
    "everything-sdk2",
    version="1.0",
    instructions=everything.instructions,
    on_list_tools=listing(types.ListToolsResult, "tools", lambda: state.tools),
    on_call_tool=call,
    on_list_resources=listing(types.ListResourcesResult, "resources", lambda: everything.resources),
    on_list_resource_templates=listing(
        types.ListResourceTemplatesResult, "resourceTemplates", lambda: everything.templates
    ),
    on_read_resource=read,
    on_subscribe_resource=subscribe,
    on_unsubscribe_resource=unsubscribe,
    on_list_prompts=listing(types.ListPromptsResult, "prompts", lambda: everything.prompts),
    on_get_prompt=get_prompt,
    on_completion=complete,
    on_set_logging_level=set_level,
    on_roots_list_changed=roots_changed,
    on_subscriptions_listen=ListenHandler(bus),
)


async def main() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, options)


options = server.create_initialization_options(NotificationOptions(True, True, True))

if serving.mode:
    serving.serve_low_level(server, options)
else:
    anyio.run(main)
