"""Frames against the official JSON Schema of the revision that was negotiated."""

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
}


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
        found = self._complain(["JSONRPCResponse", "JSONRPCResultResponse"], frame)
        if asked in _result_definitions and "result" in frame:
            found += self._complain(_result_definitions[asked], frame["result"])
        return found


@functools.cache
def revision(name: str) -> Revision:
    """Returns the schema of the named revision, read once."""
    return Revision(name)


class Conversation:
    """Both directions of one connection, as far as validation needs to follow it.

    `emitter` is the side whose messages are judged: "client" or "server". The other side's are only read for
    the revision and for the methods that its requests ask.
    """

    def __init__(self, emitter: str):
        self.emitter = emitter
        self.asked: dict[str, dict[str, str]] = {"client": {}, "server": {}}
        self.revision: Revision | None = None
        self.complaints: list[str] = []

    def see(self, sender: str, line: bytes) -> None:
        """Takes the next message of either side."""
        try:
            value = json.loads(line)
        except ValueError as error:
            if sender == self.emitter:
                self.complaints.append(f"not JSON ({error}): {line[:200]!r}")
            return
        for frame in value if isinstance(value, list) else [value]:
            self._see_one(sender, frame, line)

    def _see_one(self, sender: str, frame: object, line: bytes) -> None:
        other = "server" if sender == "client" else "client"
        asked = None
        if isinstance(frame, dict):
            key = json.dumps(frame.get("id"))
            if "method" in frame and "id" in frame:
                self.asked[sender][key] = frame["method"]
            elif "id" in frame:
                asked = self.asked[other].pop(key, None)
                version = (frame.get("result") or {}).get("protocolVersion") if asked == "initialize" else None
                if sender == "server" and version and (folder / f"{version}.json").exists():
                    self.revision = revision(version)
        if sender == self.emitter:
            judge = self.revision or revision("2025-11-25")
            self.complaints += [f"{found} in {line[:400]!r}" for found in judge.complaints(frame, asked)]
