#!/usr/bin/env python3
"""A server of the modern era that does what its argument says: well behaved by default, and faults on request.

usage: stateless.py [BEHAVIOUR], a JSON object. All members are optional:

  name, instructions, capabilities, supported  what the discovery says
  tools, prompts, resources, templates         lists of raw objects; `tools` are listed after the built-in ones
  page: n                                      items per page
  ttlMs, scope                                 hints of every cacheable result; `hints` has others by method
  discover: "ignore" | "exit" | error          instead of an answer to `server/discover`
  initialize: "answer" | "ignore" | "exit" | error
                                               otherwise -32022 with what is supported; "answer" makes it dual-era,
                                               and what comes without the reserved members is then served as well
  noResultType: true                           results do not say their type
  silent: [method, ...]                        requests that get no answer
  answers: {method: [line, ...]}               lines that take the place of the first answers, one after the other: a
                                               byte each character, @ID@ replaced; null is an answer as ever
  refusals: {method: error}                    requests that get this error
  honour: [key, ...]                           what of a listen's filter is acknowledged (all)
  listen: "ignore" | "refuse" | "end" | "leave"
                                               a listen is not acknowledged, is refused, ends at once; or we
                                               exit when one is for resources
  escaped: true                                every slash is written as \\/
  inputs: {method: inputRequests}              `prompts/get` or `resources/read` require this once
  missing: [uri, ...]                          resources that are not there
  tasks: true                                  offers the tasks extension and `job`: a task "t1", "t2"... which asks for
                                               input with `ask`, and is done when `release` is called with its id as key
  record: path                                 every line received is appended there

The built-in tools: `echo` answers with the bytes of its arguments as `structuredContent`; `raw` answers with the bytes
of `result`, `refuse` with those of `error` (base64); `rounds` answers with each of `rounds` (texts of members of a
result) before the last answer, whose `structuredContent` says what was sent, and fails where the state did not come
back as it was written; `need` wants the capability `name`; `hold` answers when `release` is called with the same
`key`; `play` writes `pieces` (base64, with @ID@, @TOKEN@ and @LISTEN@ replaced) before it answers; `change` replaces a
list and tells the listens; `update` tells them of a resource; `end` ends all listens; `leave` exits; `pid` says who we
are.
"""

import base64
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import rawjson  # noqa: E402

reserved = "io.modelcontextprotocol/"
behaviour = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
name = behaviour.get("name", "stateless")
supported = behaviour.get("supported", ["2026-07-28"])
built_in = [
    {"name": tool, "description": f"Tries {tool}", "inputSchema": {"type": "object"}}
    for tool in "echo raw refuse rounds need hold release play change update end leave pid".split()
]
tasks_extension = "io.modelcontextprotocol/tasks"
jobs = [{"name": "job", "inputSchema": {"type": "object"}}] if behaviour.get("tasks") else []
lists = {
    "tools": built_in + jobs + behaviour.get("tools", []),
    "prompts": behaviour.get("prompts", []),
    "resources": behaviour.get("resources", []),
    "resourceTemplates": behaviour.get("templates", []),
}
list_keys = {
    "tools/list": "tools",
    "prompts/list": "prompts",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
}
change_keys = {
    "tools": "toolsListChanged",
    "prompts": "promptsListChanged",
    "resources": "resourcesListChanged",
    "resourceTemplates": "resourcesListChanged",
}
capabilities = behaviour.get(
    "capabilities",
    {
        "tools": {"listChanged": True},
        "prompts": {"listChanged": True},
        "resources": {"listChanged": True, "subscribe": True},
        "logging": {},
        "completions": {},
    },
)
if jobs:
    capabilities["extensions"] = {tasks_extension: {}}
tasks: dict[str, dict] = {}
listens: dict[bytes, dict] = {}
legs: dict[bytes, int] = {}
held: dict[str, tuple[bytes, bool]] = {}
released: set[str] = set()
record = os.open(behaviour["record"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if "record" in behaviour else None


def write(data: bytes) -> None:
    if behaviour.get("escaped"):
        data = data.replace(b"/", b"\\/")
    while data:
        data = data[os.write(1, data) :]


def send(id: bytes, result: bytes) -> None:
    write(b'{"jsonrpc":"2.0","id":%s,"result":%s}\n' % (id, result))


def send_error(id: bytes, error: dict) -> None:
    write(b'{"jsonrpc":"2.0","id":%s,"error":%s}\n' % (id, json.dumps(error).encode()))


def notify(method: str, params: dict, tag: bytes | None = None) -> None:
    meta = b"" if tag is None else b'"_meta":{"%ssubscriptionId":%s}' % (reserved.encode(), tag)
    rest = json.dumps(params).encode()[1:-1]
    joined = b"{" + b",".join(part for part in (meta, rest) if part) + b"}"
    write(b'{"jsonrpc":"2.0","method":"%s","params":%s}\n' % (method.encode(), joined))


class Request:
    """One request and the way to answer it in its era."""

    def __init__(self, id: bytes, method: str, line: bytes):
        self.id = id
        self.method = method
        self.params = rawjson.member(line, "params") or b"{}"
        self.meta = rawjson.member(self.params, "_meta") or b"{}"
        self.is_modern = rawjson.member(self.meta, f"{reserved}protocolVersion") is not None

    def own(self, key: str):
        value = rawjson.member(self.meta, reserved + key)
        return None if value is None else json.loads(value)

    def extensions(self) -> dict:
        return (self.own("clientCapabilities") or {}).get("extensions", {})

    def param(self, key: str):
        value = rawjson.member(self.params, key)
        return None if value is None else json.loads(value)

    def complete(self, members: bytes, cacheable: bool = False) -> None:
        """Answers with these members of a result and those that the era wants."""
        if not self.is_modern:
            return send(self.id, b"{%s}" % members)
        said = [] if behaviour.get("noResultType") else [b'"resultType":"complete"']
        if cacheable:
            hints = {"ttlMs": behaviour.get("ttlMs", 0), "cacheScope": behaviour.get("scope", "private")}
            hints.update(behaviour.get("hints", {}).get(self.method, {}))
            said.append(json.dumps(hints).encode()[1:-1])
        if not members.startswith(b'"_meta"') and b',"_meta"' not in members:
            info = {f"{reserved}serverInfo": {"name": name, "version": "1"}}
            said.append(b'"_meta":' + json.dumps(info).encode())
        send(self.id, b"{%s}" % b",".join([*said, members] if members else said))

    def text(self, text: str) -> None:
        self.complete(json.dumps({"content": [{"type": "text", "text": text}]}).encode()[1:-1])

    def require(self, members: bytes) -> None:
        send(self.id, b'{"resultType":"input_required",%s}' % members)


def discover(request: Request) -> None:
    how = behaviour.get("discover")
    if how == "ignore":
        return
    if how == "exit":
        os._exit(3)
    if how:
        return send_error(request.id, how)
    said = {"supportedVersions": supported, "capabilities": capabilities}
    if "instructions" in behaviour:
        said["instructions"] = behaviour["instructions"]
    request.complete(json.dumps(said).encode()[1:-1], cacheable=True)


def initialize(request: Request) -> None:
    how = behaviour.get("initialize")
    if how == "ignore":
        return
    if how == "exit":
        os._exit(3)
    if how == "answer":
        said = {"protocolVersion": "2025-11-25", "serverInfo": {"name": name, "version": "1"}}
        return request.complete(json.dumps({**said, "capabilities": capabilities}).encode()[1:-1])
    requested = request.param("protocolVersion")
    unsupported = {"code": -32022, "message": "unsupported", "data": {"supported": supported, "requested": requested}}
    send_error(request.id, how or unsupported)


def list_page(request: Request) -> None:
    key = list_keys[request.method]
    size = behaviour.get("page", len(lists[key]) or 1)
    start = int(request.param("cursor") or 0)
    said = {key: lists[key][start : start + size]}
    if start + size < len(lists[key]):
        said["nextCursor"] = str(start + size)
    request.complete(json.dumps(said).encode()[1:-1], cacheable=True)


def next_round(request: Request, raw: bytes) -> None:
    """Answers with the next round of `rounds`, or with what the last one brought."""
    rounds = [one.encode() for one in json.loads(raw)["rounds"]]
    leg = legs.get(raw, 0)
    state = rawjson.member(request.params, "requestState")
    expected = rawjson.member(b"{%s}" % rounds[leg - 1], "requestState") if leg else None
    if state != expected:
        return request.text(f"state {state!r} instead of {expected!r}")
    for step in json.loads(raw).get("progress", {}).get(str(leg), []):
        token = rawjson.member(request.meta, "progressToken") or b"null"
        told = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":%d}}\n'
        write(told % (token, step))
    if leg < len(rounds):
        legs[raw] = leg + 1
        return request.require(rounds[leg])
    legs.pop(raw, None)
    responses = rawjson.member(request.params, "inputResponses") or b"null"
    said = b'{"legs":%d,"inputResponses":%s}' % (leg + 1, responses)
    request.complete(b'"content":[{"type":"text","text":"done"}],"structuredContent":%s' % said)


def tell(key: str, method: str, params: dict, uri: str | None = None) -> None:
    for id, honoured in listens.items():
        if honoured.get(key) and (uri is None or any(uri.startswith(one) for one in honoured[key])):
            notify(method, params, id)


def call(request: Request) -> None:
    tool = request.param("name")
    raw = rawjson.member(request.params, "arguments") or b"{}"
    arguments = json.loads(raw)
    if tool == "echo":
        return request.complete(b'"content":[{"type":"text","text":"echoed"}],"structuredContent":%s' % raw)
    if tool == "raw":
        return send(request.id, base64.b64decode(arguments["result"]))
    if tool == "refuse":
        return send_error(request.id, json.loads(base64.b64decode(arguments["error"])))
    if tool == "rounds":
        return next_round(request, raw)
    if tool == "need":
        if arguments["name"] not in (request.own("clientCapabilities") or {}):
            data = {"requiredCapabilities": {arguments["name"]: {}}}
            return send_error(request.id, {"code": -32021, "message": "needed", "data": data})
    elif tool == "hold":
        if arguments["key"] not in released:
            held[arguments["key"]] = (request.id, request.is_modern)
            return
    elif tool == "job" and tasks_extension in request.extensions():
        return start_task(request, arguments)
    elif tool == "release":
        released.add(arguments["key"])
        if arguments["key"] in tasks:
            change_task(arguments["key"], "completed")
        id, is_modern = held.pop(arguments["key"], (None, False))
        if id:
            said = b'"resultType":"complete",' if is_modern else b""
            send(id, b'{%s"content":[{"type":"text","text":"held"}]}' % said)
    elif tool == "play":
        token = rawjson.member(request.meta, "progressToken") or b"null"
        listen = next(reversed(listens), b"null")
        for piece in arguments["pieces"]:
            data = base64.b64decode(piece).replace(b"@TOKEN@", token).replace(b"@LISTEN@", listen)
            write(data.replace(b"@ID@", request.id) + b"\n")
    elif tool == "change":
        lists[arguments["list"]] = (built_in if arguments.get("keep") else []) + arguments["items"]
        kind = arguments["list"].replace("resourceTemplates", "resources")
        tell(change_keys[arguments["list"]], f"notifications/{kind}/list_changed", {})
    elif tool == "update":
        uri = arguments["uri"]
        tell("resourceSubscriptions", "notifications/resources/updated", {"uri": uri}, uri)
    elif tool == "end":
        end_listens()
    elif tool == "leave":
        os._exit(arguments.get("status", 0))
    elif tool == "pid":
        return request.text(str(os.getpid()))
    request.text(f"{tool} ran")


def start_task(request: Request, arguments: dict) -> None:
    task = {
        "taskId": f"t{len(tasks) + 1}",
        "status": "working",
        "createdAt": "2026-07-28T10:30:00Z",
        "lastUpdatedAt": "2026-07-28T10:30:00Z",
        "ttlMs": 60000,
        "pollIntervalMs": 10,
    }
    tasks[task["taskId"]] = task
    send(request.id, json.dumps({"resultType": "task", **task}).encode())
    if "ask" in arguments:
        task["inputRequests"] = arguments["ask"]
        change_task(task["taskId"], "input_required")


def change_task(id: str, status: str) -> None:
    """Gives a task another status and tells the listens that want to know."""
    task = tasks[id]
    task["status"] = status
    if status != "input_required":
        task.pop("inputRequests", None)
    if status == "completed":
        said = json.dumps(task.get("heard", {}))
        task["result"] = {"resultType": "complete", "content": [{"type": "text", "text": f"{id} heard {said}"}]}
    for listen, honoured in listens.items():
        if id in honoured.get("taskIds", []):
            notify("notifications/tasks", {key: value for key, value in task.items() if key != "heard"}, listen)


def answer_task(request: Request) -> None:
    if tasks_extension not in request.extensions():
        data = {"requiredCapabilities": {"extensions": {tasks_extension: {}}}}
        return send_error(request.id, {"code": -32021, "message": "tasks are needed", "data": data})
    id = request.param("taskId")
    if id not in tasks:
        return send_error(request.id, {"code": -32602, "message": "no such task"})
    if request.method == "tasks/get":
        said = {key: value for key, value in tasks[id].items() if key != "heard"}
        return request.complete(json.dumps(said).encode()[1:-1])
    if request.method == "tasks/update":
        tasks[id]["heard"] = request.param("inputResponses")
        change_task(id, "working")
    else:
        change_task(id, "cancelled")
    request.complete(b"")


def listen(request: Request) -> None:
    if behaviour.get("listen") == "leave" and "resourceSubscriptions" in (request.param("notifications") or {}):
        os._exit(0)
    if behaviour.get("listen") == "ignore":
        return
    if behaviour.get("listen") == "refuse":
        return send_error(request.id, {"code": -32601, "message": "no method subscriptions/listen"})
    wanted = request.param("notifications")
    honoured = {key: value for key, value in wanted.items() if value and key in behaviour.get("honour", [*wanted])}
    listens[request.id] = honoured
    notify("notifications/subscriptions/acknowledged", {"notifications": honoured}, request.id)
    if behaviour.get("listen") == "end":
        end_listens()


def end_listens() -> None:
    while listens:
        id, _ = listens.popitem()
        tag = b'"_meta":{"%ssubscriptionId":%s}' % (reserved.encode(), id)
        send(id, b'{"resultType":"complete",%s}' % tag)


def read(request: Request) -> None:
    uri = request.param("uri")
    if uri in behaviour.get("missing", []) or not any(item["uri"] == uri for item in lists["resources"]):
        return send_error(request.id, {"code": -32602, "message": "no such resource", "data": {"uri": uri}})
    said = {"contents": [{"uri": uri, "mimeType": "text/plain", "text": f"{name} read {uri}"}]}
    request.complete(json.dumps(said).encode()[1:-1], cacheable=True)


def get_prompt(request: Request) -> None:
    said = {"role": "user", "content": {"type": "text", "text": f"prompt {request.param('name')}"}}
    request.complete(json.dumps({"messages": [said]}).encode()[1:-1])


def answer(request: Request) -> None:
    method = request.method
    if method in behaviour.get("silent", []):
        return
    if behaviour.get("answers", {}).get(method):
        said = behaviour["answers"][method].pop(0)
        if said is not None:
            return write(said.encode("latin-1").replace(b"@ID@", request.id) + b"\n")
    if method in behaviour.get("refusals", {}):
        return send_error(request.id, behaviour["refusals"][method])
    if not request.is_modern and method != "initialize" and behaviour.get("initialize") != "answer":
        return send_error(request.id, {"code": -32602, "message": f"no {reserved}protocolVersion in _meta"})
    if request.is_modern and request.own("protocolVersion") not in supported:
        data = {"supported": supported, "requested": request.own("protocolVersion")}
        return send_error(request.id, {"code": -32022, "message": "unsupported", "data": data})
    wanted = behaviour.get("inputs", {}).get(method)
    if wanted and rawjson.member(request.params, "inputResponses") is None:
        return request.require(b'"requestState":"once","inputRequests":' + json.dumps(wanted).encode())
    if method == "server/discover" and request.is_modern:
        discover(request)
    elif method == "initialize" and not request.is_modern:
        initialize(request)
    elif method in list_keys:
        list_page(request)
    elif method == "tools/call":
        call(request)
    elif method == "prompts/get":
        get_prompt(request)
    elif method == "resources/read":
        read(request)
    elif method == "completion/complete":
        request.complete(json.dumps({"completion": {"values": [name]}}).encode()[1:-1])
    elif method in ("tasks/get", "tasks/update", "tasks/cancel") and jobs:
        answer_task(request)
    elif method == "subscriptions/listen" and request.is_modern:
        listen(request)
    elif (
        method in ("ping", "resources/subscribe", "resources/unsubscribe", "logging/setLevel") and not request.is_modern
    ):
        request.complete(b"")
    else:
        send_error(request.id, {"code": -32601, "message": f"no method {method}"})


def receive(line: bytes) -> None:
    if record is not None:
        os.write(record, line + b"\n")
    id = rawjson.member(line, "id")
    method = rawjson.member(line, "method")
    if method is None:
        return
    if id is not None:
        try:
            answer(Request(id, json.loads(method), line))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # What makes no sense, a damaged message for one, is refused.
            send_error(id, {"code": -32602, "message": f"{type(error).__name__}: {error}"})
    elif json.loads(method) == "notifications/cancelled":
        listens.pop(rawjson.member(line, "params", "requestId"), None)


def main() -> None:
    waiting = bytearray()
    while data := os.read(0, 1 << 20):
        # Only a read that brought a newline is searched: a frame of megabytes arrives in many.
        searched = len(waiting)
        waiting += data
        while (end := waiting.find(b"\n", searched)) >= 0:
            line = bytes(waiting[:end])
            del waiting[: end + 1]
            searched = 0
            receive(line)


if __name__ == "__main__":
    main()
