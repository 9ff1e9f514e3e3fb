#!/usr/bin/env python3
"""An MCP server that does what its argument says: well behaved by default, and every fault on request.

usage: scripted.py [BEHAVIOUR], a JSON object. All members are optional:

  name, revision, instructions, capabilities   what the handshake says
  tools, prompts, resources, templates         lists of raw objects; `tools` are listed after the built-in ones
  rawTools                                     tools as texts of JSON, listed first with exactly those bytes
  builtIn: false                               without the built-in tools
  page: n                                      items per page; loop: true repeats one cursor for ever,
                                               endless: true makes a new one each time
  stderr, banner                               text written at the start
  exit: status                                 dies at the start, after that text
  initialize: "ignore" | "error" | "exit"      instead of an answer
  discover: "ignore" | "exit" | error          instead of the error that there is no method `server/discover`
  silent: [method, ...]                        requests that get no answer
  answers: {method: [line, ...]}               lines that take the place of the first answers, one after the other: a
                                               byte each character, @ID@ replaced; null is an answer as ever
  escaped: true                                every slash is written as \\/
  record: path                                 every line received is appended there
  ignoreTerm, deaf, daemon: true               ignores SIGTERM; never reads; leaves a double-forked child
  group: true                                  a child in a process group and session of its own
  linger: true                                 stays after end of input
  tasks: true                                  offers `job`, which may be called as a task of 2025-11-25: a task
                                               "t1", "t2"... is done when `release` is called with its id as key

The built-in tools: `echo` answers with the bytes of its arguments as `structuredContent`; `raw` answers with
the bytes of `result` (base64); `hold` answers when `release` is called with the same `key`; `play` writes
`before` after `after_seconds`, answers unless `answer` is false, writes `after` (lists of base64 pieces, @ID@,
@TOKEN@ and @N@ replaced, `repeat` times), then exits with `exit` or by `signal`; `fill` answers with that many
bytes of text; `ask` sends a request to the client and answers with the bytes of its result; `interview` sends
`requests` (each method, params, id), with `inTurn` one by one, and answers with all their results; `change`
replaces a list; `pid` says who we are.
SIGUSR1 releases everything held, now and later.
"""

import base64
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from support import rawjson  # noqa: E402

behaviour = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}


def object_schema(**properties) -> dict:
    return {"type": "object", "properties": properties}


built_in = [
    {"name": name, "description": description, "inputSchema": object_schema()}
    for name, description in {
        "echo": "Answers with its arguments",
        "raw": "Answers with the given bytes",
        "hold": "Answers when released",
        "release": "Lets a held call answer",
        "play": "Writes what it is told to",
        "fill": "Answers with much text",
        "ask": "Sends a request to the client",
        "interview": "Sends several requests to the client",
        "change": "Replaces a list",
        "pid": "Says its process id",
    }.items()
]
jobs = [{"name": "job", "inputSchema": object_schema(), "execution": {"taskSupport": "optional"}}]
lists = {
    "tools": ([] if behaviour.get("builtIn") is False else built_in)
    + (jobs if behaviour.get("tasks") else [])
    + behaviour.get("tools", []),
    "prompts": behaviour.get("prompts", []),
    "resources": behaviour.get("resources", []),
    "resourceTemplates": behaviour.get("templates", []),
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
if behaviour.get("tasks"):
    capabilities["tasks"] = {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}
tasks: dict[str, dict] = {}
token_of_task: dict[str, bytes | None] = {}
waiting_for_task: dict[str, list[bytes]] = {}
held: dict[str, bytes] = {}
released: set[str] = set()
asked: dict[str, bytes] = {}
interviews: list["Interview"] = []
state = {"cursor": 0, "asked": 0, "open": False}
record = os.open(behaviour["record"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if "record" in behaviour else None


def write(data: bytes) -> None:
    if behaviour.get("escaped"):
        data = data.replace(b"/", b"\\/")
    while data:
        data = data[os.write(1, data) :]


def send(id: bytes, result: bytes) -> None:
    write(b'{"jsonrpc":"2.0","id":%s,"result":%s}\n' % (id, result))


def send_value(id: bytes, result: dict) -> None:
    send(id, json.dumps(result).encode())


def send_text(id: bytes, text: str) -> None:
    send_value(id, {"content": [{"type": "text", "text": text}]})


def send_error(id: bytes, code: int, message: str, data=None) -> None:
    error = {"code": code, "message": message} | ({} if data is None else {"data": data})
    write(b'{"jsonrpc":"2.0","id":%s,"error":%s}\n' % (id, json.dumps(error).encode()))


def list_page(id: bytes, key: str, line: bytes) -> None:
    items = [json.dumps(item).encode() for item in lists[key]]
    if key == "tools":
        items = [text.encode() for text in behaviour.get("rawTools", [])] + items

    def send_page(items: list[bytes], cursor: str | None) -> None:
        rest = b"" if cursor is None else b',"nextCursor":' + json.dumps(cursor).encode()
        send(id, b'{"%s":[%s]%s}' % (key.encode(), b",".join(items), rest))

    cursor = rawjson.member(line, "params", "cursor") if rawjson.member(line, "params") else None
    if behaviour.get("loop"):
        return send_page(items, "again")
    if behaviour.get("endless"):
        state["cursor"] += 1
        return send_page(items if state["cursor"] == 1 else [], str(state["cursor"]))
    size = behaviour.get("page", len(items) or 1)
    # The cursor of the second page is the empty string, which is a valid one.
    told = None if cursor is None else json.loads(cursor)
    start = 0 if told is None else size if told == "" else int(told)
    end = start + size
    following = "" if end == size else str(end)
    send_page(items[start:end], following if end < len(items) else None)


def play(id: bytes, arguments: dict, token: bytes | None) -> None:
    def put(pieces: list[str], number: int) -> None:
        for piece in pieces:
            data = base64.b64decode(piece).replace(b"@ID@", id).replace(b"@N@", b"%d" % number)
            write(data.replace(b"@TOKEN@", token or b"null"))

    time.sleep(arguments.get("after_seconds", 0))
    for number in range(arguments.get("repeat", 1)):
        put(arguments.get("before", []), number)
    if arguments.get("answer", True):
        send_text(id, "played")
    put(arguments.get("after", []), 0)
    if "signal" in arguments:
        os.kill(os.getpid(), arguments["signal"])
    if "exit" in arguments:
        sys.stderr.write(arguments.get("stderr", ""))
        sys.stderr.flush()
        os._exit(arguments["exit"])


def start_task(id: bytes, line: bytes) -> None:
    task = {
        "taskId": f"t{len(tasks) + 1}",
        "status": "working",
        "createdAt": "2025-11-25T10:30:00Z",
        "lastUpdatedAt": "2025-11-25T10:30:00Z",
        "ttl": 60000,
        "pollInterval": 10,
    }
    tasks[task["taskId"]] = task
    meta = rawjson.member(line, "params", "_meta")
    token_of_task[task["taskId"]] = rawjson.member(meta, "progressToken") if meta else None
    send_value(id, {"task": task})


def end_task(name: str, status: str) -> None:
    tasks[name]["status"] = status
    if token := token_of_task.pop(name, None):
        progress = b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":%s,"progress":1}}\n'
        write(progress % token)
    notification = {"jsonrpc": "2.0", "method": "notifications/tasks/status", "params": tasks[name]}
    write(json.dumps(notification).encode() + b"\n")
    for id in waiting_for_task.pop(name, []):
        send_task_result(id, name)


def send_task_result(id: bytes, name: str) -> None:
    said = {"content": [{"type": "text", "text": f"{name} {tasks[name]['status']}"}]}
    send_value(id, {**said, "_meta": {"io.modelcontextprotocol/related-task": {"taskId": name}, "v/x": 1}})


def answer_task(id: bytes, method: str, line: bytes) -> None:
    if method == "tasks/list":
        return send_value(id, {"tasks": list(tasks.values())})
    name = json.loads(rawjson.member(line, "params", "taskId"))
    if name not in tasks:
        send_error(id, -32602, "no such task")
    elif method == "tasks/get":
        send_value(id, tasks[name])
    elif method == "tasks/cancel":
        if tasks[name]["status"] != "working":
            return send_error(id, -32602, "the task is over")
        end_task(name, "cancelled")
        send_value(id, tasks[name])
    elif tasks[name]["status"] == "working":
        waiting_for_task.setdefault(name, []).append(id)
    else:
        send_task_result(id, name)


class Interview:
    """A call that is answered when the client has answered all that it asks."""

    def __init__(self, id: bytes, arguments: dict):
        self.id = id
        self.left = [(json.dumps(one["id"]).encode(), one) for one in arguments["requests"]]
        self.waiting: list[bytes] = []
        self.results: list[bytes] = []
        for _ in range(1 if arguments.get("inTurn") else len(self.left)):
            self.ask()

    def ask(self) -> None:
        id, one = self.left.pop(0)
        self.waiting.append(id)
        params = json.dumps(one.get("params", {})).encode()
        write(b'{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n' % (id, one["method"].encode(), params))

    def hear(self, id: bytes, said: bytes) -> bool:
        """Takes an answer of the client if it is to one of our questions."""
        if id not in self.waiting:
            return False
        self.waiting.remove(id)
        self.results.append(b'{"id":%s,"said":%s}' % (id, said))
        if self.left and not self.waiting:
            self.ask()
        elif not self.waiting:
            interviews.remove(self)
            said = b'{"answers":[%s]}' % b",".join(self.results)
            send(self.id, b'{"content":[{"type":"text","text":"interviewed"}],"structuredContent":%s}' % said)
        return True


def call(id: bytes, line: bytes) -> None:
    name = json.loads(rawjson.member(line, "params", "name"))
    if name == "job" and rawjson.member(line, "params", "task"):
        return start_task(id, line)
    raw = rawjson.member(line, "params", "arguments") or b"{}"
    if name == "echo":
        return send(id, b'{"content":[{"type":"text","text":"echoed"}],"structuredContent":%s}' % raw)
    if name == "raw":
        return send(id, base64.b64decode(json.loads(rawjson.member(raw, "result"))))
    arguments = json.loads(raw)
    if name == "hold":
        if state["open"] or arguments["key"] in released:
            return send_text(id, arguments["key"])
        held[arguments["key"]] = id
    elif name == "release":
        for key in arguments.get("keys") or [arguments["key"]]:
            if key in tasks:
                end_task(key, "completed")
            released.add(key)
            if key in held:
                send_text(held.pop(key), key)
        send_text(id, "released")
    elif name == "play":
        meta = rawjson.member(line, "params", "_meta")
        play(id, arguments, rawjson.member(meta, "progressToken") if meta else None)
    elif name == "fill":
        send(id, b'{"content":[{"type":"text","text":"%s"}]}' % (b"x" * arguments["bytes"]))
    elif name == "ask":
        state["asked"] += 1
        mine = arguments.get("id", json.dumps(f"q{state['asked']}")).encode()
        asked[mine.decode()] = id
        params = b',"params":' + arguments["params"].encode() if "params" in arguments else b""
        write(b'{"jsonrpc":"2.0","id":%s,"method":"%s"%s}\n' % (mine, arguments["method"].encode(), params))
    elif name == "interview":
        interviews.append(Interview(id, arguments))
    elif name == "change":
        lists[arguments["list"]] = (built_in if arguments.get("keep") else []) + arguments["items"]
        for _ in range(arguments.get("times", 1)):
            kind = arguments["list"].replace("resourceTemplates", "resources")
            write(b'{"jsonrpc":"2.0","method":"notifications/%s/list_changed"}\n' % kind.encode())
        send_text(id, "changed")
    elif name == "pid":
        send_text(id, str(os.getpid()))
    else:
        send_value(id, {"content": [{"type": "text", "text": f"{name} ran"}]})


def initialize(id: bytes, line: bytes) -> None:
    how = behaviour.get("initialize")
    if how == "ignore":
        return
    if how == "error":
        return send_error(id, -32603, "the handshake was refused")
    if how == "exit":
        sys.stderr.write("gone during the handshake\n")
        sys.stderr.flush()
        os._exit(7)
    offered = json.loads(rawjson.member(line, "params", "protocolVersion"))
    result = {
        "protocolVersion": behaviour.get("revision", offered),
        "capabilities": capabilities,
        "serverInfo": {"name": behaviour.get("name", "scripted"), "version": "1"},
    }
    if "instructions" in behaviour:
        result["instructions"] = behaviour["instructions"]
    send_value(id, result)


def discover(id: bytes) -> None:
    how = behaviour["discover"]
    if how == "exit":
        sys.stderr.write("what is server/discover?\n")
        sys.stderr.flush()
        os._exit(7)
    if how != "ignore":
        send_error(id, how["code"], how["message"])


def answer(id: bytes, method: str, line: bytes) -> None:
    if method in behaviour.get("silent", []):
        return
    if behaviour.get("answers", {}).get(method):
        said = behaviour["answers"][method].pop(0)
        if said is not None:
            return write(said.encode("latin-1").replace(b"@ID@", id) + b"\n")
    if method == "initialize":
        initialize(id, line)
    elif method == "server/discover" and "discover" in behaviour:
        discover(id)
    elif method == "ping" or method in ("resources/subscribe", "resources/unsubscribe", "logging/setLevel"):
        send(id, b"{}")
    elif method == "tools/list":
        list_page(id, "tools", line)
    elif method == "prompts/list":
        list_page(id, "prompts", line)
    elif method == "resources/list":
        list_page(id, "resources", line)
    elif method == "resources/templates/list":
        list_page(id, "resourceTemplates", line)
    elif method == "tools/call":
        call(id, line)
    elif method == "prompts/get":
        name = json.loads(rawjson.member(line, "params", "name"))
        send_value(id, {"messages": [{"role": "user", "content": {"type": "text", "text": f"prompt {name}"}}]})
    elif method == "resources/read":
        uri = json.loads(rawjson.member(line, "params", "uri"))
        if behaviour.get("owns") and not uri.startswith(behaviour["owns"]):
            return send_error(id, -32002, "no such resource", behaviour.get("missing"))
        said = behaviour.get("name", "scripted")
        send_value(id, {"contents": [{"uri": uri, "mimeType": "text/plain", "text": f"{said} read {uri}"}]})
    elif method.startswith("tasks/") and behaviour.get("tasks"):
        answer_task(id, method, line)
    elif method == "completion/complete":
        send_value(id, {"completion": {"values": [behaviour.get("name", "scripted")]}})
    else:
        send_error(id, -32601, f"no method {method}")


def receive(line: bytes) -> None:
    if record is not None:
        os.write(record, line + b"\n")
    try:
        top = dict(rawjson.members(line))
    except (ValueError, AttributeError):
        return
    id = top.get(b"id")
    if b"method" not in top:
        said = top.get(b"result") or top.get(b"error") or b"{}"
        if id and any(interview.hear(id, said) for interview in list(interviews)):
            return
        waiting = asked.pop(id.decode(), None) if id else None
        if waiting is not None:
            send(waiting, b'{"content":[{"type":"text","text":"asked"}],"structuredContent":%s}' % said)
        return
    try:
        if id is not None:
            answer(id, json.loads(top[b"method"]), line)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # What makes no sense, a damaged message for one, is refused.
        send_error(id, -32602, f"{type(error).__name__}: {error}")


def leave_child(own_session: bool, twice: bool) -> None:
    """Starts a child that outlives us unless somebody ends it."""
    if os.fork() == 0:
        if own_session:
            os.setsid()
        if twice and os.fork() != 0:
            os._exit(0)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        # The process is replaced, so that its environment is read from where an ordinary program's would be.
        os.execvp("sleep", ["sleep", "600"])


def release_everything(_signal, _frame) -> None:
    state["open"] = True
    while held:
        key, id = held.popitem()
        send_text(id, key)


def main() -> None:
    signal.signal(signal.SIGUSR1, release_everything)
    if behaviour.get("ignoreTerm"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour.get("daemon"):
        leave_child(own_session=True, twice=True)
    if behaviour.get("group"):
        leave_child(own_session=True, twice=False)
    sys.stderr.write(behaviour.get("stderr", ""))
    sys.stderr.flush()
    write(behaviour.get("banner", "").encode())
    if "exit" in behaviour:
        os._exit(behaviour["exit"])
    if behaviour.get("deaf"):
        while True:
            signal.pause()
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
    while behaviour.get("linger") or behaviour.get("ignoreTerm"):
        signal.pause()


if __name__ == "__main__":
    main()
