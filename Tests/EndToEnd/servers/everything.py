"""What the servers with every feature have in common: their contents, and what each tool does.

A tool talks to its client through `peer`, which each SDK's server provides:
level, progress, log, sample, elicit, visit, visited, roots, tools_changed, updated.
A peer of the modern era that is asked something it has no answer to ends the call with a question; the call is run
again from its beginning when the client comes back.
"""

import base64
import json

schema = {"type": "object", "properties": {}}


def _tool(name: str, description: str, required: tuple[str, ...] = (), **more) -> dict:
    kinds = {"a": "integer", "b": "integer", "count": "integer"}
    properties = {key: {"type": kinds.get(key, "string")} for key in required}
    return {
        "name": name,
        "description": description,
        "inputSchema": {"type": "object", "properties": properties, "required": list(required)},
        **more,
    }


tools = [
    _tool("echo", "Answers with its text", ("text",), title="Echo", annotations={"readOnlyHint": True}),
    _tool(
        "add",
        "Adds two numbers",
        ("a", "b"),
        outputSchema={"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]},
    ),
    _tool("fail", "Reports an error"),
    _tool("steps", "Reports progress", ("count",)),
    _tool("wait", "Waits until it is cancelled"),
    _tool("cancelled", "Counts the calls that were cancelled"),
    _tool("log", "Sends a log message", ("level", "text")),
    _tool("level", "Says the level that was set"),
    _tool("sample", "Lets the client's model answer", ("text",)),
    _tool("ask", "Asks the user for a name", ("text",)),
    _tool("visit", "Sends the user to a page", ("url",)),
    _tool("roots", "Lists the client's roots"),
    _tool("roots_changes", "Counts the changes of the roots"),
    _tool("grow", "Adds a tool", ("name",)),
    _tool("touch", "Updates a resource", ("uri",)),
    _tool("subscriptions", "Lists what is subscribed to"),
    _tool("media", "Answers with every kind of content"),
    _tool("rounds", "Asks the user twice, the second time depending on the first answer", ("text",)),
    _tool("runs", "Counts how often `rounds` came to its end"),
]
# Only the modern era has structured content that is no object.
numbers = _tool(
    "numbers",
    "Answers with a list of numbers",
    outputSchema={"type": "array", "items": {"type": "integer"}},
)
job = _tool("job", "May be called as a task", ("text",), execution={"taskSupport": "optional"})
resources = [
    {"uri": "mem://greeting", "name": "greeting", "mimeType": "text/plain", "description": "A text"},
    {"uri": "mem://picture", "name": "picture", "mimeType": "image/png", "size": 4},
]
templates = [{"uriTemplate": "mem://user/{name}", "name": "user", "mimeType": "application/json"}]
prompts = [
    {
        "name": "greet",
        "description": "Greets a person",
        "arguments": [{"name": "person", "required": True}, {"name": "tone"}],
    },
    {"name": "plain"},
]
people = ["alice", "albert", "bob"]
picture = base64.b64encode(b"\x89PNG").decode()
instructions = "Call echo before anything else."


levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]


class State:
    """What the server remembers of its client."""

    def __init__(self) -> None:
        self.cancelled = 0
        self.level = "none"
        self.roots_changes = 0
        self.runs = 0
        self.subscriptions: list[str] = []
        self.tools = list(tools)

    def is_told(self, level: str) -> bool:
        """Says whether a message of that level is for this client."""
        return self.level == "none" or levels.index(level) >= levels.index(self.level)


def page(items: list[dict], cursor: str | None, size: int = 5) -> tuple[list[dict], str | None]:
    """Returns one page of a list and the cursor of the next."""
    start = int(cursor or 0)
    end = start + size
    return items[start:end], str(end) if end < len(items) else None


def text(value: object) -> dict:
    said = value if isinstance(value, str) else json.dumps(value)
    return {"content": [{"type": "text", "text": said}]}


def read(uri: str) -> dict | None:
    """Returns the contents of a resource, or nothing."""
    if uri == "mem://greeting":
        return {"contents": [{"uri": uri, "mimeType": "text/plain", "text": "hello"}]}
    if uri == "mem://picture":
        return {"contents": [{"uri": uri, "mimeType": "image/png", "blob": picture}]}
    if uri.startswith("mem://user/"):
        person = json.dumps({"name": uri.removeprefix("mem://user/")})
        return {"contents": [{"uri": uri, "mimeType": "application/json", "text": person}]}
    return None


def prompt(name: str, arguments: dict[str, str]) -> dict | None:
    """Returns the messages of a prompt, or nothing."""
    if name == "greet":
        said = f"Greet {arguments['person']} in a {arguments.get('tone', 'plain')} tone"
        return {
            "description": "Greets a person",
            "messages": [{"role": "user", "content": {"type": "text", "text": said}}],
        }
    if name == "plain":
        return {"messages": [{"role": "assistant", "content": {"type": "text", "text": "plain"}}]}
    return None


def complete(argument: dict, context: dict) -> dict:
    """Returns the completion of an argument; the tone depends on the person already chosen."""
    if argument["name"] == "tone":
        values = [f"fit for {context.get('person', 'nobody')}"]
    else:
        values = [person for person in people if person.startswith(argument["value"])]
    return {"completion": {"values": values, "total": len(values), "hasMore": False}}


async def call(name: str, arguments: dict, state: State, peer) -> dict:
    """Runs a tool and returns its result."""
    if name == "echo":
        return text(arguments["text"])
    if name == "add":
        total = {"sum": arguments["a"] + arguments["b"]}
        return {**text(total), "structuredContent": total}
    if name == "fail":
        return {**text("it went wrong"), "isError": True}
    if name == "steps":
        for step in range(arguments["count"]):
            await peer.progress(step + 1, arguments["count"], f"step {step + 1}")
        return text("done")
    if name == "wait":
        await peer.log("error", "waiting", "wait")
        try:
            await peer.forever()
        except BaseException:
            state.cancelled += 1
            raise
    if name == "cancelled":
        return text(state.cancelled)
    if name == "log":
        await peer.log(arguments["level"], {"said": arguments["text"]}, arguments.get("logger"))
        return text("logged")
    if name == "level":
        return text(peer.level() or state.level)
    if name == "sample":
        return text(await peer.sample(arguments["text"]))
    if name == "ask":
        requested = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
        return text(await peer.elicit(arguments["text"], requested))
    if name == "visit":
        answer = await peer.visit("Sign in", arguments["url"], "e-1")
        await peer.visited("e-1")
        return text(answer)
    if name == "roots":
        return text(await peer.roots())
    if name == "roots_changes":
        return text(state.roots_changes)
    if name == "grow":
        state.tools.append(_tool(arguments["name"], "Was not there before"))
        await peer.tools_changed()
        return text("grown")
    if name == "touch":
        await peer.updated(arguments["uri"])
        return text("touched")
    if name == "rounds":
        requested = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
        first = await peer.elicit(arguments["text"], requested)
        second = await peer.elicit(f"And after {first['content']['name']}?", requested)
        state.runs += 1
        return text([first["content"]["name"], second["content"]["name"]])
    if name == "runs":
        return text(state.runs)
    if name == "numbers":
        return {**text([1, 2, 3]), "structuredContent": [1, 2, 3]}
    if name == "subscriptions":
        return text(state.subscriptions)
    if name == "media":
        return {
            "content": [
                {"type": "text", "text": "all", "annotations": {"audience": ["user"], "priority": 0.5}},
                {"type": "image", "data": picture, "mimeType": "image/png"},
                {"type": "audio", "data": picture, "mimeType": "audio/wav"},
                {"type": "resource_link", "uri": "mem://greeting", "name": "greeting"},
                {"type": "resource", "resource": {"uri": "mem://inner", "mimeType": "text/plain", "text": "inner"}},
            ],
            "_meta": {"example.test/kept": [1, 2]},
        }
    return text(f"{name} is new")
