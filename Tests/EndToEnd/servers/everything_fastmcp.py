"""The server with every feature that FastMCP's own interface has, in both eras: no sampling, no roots, no listens."""

import json
import warnings

import anyio
import mcp_types as types
from fastmcp import Context, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.tools import ToolResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel

import everything
import serving

warnings.simplefilter("ignore")
server = FastMCP(
    "everything-fastmcp",
    version="1.0",
    instructions=everything.instructions,
    list_page_size=5,
    client_log_level="debug",
)
state = everything.State()


class Sum(BaseModel):
    sum: int


class Name(BaseModel):
    name: str


@server.tool(title="Echo", annotations={"readOnlyHint": True})
def echo(text: str) -> ToolResult:
    return ToolResult(content=text)


@server.tool
def add(a: int, b: int) -> Sum:
    return Sum(sum=a + b)


@server.tool
def fail() -> str:
    raise ToolError("it went wrong")


@server.tool
async def steps(count: int, context: Context) -> ToolResult:
    for step in range(count):
        await context.report_progress(step + 1, count, f"step {step + 1}")
    return ToolResult(content="done")


@server.tool
async def wait(context: Context) -> str:
    await context.log("waiting", level="error")
    try:
        await anyio.sleep_forever()
    except BaseException:
        state.cancelled += 1
        raise


@server.tool
def cancelled() -> ToolResult:
    return ToolResult(content=str(state.cancelled))


@server.tool
async def log(level: str, text: str, context: Context, logger: str | None = None) -> ToolResult:
    await context.log(text, level=level, logger_name=logger)
    return ToolResult(content="logged")


def answers(context: Context) -> dict:
    """Returns the answers of all rounds so far: what the state remembers, and what came with this one."""
    said = json.loads(context.request_state or "{}")
    for key, answer in (context.input_responses or {}).items():
        said[key] = answer.model_dump(by_alias=True, exclude_none=True, mode="json")
    return said


async def elicit(context: Context, key: str, message: str) -> dict | types.InputRequiredResult:
    """Asks the user for a name: within the call, or by ending it with the question where the era wants that."""
    if context.request_context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        answer = await context.elicit(message, Name)
        return {"action": answer.action, **({"content": answer.data.model_dump()} if answer.action == "accept" else {})}
    said = answers(context)
    if key in said:
        return said[key]
    requested = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    params = {"mode": "form", "message": message, "requestedSchema": requested}
    return types.InputRequiredResult.model_validate(
        {
            "resultType": "input_required",
            "inputRequests": {key: {"method": "elicitation/create", "params": params}},
            "requestState": json.dumps(said),
        }
    )


@server.tool(output_schema=None)
async def ask(text: str, context: Context) -> ToolResult | types.InputRequiredResult:
    answer = await elicit(context, "name", text)
    return answer if isinstance(answer, types.InputRequiredResult) else ToolResult(content=json.dumps(answer))


@server.tool(output_schema=None)
async def rounds(text: str, context: Context) -> ToolResult | types.InputRequiredResult:
    first = await elicit(context, "first", text)
    if isinstance(first, types.InputRequiredResult):
        return first
    second = await elicit(context, "second", f"And after {first['content']['name']}?")
    if isinstance(second, types.InputRequiredResult):
        return second
    state.runs += 1
    return ToolResult(content=json.dumps([first["content"]["name"], second["content"]["name"]]))


@server.tool
def runs() -> ToolResult:
    return ToolResult(content=str(state.runs))


@server.tool
async def grow(name: str, context: Context) -> ToolResult:
    def fresh() -> ToolResult:
        return ToolResult(content=f"{name} is new")

    server.tool(fresh, name=name)
    await context.send_notification(types.ToolListChangedNotification())
    return ToolResult(content="grown")


@server.resource("mem://greeting", name="greeting", mime_type="text/plain", description="A text")
def greeting() -> str:
    return "hello"


@server.resource("mem://user/{name}", name="user", mime_type="application/json")
def user(name: str) -> str:
    return json.dumps({"name": name})


@server.prompt
def greet(person: str, tone: str = "plain") -> str:
    """Greets a person"""
    return f"Greet {person} in a {tone} tone"


@server.completion
def complete(_reference, argument, context):
    given = (context.arguments or {}) if context else {}
    found = everything.complete({"name": argument.name, "value": argument.value}, given)
    return types.Completion.model_validate(found["completion"])


if serving.mode:
    flags = {"json_response": serving.mode == "json", "stateless_http": serving.mode == "stateless"}
    serving.serve(server.http_app(path="/mcp", transport="sse" if serving.mode == "sse" else "http", **flags))
else:
    server.run(show_banner=False)
