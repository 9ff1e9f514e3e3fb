"""Frames against the official JSON Schema of their revision: the negotiated one, or the one a request names itself."""

import functools
import json
import pathlib

import jsonschema

folder = pathlib.Path(__file__).resolve().parents[2] / "Schemas"

# What a request is answered with, by the method that was asked.
_result_definitions = {
    "initialize": ["InitializeResult"],
    "ping": ["EmptyResult"],
    "tools/list": ["ListToolsResult"],
    "tools/call": ["CallToolResult", "CreateTaskResult"],
    "resources/list": ["ListResourcesResult"],
    "resources/templates/list": ["ListResourceTemplatesResult"],
    "resources/read": ["ReadResourceResult"],
    "resources/subscribe": ["EmptyResult"],
    "resources/unsubscribe": ["EmptyResult"],
    "prompts/list": ["ListPromptsResult"],
    "prompts/get": ["GetPromptResult"],
    "completion/complete": ["CompleteResult"],
    "logging/setLevel": ["EmptyResult"],
    "roots/list": ["ListRootsResult"],
    "sampling/createMessage": ["CreateMessageResult", "CreateTaskResult"],
    "elicitation/create": ["ElicitResult", "CreateTaskResult"],
    "tasks/get": ["GetTaskResult"],
    "tasks/result": ["GetTaskPayloadResult"],
    "tasks/list": ["ListTasksResult"],
    "tasks/cancel": ["CancelTaskResult"],
    "server/discover": ["DiscoverResult"],
    "subscriptions/listen": ["SubscriptionsListenResult"],
}

modern = "2026-07-28"
reserved = "io.modelcontextprotocol/"
_may_require_input = ("tools/call", "prompts/get", "resources/read")
_modern_errors = {-32022: "UnsupportedProtocolVersionError", -32021: "MissingRequiredClientCapabilityError"}
# What the tasks extension adds; its schema is not part of the revision's.
_extension_methods = ("tasks/get", "tasks/update", "tasks/cancel", "notifications/tasks")
_change_notifications = {
    "notifications/tools/list_changed": "toolsListChanged",
    "notifications/prompts/list_changed": "promptsListChanged",
    "notifications/resources/list_changed": "resourcesListChanged",
}


def _member(value: object, *path: str):
    """Returns the member at `path`, or nothing where something on the way is no object."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _object(value: object, *path: str) -> dict:
    """Returns the object at `path`, or an empty one."""
    found = _member(value, *path)
    return found if isinstance(found, dict) else {}


class Revision:
    """The schema of one protocol revision."""

    def __init__(self, name: str):
        self.name = name
        self.document = json.loads((folder / f"{name}.json").read_text())
        self.section = "$defs" if "$defs" in self.document else "definitions"
        self.definitions = self.document[self.section]
        self.requests = self._by_method("Request")
        self.notifications = self._by_method("Notification")
        self._validators: dict[tuple[str, ...], jsonschema.Draft202012Validator] = {}

    def _by_method(self, suffix: str) -> dict[str, str]:
        table = {}
        for name, definition in self.definitions.items():
            method = definition.get("properties", {}).get("method", {}).get("const")
            if method and name.endswith(suffix):
                table[method] = name
        return table

    def _validator(self, names: tuple[str, ...]) -> jsonschema.Draft202012Validator:
        if names in self._validators:
            return self._validators[names]
        draft = jsonschema.validators.validator_for(self.document, jsonschema.Draft202012Validator)
        references = [{"$ref": f"#/{self.section}/{name}"} for name in names]
        self._validators[names] = draft({self.section: self.definitions, "anyOf": references})
        return self._validators[names]

    def _complain(self, names: list[str], value: object) -> list[str]:
        known = tuple(name for name in names if name in self.definitions)
        if not known:
            return []
        error = jsonschema.exceptions.best_match(self._validator(known).iter_errors(value))
        if error is None:
            return []
        return [f"{'|'.join(known)} of {self.name}: {error.json_path}: {error.message[:300]}"]

    def complaints(self, frame: dict, asked: str | None = None) -> list[str]:
        """Returns what is wrong with one message; `asked` is the method that an answer belongs to."""
        if not isinstance(frame, dict):
            return [f"not an object: {str(frame)[:80]}"]
        method = frame.get("method")
        if self.name == modern and method in _extension_methods:
            return self._complain(["JSONRPCRequest" if "id" in frame else "JSONRPCNotification"], frame)
        if method is not None and "id" in frame:
            if method not in self.requests:
                return [f"{self.name} has no request '{method}'"]
            return self._complain(["JSONRPCRequest"], frame) + self._complain([self.requests[method]], frame)
        if method is not None:
            if method not in self.notifications:
                return [f"{self.name} has no notification '{method}'"]
            return self._complain(["JSONRPCNotification"], frame) + self._complain([self.notifications[method]], frame)
        if "error" in frame:
            if frame.get("id", "absent") in (None, "absent"):
                # An error about an unreadable message has no id, or null, as JSON-RPC has it.
                frame = {**frame, "id": 0}
            return self._complain(["JSONRPCError", "JSONRPCErrorResponse"], frame)
        # In 2026-07-28 the definition of a response in general includes errors, which are no answer here.
        found = self._complain(["JSONRPCResultResponse"], frame) or self._complain(["JSONRPCResponse"], frame)
        if asked in _result_definitions and "result" in frame:
            definitions = _result_definitions[asked]
            if self.name == modern and asked in _extension_methods or _member(frame, "result", "resultType") == "task":
                definitions = ["Result"]
            if asked in _may_require_input and _member(frame, "result", "resultType") == "input_required":
                definitions = ["InputRequiredResult"]
            found += self._complain(definitions, frame["result"])
        return found

    def error_complaints(self, frame: dict, name: str) -> list[str]:
        """Returns what is wrong with an error whose code has a definition of its own."""
        return self._complain([name], frame)


@functools.cache
def revision(name: str) -> Revision:
    """Returns the schema of the named revision, read once."""
    return Revision(name)


class Asked:
    """A request on its way, as far as judging its answer needs it."""

    def __init__(self, frame: dict):
        self.method = frame["method"]
        self.token = _member(frame, "params", "_meta", "progressToken")
        self.level = _member(frame, "params", "_meta", f"{reserved}logLevel")
        self.wanted = _object(frame, "params", "notifications")
        self.is_modern = is_modern_request(frame)
        self.acknowledged: dict | None = None


def is_modern_request(frame: dict) -> bool:
    """Says whether a request names its own revision, or is one that only the modern era has."""
    meta = _member(frame, "params", "_meta")
    named = isinstance(meta, dict) and f"{reserved}protocolVersion" in meta
    return named or frame["method"] in ("server/discover", "subscriptions/listen")


class Conversation:
    """Both directions of one connection, as far as validation needs to follow it.

    `emitter` is the side whose messages are judged: "client" or "server". The other side's are only read for
    the revision and for the methods that its requests ask. Each frame is held against the revision of its own era:
    a request by what its `_meta` names, an answer as its request, a notification by what it belongs to.
    """

    def __init__(self, emitter: str, complaints: list[str] | None = None):
        self.emitter = emitter
        self.asked: dict[str, dict[str, Asked]] = {"client": {}, "server": {}}
        self.revision: Revision | None = None
        self.is_modern = False
        self.complaints: list[str] = [] if complaints is None else complaints

    def see(self, sender: str, line: bytes) -> None:
        """Takes the next message of either side."""
        try:
            value = json.loads(line)
        except ValueError as error:
            if sender == self.emitter:
                self.complaints.append(f"not JSON ({error}): {line[:200]!r}")
            return
        for frame in value if isinstance(value, list) else [value]:
            found = self._see_one(sender, frame)
            if sender == self.emitter:
                self.complaints += [f"{complaint} in {line[:400]!r}" for complaint in found]

    def _see_one(self, sender: str, frame: object) -> list[str]:
        legacy = self.revision or revision("2025-11-25")
        if not isinstance(frame, dict):
            return [f"not an object: {str(frame)[:80]}"]
        if "method" in frame and "id" in frame:
            return self._see_request(sender, frame)
        if "method" in frame:
            return self._notification_complaints(sender, frame)
        asked = self.asked["server" if sender == "client" else "client"].pop(json.dumps(frame.get("id")), None)
        if sender == "client" and self.is_modern and self.revision is None:
            return ["a client answers nothing in the modern era"]
        if asked is None:
            return legacy.complaints(frame)
        self._learn(sender, asked, frame)
        if asked.is_modern:
            return self._modern_answer_complaints(asked, frame)
        found = (self.revision or legacy).complaints(frame, asked.method)
        return found + (self._legacy_answer_complaints(frame) if sender == "server" else [])

    def _learn(self, sender: str, asked: Asked, frame: dict) -> None:
        """Notes which revision the handshake or the discovery settled on."""
        if sender != "server" or "result" not in frame:
            return
        version = _member(frame, "result", "protocolVersion")
        if asked.method == "initialize" and isinstance(version, str) and (folder / f"{version}.json").exists():
            self.revision = revision(version)
        if asked.method == "server/discover" and modern in (_member(frame, "result", "supportedVersions") or []):
            self.is_modern = True

    def _see_request(self, sender: str, frame: dict) -> list[str]:
        asked = Asked(frame)
        self.asked[sender][json.dumps(frame["id"])] = asked
        if sender == "server":
            if self.revision is None and (self.is_modern or self._has_modern_requests()):
                return ["a server asks nothing in the modern era"]
            return (self.revision or revision("2025-11-25")).complaints(frame)
        if not asked.is_modern:
            found = ["a request of the legacy era to a modern server"] if self.is_modern and not self.revision else []
            return found + (self.revision or revision("2025-11-25")).complaints(frame)
        found = ["a modern request to a server that shook hands"] if self.revision and self.emitter == "client" else []
        if f"{reserved}clientInfo" not in _object(frame, "params", "_meta"):
            found.append("a modern request without clientInfo")
        return found + revision(modern).complaints(frame)

    def _has_modern_requests(self) -> bool:
        return any(asked.is_modern for asked in self.asked["client"].values())

    def _modern_answer_complaints(self, asked: Asked, frame: dict) -> list[str]:
        found = revision(modern).complaints(frame, asked.method)
        code = _member(frame, "error", "code")
        if code in _modern_errors:
            found += revision(modern).error_complaints(frame, _modern_errors[code])
        elif code in (-32002, -32042) or (isinstance(code, int) and -32099 <= code <= -32021):
            found.append(f"{code} is no error of {modern}")
        kind = _member(frame, "result", "resultType")
        if kind == "input_required":
            if asked.method not in _may_require_input:
                found.append(f"{asked.method} cannot require input")
            if "inputRequests" not in frame["result"] and "requestState" not in frame["result"]:
                found.append("neither inputRequests nor requestState")
        elif "result" in frame and kind not in ("complete", "task"):
            found.append(f"resultType {kind!r}")
        return found

    @staticmethod
    def _legacy_answer_complaints(frame: dict) -> list[str]:
        found = [
            f"'{key}' is not for a legacy client"
            for key in ("resultType", "ttlMs", "cacheScope", "inputRequests", "requestState")
            if key in _object(frame, "result")
        ]
        if f"{reserved}serverInfo" in _object(frame, "result", "_meta"):
            found.append("serverInfo in _meta is not for a legacy client")
        if _member(frame, "error", "code") in (-32020, -32021, -32022):
            found.append("an error that only the modern era has")
        return found

    def _notification_complaints(self, sender: str, frame: dict) -> list[str]:
        legacy = self.revision or revision("2025-11-25")
        if sender == "client":
            if frame["method"] == "notifications/cancelled":
                asked = self.asked["client"].get(json.dumps(_member(frame, "params", "requestId")))
                return (revision(modern) if asked and asked.is_modern else legacy).complaints(frame)
            return (revision(modern) if self.is_modern and self.revision is None else legacy).complaints(frame)
        meta = _object(frame, "params", "_meta")
        if f"{reserved}subscriptionId" in meta:
            return self._listen_complaints(frame, meta[f"{reserved}subscriptionId"])
        belongs = self._owner(frame)
        if belongs is not None and belongs.is_modern:
            return revision(modern).complaints(frame)
        if self.revision is None and (self.is_modern or self._has_modern_requests()):
            return [f"{frame['method']} belongs to no request of a modern client"] + revision(modern).complaints(frame)
        return legacy.complaints(frame)

    def _owner(self, frame: dict) -> Asked | None:
        """Returns the request of the client that a notification of the server belongs to, where that can be told."""
        for id, asked in self.asked["client"].items():
            if frame["method"] == "notifications/progress":
                token = _member(frame, "params", "progressToken")
                if asked.token is not None and json.dumps(asked.token) == json.dumps(token):
                    return asked
            elif frame["method"] == "notifications/message" and asked.level is not None and self.revision is None:
                return asked
            elif frame["method"] == "notifications/cancelled" and asked.method == "subscriptions/listen":
                if json.dumps(_member(frame, "params", "requestId")) == id:
                    return asked
        return None

    def _listen_complaints(self, frame: dict, id: object) -> list[str]:
        asked = self.asked["client"].get(json.dumps(id))
        found = revision(modern).complaints(frame)
        if asked is None or asked.method != "subscriptions/listen":
            return [*found, f"no listen has the id {id!r}"]
        if frame["method"] == "notifications/subscriptions/acknowledged":
            honoured = _object(frame, "params", "notifications")
            if asked.acknowledged is not None:
                found.append("acknowledged twice")
            extra = [key for key, value in honoured.items() if value and not asked.wanted.get(key)]
            uris = set(honoured.get("resourceSubscriptions", [])) - set(asked.wanted.get("resourceSubscriptions", []))
            asked.acknowledged = honoured
            return found + [f"acknowledged what was not wanted: {extra} {uris}"] * bool(extra or uris)
        if asked.acknowledged is None:
            return [*found, "before the acknowledgement"]
        wanted = _change_notifications.get(frame["method"])
        if wanted is not None and not asked.acknowledged.get(wanted):
            found.append("a kind of change that was not wanted")
        if frame["method"] == "notifications/resources/updated":
            uri = _member(frame, "params", "uri") or ""
            if not any(uri.startswith(one) for one in asked.acknowledged.get("resourceSubscriptions", [])):
                found.append("a resource that was not wanted")
        return found
