"""The server with every feature on SDK 1.x, tasks of 2025-11-25 included."""

import anyio
import mcp.types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import McpError

import everything
import serving

server = Server("everything-sdk1", version="1.0", instructions=everything.instructions)
server.experimental.enable_tasks()
state = everything.State()


class Peer:
    """The client of the request that is being handled."""

    def __init__(self) -> None:
        self.context = server.request_context
        self.session = self.context.session
        self.request = self.context.request_id

    def level(self) -> str | None:
        return None

    async def forever(self) -> None:
        await anyio.sleep_forever()

    async def progress(self, progress: float, total: float, message: str) -> None:
        token = self.context.meta.progressToken if self.context.meta else None
        if token is not None:
            await self.session.send_progress_notification(token, progress, total, message)

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


def handles(request: type, result: type):
    """Registers a function from the request to the raw result, without the SDK's own bookkeeping."""

    def register(function):
        async def handle(message):
            return types.ServerResult(result.model_validate(await function(message.params)))

        server.request_handlers[request] = handle
        return function

    return register


def listing(request: type, result: type, key: str, items):
    @handles(request, result)
    async def list_page(params):
        chosen, cursor = everything.page(items(), params.cursor if params else None)
        return {key: chosen, "nextCursor": cursor}


listing(types.ListToolsRequest, types.ListToolsResult, "tools", lambda: [*state.tools, everything.job])
listing(types.ListResourcesRequest, types.ListResourcesResult, "resources", lambda: everything.resources)
listing(
    types.ListResourceTemplatesRequest,
    types.ListResourceTemplatesResult,
    "resourceTemplates",
    lambda: everything.templates,
)
listing(types.ListPromptsRequest, types.ListPromptsResult, "prompts", lambda: everything.prompts)


async def call(message: types.CallToolRequest):
    params = message.params
    if params.name == "job":
        said = types.CallToolResult.model_validate(everything.text(f"job of {params.arguments['text']}"))

        async def work(task) -> types.CallToolResult:
            await task.update_status("at it")
            return said

        experimental = server.request_context.experimental
        return types.ServerResult(await experimental.run_task(work) if experimental.is_task else said)
    result = await everything.call(params.name, params.arguments or {}, state, Peer())
    return types.ServerResult(types.CallToolResult.model_validate(result))


server.request_handlers[types.CallToolRequest] = call


@handles(types.ReadResourceRequest, types.ReadResourceResult)
async def read(params):
    found = everything.read(str(params.uri))
    if found is None:
        raise McpError(types.ErrorData(code=-32002, message="Resource not found", data={"uri": str(params.uri)}))
    return found


@handles(types.SubscribeRequest, types.EmptyResult)
async def subscribe(params):
    state.subscriptions.append(str(params.uri))
    return {}


@handles(types.UnsubscribeRequest, types.EmptyResult)
async def unsubscribe(params):
    state.subscriptions.remove(str(params.uri))
    return {}


@handles(types.GetPromptRequest, types.GetPromptResult)
async def get_prompt(params):
    found = everything.prompt(params.name, params.arguments or {})
    if found is None:
        raise McpError(types.ErrorData(code=-32602, message="Unknown prompt"))
    return found


@handles(types.CompleteRequest, types.CompleteResult)
async def complete(params):
    context = params.context.arguments if params.context and params.context.arguments else {}
    return everything.complete(params.argument.model_dump(), context)


@handles(types.SetLevelRequest, types.EmptyResult)
async def set_level(params):
    state.level = params.level
    return {}


async def roots_changed(_: types.RootsListChangedNotification) -> None:
    state.roots_changes += 1


server.notification_handlers[types.RootsListChangedNotification] = roots_changed


async def main() -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, options)


options = server.create_initialization_options(NotificationOptions(True, True, True))
options.capabilities.resources.subscribe = True
if serving.mode:
    serving.serve_low_level(server, options)
else:
    anyio.run(main)
