"""A client that speaks raw bytes over a process's standard input and output."""

import json
import os
import subprocess
import threading
import time

from . import rawjson, schemas

patience = 15.0  # seconds that a test waits for what should take milliseconds

# A resource that the gateway always has.
own_status = "junction://status"


class Frame:
    """One line that came from the process."""

    def __init__(self, line: bytes, when: float):
        self.line = line
        self.when = when
        try:
            self.json = json.loads(line)
        except ValueError:
            self.json = None

    def __repr__(self) -> str:
        return f"<frame {self.line[:300]!r}>"

    def __getitem__(self, key):
        return self.json[key]

    def __contains__(self, key) -> bool:
        return isinstance(self.json, dict) and key in self.json

    def raw(self, *path: str) -> bytes | None:
        """Returns the bytes of the member at `path`."""
        return rawjson.member(self.line, *path)

    @property
    def method(self) -> str | None:
        return self.json.get("method") if isinstance(self.json, dict) else None

    @property
    def is_answer(self) -> bool:
        return isinstance(self.json, dict) and "method" not in self.json

    @property
    def subscription(self):
        """The id of the listen that this frame belongs to, or nothing."""
        if not isinstance(self.json, dict):
            return None
        place = self.json.get("params") or self.json.get("result")
        meta = place.get("_meta") if isinstance(place, dict) else None
        return meta.get("io.modelcontextprotocol/subscriptionId") if isinstance(meta, dict) else None

    @property
    def text(self) -> str:
        """The text of a tool result."""
        return "".join(block.get("text", "") for block in self.json["result"]["content"])


class Wire:
    """A running program and the frames that it wrote.

    Every frame is validated against the schema of the negotiated revision; `close` and `finish` raise what was found,
    unless the test has set `strict` to false because its servers say things that no schema allows.
    """

    def __init__(self, arguments: list[str], env: dict[str, str] | None = None, reading: bool = True, **options):
        self.arguments = arguments
        self.strict = True
        self.conversation = schemas.Conversation("server")
        self.frames: list[Frame] = []
        self.ended = False
        self._changed = threading.Condition()
        self._may_read = threading.Event()
        if reading:
            self._may_read.set()
        self._next_id = 0
        self._answers: dict[str, object] = {}
        self._stderr = bytearray()
        options.setdefault("stdin", subprocess.PIPE)
        options.setdefault("stdout", subprocess.PIPE)
        self.process = subprocess.Popen(
            arguments, stderr=subprocess.PIPE, bufsize=0, env={**os.environ, **(env or {})}, **options
        )
        self._write_lock = threading.Lock()
        if self.process.stdout is not None:
            self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
            self._reader.start()
        else:
            self._reader = None
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()

    # What the program writes.

    def _read(self, stream) -> None:
        held = bytearray()
        searched = 0
        while True:
            self._may_read.wait()
            data = os.read(stream.fileno(), 1 << 20)
            if not data:
                break
            held += data
            while (end := held.find(b"\n", searched)) >= 0:
                self._take(bytes(held[:end]))
                del held[: end + 1]
                searched = 0
            searched = len(held)
        with self._changed:
            if held:
                self.conversation.complaints.append(f"the last line has no end: {bytes(held[:200])!r}")
            self.ended = True
            self._changed.notify_all()

    def _take(self, line: bytes) -> None:
        frame = Frame(line, time.monotonic())
        self.conversation.see("server", line)
        answer = self._answers.get(frame.method) if frame.method and "id" in frame else None
        with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()
        if answer is not None:
            self.send_line(self._answer_line(frame, answer))

    @staticmethod
    def _answer_line(frame: Frame, answer) -> bytes:
        value = answer(frame) if callable(answer) else answer
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return b'{"jsonrpc":"2.0","id":%s,"result":%s}' % (frame.raw("id"), raw)

    def _read_errors(self) -> None:
        while data := os.read(self.process.stderr.fileno(), 1 << 16):
            self._stderr += data

    @property
    def stderr(self) -> str:
        return self._stderr.decode(errors="replace")

    # What the client does.

    def answer(self, method: str, result) -> None:
        """Answers each request of that method with a value, raw bytes, or what a function makes of the frame."""
        self._answers[method] = result

    def stop_reading(self) -> None:
        self._may_read.clear()

    def go_on_reading(self) -> None:
        self._may_read.set()

    def send_bytes(self, data: bytes) -> None:
        with self._write_lock:
            view = memoryview(data)
            while view:
                view = view[os.write(self.process.stdin.fileno(), view) :]

    def send_line(self, line: bytes) -> None:
        self.conversation.see("client", line)
        self.send_bytes(line + b"\n")

    def send(self, message: dict | list) -> None:
        self.send_line(json.dumps(message).encode())

    def notify(self, method: str, params: dict | None = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, **({} if params is None else {"params": params})})

    def new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def start(self, method: str, params: dict | None = None, id=None):
        """Sends a request and returns its id."""
        id = self.new_id() if id is None else id
        self.send({"jsonrpc": "2.0", "id": id, "method": method, **({} if params is None else {"params": params})})
        return id

    def start_call(self, name: str, arguments: dict | bytes | None = None, id=None, token=None):
        """Sends a `tools/call`, its arguments as a value or as raw bytes, and returns its id."""
        id = self.new_id() if id is None else id
        raw = arguments if isinstance(arguments, bytes) else json.dumps(arguments or {}).encode()
        meta = b"" if token is None else b',"_meta":{"progressToken":%s}' % json.dumps(token).encode()
        self.send_line(
            b'{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%s,"arguments":%s%s}}'
            % (json.dumps(id).encode(), json.dumps(name).encode(), raw, meta)
        )
        return id

    # Waiting.

    def wait_for(self, condition, seconds: float = patience, what: str = "the frame", after: int = 0) -> Frame:
        """Waits for the first frame, past or future, that meets `condition`; the first `after` do not count."""
        deadline = time.monotonic() + seconds
        looked_at = after
        with self._changed:
            while True:
                while looked_at < len(self.frames):
                    frame = self.frames[looked_at]
                    looked_at += 1
                    if condition(frame):
                        return frame
                left = deadline - time.monotonic()
                if self.ended or left <= 0:
                    why = "the output ended" if self.ended else f"nothing after {seconds} s"
                    raise AssertionError(
                        f"{what}: {why}; last frames {self.frames[-4:]}; stderr ends {self.stderr[-1500:]}"
                    )
                self._changed.wait(left)

    def result_of(self, id, seconds: float = patience) -> Frame:
        """Waits for the answer to the request `id`; `1` and `"1"` differ."""

        def is_it(frame: Frame) -> bool:
            return frame.is_answer and "id" in frame and type(frame["id"]) is type(id) and frame["id"] == id

        return self.wait_for(is_it, seconds, f"the answer to {id!r}")

    def wait_for_method(self, method: str, seconds: float = patience, after: int = 0) -> Frame:
        """Waits for a request or notification, not counting the first `after` frames."""
        return self.wait_for(lambda frame: frame.method == method, seconds, method, after)

    def request(self, method: str, params: dict | None = None, seconds: float = patience) -> Frame:
        return self.result_of(self.start(method, params), seconds)

    def call(self, name: str, arguments: dict | bytes | None = None, seconds: float = patience) -> Frame:
        return self.result_of(self.start_call(name, arguments), seconds)

    def initialize(
        self, revision: str = "2025-11-25", capabilities: dict | None = None, seconds: float = patience
    ) -> Frame:
        """Performs the handshake and returns the answer to `initialize`."""
        answer = self.request(
            "initialize",
            {
                "protocolVersion": revision,
                "capabilities": capabilities or {},
                "clientInfo": {"name": "wire", "version": "1"},
            },
            seconds,
        )
        self.notify("notifications/initialized")
        return answer

    def items(self, kind: str, seconds: float = patience) -> list[dict]:
        """Returns all items of `tools`, `prompts`, `resources` or `resources/templates`, page after page.

        The gateway's own status is left out.
        """
        key = "resourceTemplates" if kind == "resources/templates" else kind
        items, cursor = [], None
        while True:
            result = self.request(f"{kind}/list", None if cursor is None else {"cursor": cursor}, seconds)["result"]
            items += [item for item in result[key] if item.get("uri") != own_status]
            cursor = result.get("nextCursor")
            if cursor is None:
                return items

    def tool_names(self) -> list[str]:
        return [tool["name"] for tool in self.items("tools")]

    def answers_to(self, id) -> list[Frame]:
        with self._changed:
            return [
                frame
                for frame in self.frames
                if frame.is_answer and "id" in frame and type(frame["id"]) is type(id) and frame["id"] == id
            ]

    # The end.

    def close_input(self) -> None:
        self.process.stdin.close()

    def finish(self, seconds: float = patience) -> int:
        """Waits for the program to end by itself and returns its status."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still running after {seconds} s; stderr ends {self.stderr[-1500:]}") from None
        self._may_read.set()
        if self._reader is not None:
            self._reader.join(seconds)
        self._errors.join(seconds)
        self.check()
        return status

    def check(self) -> None:
        if self.strict:
            assert not self.conversation.complaints, "\n".join(self.conversation.complaints[:5])

    def abandon(self) -> None:
        """Ends the program whatever state it is in."""
        self._may_read.set()
        if self.process.stdin is not None and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(4)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
