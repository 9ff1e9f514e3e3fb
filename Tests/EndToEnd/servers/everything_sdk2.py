"""The server with every feature on SDK 2.x, which speaks both eras."""

import warnings

import anyio
import mcp_types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

import everything

warnings.simplefilter("ignore")
state = everything.State()


class Peer:
    """The client of the request that is being handled."""

    def __init__(self, context) -> None:
        self.context = context
        self.session = context.session
        self.request = context.request_id

    async def forever(self) -> None:
        await anyio.sleep_forever()

    async def progress(self, progress: float, total: float, message: str) -> None:
        await self.session.report_progress(progress, total, message)

    async def log(self, level: str, data: object, logger: str | None) -> None:
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
        await self.session.send_resource_updated(uri)


def listing(result: type, key: str, items):
    async def list_page(_, params):
        chosen, cursor = everything.page(items(), params.cursor if params else None)
        return result.model_validate({key: chosen, "nextCursor": cursor, "ttlMs": 0, "cacheScope": "private"})

    return list_page


async def call(context, params):
    result = await everything.call(params.name, params.arguments or {}, state, Peer(context))
    return types.CallToolResult.model_validate(result)


async def read(_, params):
    found = everything.read(str(params.uri))
    if found is None:
        raise MCPError(-32002, "Resource not found", {"uri": str(params.uri)})
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
)


async def main() -> None:
    options = server.create_initialization_options(NotificationOptions(True, True, True))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, options)


anyio.run(main)
