"""A client of the modern era: it shakes no hands, and says on each request what it is and can do."""

import json

from .wire import Frame, Wire, patience

revision = "2026-07-28"
reserved = "io.modelcontextprotocol/"
user = {"sampling": {}, "elicitation": {"form": {}, "url": {}}, "roots": {}}
cacheable = ("server/discover", "tools/list", "prompts/list", "resources/list", "resources/templates/list")
_keys = {"resources/templates": "resourceTemplates"}

# A resource that the gateway always has.
own_status = "junction://status"


def meta(
    capabilities: dict | None = None, level: str | None = None, token=None, version: str | None = revision, **more
) -> dict:
    """Returns the reserved members of a request, and others under their whole names."""
    own = {
        "protocolVersion": version,
        "clientInfo": {"name": "wire", "version": "1"},
        "clientCapabilities": capabilities or {},
        "logLevel": level,
    }
    known = {f"{reserved}{key}": value for key, value in own.items() if value is not None}
    return {**known, **({} if token is None else {"progressToken": token}), **more}


class Listen:
    """An open `subscriptions/listen` and what came on it."""

    def __init__(self, wire: Wire, id, capabilities: dict | None = None, **notifications):
        self.wire = wire
        self.id = id
        params = {"_meta": meta(capabilities or {}), "notifications": notifications}
        wire.send({"jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params})

    def is_mine(self, frame: Frame) -> bool:
        id = frame.subscription
        return id is not None and json.dumps(id) == json.dumps(self.id)

    @property
    def frames(self) -> list[Frame]:
        return [frame for frame in self.wire.frames if self.is_mine(frame) and frame.method]

    def wait_for(self, method: str, after: int = 0, seconds: float = patience, **params) -> Frame:
        """Waits for a notification on this listen, not counting the first `after` frames of the wire."""

        def is_it(frame: Frame) -> bool:
            if frame.method != method or not self.is_mine(frame):
                return False
            return all(frame["params"].get(key) == value for key, value in params.items())

        return self.wire.wait_for(is_it, seconds, f"{method} on listen {self.id!r}", after)

    def honoured(self, seconds: float = patience) -> dict:
        """Waits for the acknowledgement and returns what it promises."""
        return self.wait_for("notifications/subscriptions/acknowledged", seconds=seconds)["params"]["notifications"]

    def cancel(self) -> None:
        self.wire.notify("notifications/cancelled", {"requestId": self.id})


class Modern:
    """The modern side of a wire, which may have a legacy session beside it."""

    def __init__(self, wire: Wire, capabilities: dict | None = None):
        self.wire = wire
        self.capabilities = capabilities or {}

    def start(self, method: str, params: dict | None = None, id=None, **more):
        """Sends a request and returns its id; `more` is for `meta`."""
        own = meta(**{"capabilities": self.capabilities, **more})
        return self.wire.start(method, {**(params or {}), "_meta": own}, id)

    def request(self, method: str, params: dict | None = None, seconds: float = patience, id=None, **more) -> Frame:
        return self.wire.result_of(self.start(method, params, id, **more), seconds)

    def start_call(self, name: str, arguments: dict | None = None, id=None, retry: dict | None = None, **more):
        """Sends a `tools/call` and returns its id; `retry` has the two members of a further round."""
        return self.start("tools/call", {"name": name, "arguments": arguments or {}, **(retry or {})}, id, **more)

    def call(self, name: str, arguments: dict | None = None, retry: dict | None = None, **more) -> Frame:
        return self.wire.result_of(self.start_call(name, arguments, retry=retry, **more))

    def listen(self, id=None, **notifications) -> Listen:
        """Opens a listen without waiting for its acknowledgement."""
        return Listen(self.wire, self.wire.new_id() if id is None else id, self.capabilities, **notifications)

    def discover(self) -> dict:
        return self.request("server/discover")["result"]

    def items(self, kind: str) -> list[dict]:
        """Returns all items of `tools`, `prompts`, `resources` or `resources/templates`, page after page.

        The gateway's own status is left out.
        """
        items, cursor = [], None
        while True:
            result = self.request(f"{kind}/list", None if cursor is None else {"cursor": cursor})["result"]
            items += [item for item in result[_keys.get(kind, kind)] if item.get("uri") != own_status]
            cursor = result.get("nextCursor")
            if cursor is None:
                return items

    def tool_names(self) -> list[str]:
        return [tool["name"] for tool in self.items("tools")]

    def asked(self, frame: Frame) -> tuple[dict, str | None]:
        """Returns what an answer requires as input, and its state."""
        result = frame["result"]
        assert result["resultType"] == "input_required", result
        return result.get("inputRequests", {}), result.get("requestState")


def retry(state: str | None, responses: dict | None = None) -> dict:
    """Returns the members that make a request the next round of the one before."""
    answered = {} if responses is None else {"inputResponses": responses}
    return {**answered, **({} if state is None else {"requestState": state})}
