"""Clients and servers of both eras on one gateway, doing everything at once in an order that a seed decides."""

import json
import random

from support.junction import scripted, stateless
from support.modern import Modern, retry, user

rooted = {"roots": [{"uri": "file:///here"}]}
servers = ("old", "new", "both")


class Walk:
    """A random walk and what must come of it."""

    def __init__(self, wire, seed: int):
        self.wire = wire
        self.client = Modern(wire, user)
        self.random = random.Random(seed)
        self.seed = seed
        self.open: dict = {}
        self.cancelled: dict = {}
        self.parked: list[tuple[str, dict, str, dict]] = []
        self.spent: list[tuple[str, dict, str, dict]] = []
        self.listens: list = []
        self.looked_at = 0

    def note(self, id, name: str, arguments: dict, again: bool = False) -> None:
        self.open[id] = (name, arguments, again)

    def call(self) -> None:
        server = self.random.choice(servers)
        number = self.random.randrange(1 << 30)
        if server == "both" or self.random.random() < 0.6:
            name, arguments = f"{server}__echo", {"n": number}
        elif server == "old":
            name, arguments = "old__ask", {"method": "roots/list", "id": str(number)}
        else:
            members = '"inputRequests":{"r":{"method":"roots/list"}},"requestState":"%d"' % number
            name, arguments = f"{server}__rounds", {"rounds": [members] * self.random.randint(1, 3)}
        if self.random.random() < 0.5:
            self.note(self.client.start_call(name, arguments), name, arguments)
        else:
            self.note(self.wire.start_call(name, arguments), name, arguments)

    def cancel(self) -> None:
        if self.open:
            id = self.random.choice([*self.open])
            self.cancelled[id] = self.open.pop(id)
            self.wire.notify("notifications/cancelled", {"requestId": id})

    def come_back(self) -> None:
        self.read()
        if self.parked and self.random.random() < 0.9:
            one = self.parked.pop(self.random.randrange(len(self.parked)))
            self.spent.append(one)
            name, arguments, state, said = one
            self.note(self.client.start_call(name, arguments, retry=retry(state, said)), name, arguments)

    def replay(self) -> None:
        """Comes back a second time to a legacy server, which has no state but that of its parked calls."""
        spent = [one for one in self.spent if one[0].startswith("old")]
        if spent:
            name, arguments, state, said = self.random.choice(spent)
            self.note(self.client.start_call(name, arguments, retry=retry(state, said)), name, arguments, again=True)

    def listen(self) -> None:
        if len(self.listens) < 4:
            self.listens.append(self.client.listen(toolsListChanged=True, resourceSubscriptions=["new://a", "old://a"]))
        else:
            self.listens.pop(self.random.randrange(4)).cancel()

    def change(self) -> None:
        name = self.random.choice(["old", "new"]) + "__change"
        tool = {"name": f"t{self.random.randrange(9)}", "inputSchema": {"type": "object"}}
        arguments = {"list": "tools", "keep": True, "items": [tool]}
        self.note(self.client.start_call(name, arguments), name, arguments)

    def list(self) -> None:
        client = self.random.choice([self.client, self.wire])
        self.note(client.start("tools/list"), "tools/list", {})

    def read(self) -> None:
        """Looks at what came since the last time."""
        frames = self.wire.frames[self.looked_at :]
        self.looked_at += len(frames)
        for frame in frames:
            if frame.is_answer and frame["id"] in self.open:
                self.judge(frame, *self.open.pop(frame["id"]))
            elif frame.is_answer and frame["id"] in self.cancelled:
                # The answer was on its way already; a question in it may be another call's.
                self.judge(frame, *self.cancelled[frame["id"]])

    def judge(self, frame, name: str, arguments: dict, again: bool) -> None:
        if again:
            assert frame["error"]["code"] == -32602, (self.seed, frame)
            return
        assert "result" in frame, (self.seed, name, arguments, frame)
        result = frame["result"]
        if result.get("resultType") == "input_required":
            said = {key: rooted for key in result.get("inputRequests", {})}
            self.parked.append((name, arguments, result.get("requestState"), said))
        elif name.endswith("echo"):
            assert result["structuredContent"] == arguments, (self.seed, frame)
        elif name != "tools/list":
            assert not result.get("isError"), (self.seed, frame)

    def end(self) -> None:
        """Comes back to everything that waits, until every request has its answer."""
        while self.open or self.parked:
            while self.parked:
                name, arguments, state, said = self.parked.pop()
                self.note(self.client.start_call(name, arguments, retry=retry(state, said)), name, arguments)
            if self.open:
                self.wire.wait_for(
                    lambda frame: frame.is_answer and (frame["id"] in self.open or frame["id"] in self.cancelled),
                    what=f"seed {self.seed}: one of {[*self.open.values()]}",
                    after=self.looked_at,
                )
            self.read()


def test_everything_at_once_in_both_eras(start, seed):
    resources = {name: [{"uri": f"{name}://a", "name": "a"}] for name in servers}
    wire = start(
        {
            "old": scripted(resources=resources["old"], owns="old://"),
            "new": stateless(resources=resources["new"]),
            "both": stateless(resources=resources["both"], initialize="answer"),
        },
        junction={"listsWait": "20s"},
    )
    wire.answer("roots/list", rooted)
    # The first client decides how a server of both eras is spoken to; half of the seeds begin with either.
    if seed % 2:
        Modern(wire).tool_names()
    wire.initialize(capabilities={"roots": {}})
    wire.tool_names()
    walk = Walk(wire, seed)
    steps = [walk.call] * 8 + [walk.come_back] * 4
    steps += [walk.cancel, walk.replay, walk.listen, walk.change, walk.list]
    for _ in range(300):
        walk.random.choice(steps)()
    walk.end()
    for id in {*walk.cancelled}:
        assert len(wire.answers_to(id)) <= 1, seed
    counts: dict[str, int] = {}
    for frame in wire.frames:
        if frame.is_answer:
            key = json.dumps(frame["id"])
            counts[key] = counts.get(key, 0) + 1
    assert set(counts.values()) == {1}, seed
    wire.close_input()
    assert wire.finish() == 0
