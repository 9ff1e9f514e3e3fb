"""Every feature between clients and servers of both eras: the rows and columns of the table of eras."""

import json

import anyio
import pytest

from support import drivers, grid, junction
from support.drivers import Refused, User, text

pytestmark = pytest.mark.anyio

form_answer = "name for {}"
impatience = 15  # seconds for one feature, which takes milliseconds on a machine with nothing else to do

# What the interface of a library has no way to offer; sampling, roots and listens are not part of FastMCP's server.
not_offered = {
    ("fastmcp", "legacy"): {"elicitation URL", "sampling", "roots", "subscriptions"},
    ("fastmcp", "modern"): {"elicitation URL", "sampling", "roots", "subscriptions", "list_changed"},
}

# What a way over HTTP has no place for: without a stream for each request nobody says anything before its answer, and
# without a session nobody can ask anything, or say something of their own accord.
asking = {"elicitation form", "elicitation URL", "sampling", "multi-round", "concurrent"}
not_offered_by_way = {
    ("json", "legacy"): asking | {"progress", "cancel", "log"},
    ("json", "modern"): {"progress", "cancel", "log"},
    ("stateless", "legacy"): asking | {"roots", "subscriptions", "list_changed"},
}
not_offered_by_server = {("fastmcp", "json"): {"list_changed"}, ("sdk1", "stateless"): {"progress"}}
# Many at once are too much for the SDK there: it loses now and then what is written while a stream changes hands.
not_offered_by_server |= {("sdk1", "resumable"): {"concurrent"}, ("sdk2", "resumable"): {"concurrent"}}


class Person(User):
    """A user who answers everything, each question by what it says."""

    def __init__(self, label: str):
        self.asked: list[dict] = []
        self.label = label
        super().__init__(self._sample, self._elicit, ["file:///home/one", "file:///home/two"])

    def _sample(self, params: dict) -> dict:
        self.asked.append(params)
        said = params["messages"][0]["content"]
        said = said[0] if isinstance(said, list) else said
        return {"role": "assistant", "model": "m", "content": {"type": "text", "text": f"about {said['text']}"}}

    def _elicit(self, params: dict) -> dict:
        self.asked.append(params)
        if params.get("mode") == "url":
            return {"action": "accept"}
        question = params["message"].removeprefix(self.label)
        return {"action": "accept", "content": {"name": form_answer.format(question)}}


class Pair:
    """A client connected to a server, which may be behind the gateway."""

    def __init__(self, target, mode: str, server: str, server_is_modern: bool):
        self.target = target
        self.mode = mode
        self.server = server
        self.server_is_modern = server_is_modern
        self.name = target.name
        self.client: drivers.Driver | None = None

    async def connect(self, group: anyio.abc.TaskGroup) -> None:
        """Connects in a task of its own, so that a feature can be given up and its connection left."""
        self.person = Person(self.target.label)
        self._left, self._gone = anyio.Event(), anyio.Event()
        with anyio.fail_after(2 * impatience):
            self.client = await group.start(self._hold)

    async def _hold(self, task_status) -> None:
        try:
            async with self.target.connect(self.person, self.mode) as client:
                task_status.started(client)
                await self._left.wait()
        except Exception:
            # What a connection complains of when it is closed is not what is tried here; a start that failed is.
            if self.client is None:
                raise
        finally:
            self._gone.set()

    async def disconnect(self) -> None:
        if self.client is not None:
            self._left.set()
            await self._gone.wait()
            self.client = None

    async def call(self, name: str, arguments: dict | None = None, **more) -> dict:
        return await self.client.call(self.name(name), arguments, **more)


async def tools(it: Pair) -> None:
    listed = {tool["name"]: tool for tool in await it.client.tools()}
    assert listed[it.name("echo")]["title"] == "Echo" and listed[it.name("echo")]["annotations"]["readOnlyHint"] is True
    said = "caf\u00e9 \U0001f600\n"
    assert text(await it.call("echo", {"text": said})) == said
    if it.server != "fastmcp":
        result = await it.call("media")
        kinds = [block["type"] for block in result["content"]]
        assert kinds == ["text", "image", "audio", "resource_link", "resource"]
        assert result["_meta"]["example.test/kept"] == [1, 2]


async def structured_output(it: Pair) -> None:
    listed = {tool["name"]: tool for tool in await it.client.tools()}
    assert "sum" in listed[it.name("add")]["outputSchema"]["properties"]
    assert (await it.call("add", {"a": 2, "b": 40}))["structuredContent"] == {"sum": 42}
    if it.server == "sdk2" and it.server_is_modern:
        result = await it.call("numbers")
        assert text(result) == "[1, 2, 3]"
        if it.client.is_modern:
            assert listed[it.name("numbers")]["outputSchema"]["type"] == "array"
            assert result["structuredContent"] == [1, 2, 3]
        else:
            assert listed[it.name("numbers")].get("outputSchema", {"type": "object"})["type"] == "object"
            assert isinstance(result.get("structuredContent", {}), dict)


async def errors(it: Pair) -> None:
    result = await it.call("fail")
    assert result["isError"] is True and "it went wrong" in text(result)
    with pytest.raises(Refused) as refusal:
        await it.client.read("mem://nowhere")
    assert refusal.value.code in ((-32602,) if it.client.is_modern else (-32002, -32602))
    if it.target.prefix:
        with pytest.raises(Refused) as refusal:
            await it.client.call("nobody__no_such_tool")
        assert refusal.value.code == -32602


async def progress(it: Pair) -> None:
    seen = []

    async def take(value, total, message):
        seen.append((value, total, message))

    assert text(await it.call("steps", {"count": 5}, progress=take)) == "done"
    assert seen == [(step, 5, f"step {step}") for step in range(1, 6)]


async def cancel(it: Pair) -> None:
    before = int(text(await it.call("cancelled")))
    async with it.client.logging("info") as level:

        async def ready() -> None:
            await it.client.ears.wait_for("notifications/message", after=heard, level="error")

        heard = len(it.client.ears.heard)
        await it.client.cancel_when(ready, it.name("wait"), **level)
    while int(text(await it.call("cancelled"))) != before + 1:
        pass


async def log(it: Pair) -> None:
    async with it.client.logging("warning") as level:
        before = len(it.client.ears.heard)
        for one in ("error", "debug", "critical"):
            await it.call("log", {"level": one, "text": f"said {one}", "logger": "db"}, **level)
        await it.client.ears.wait_for("notifications/message", after=before, level="critical")
    said = [one["params"] for one in it.client.ears.heard[before:] if one["method"] == "notifications/message"]
    assert [one["level"] for one in said] == ["error", "critical"]
    assert {one["logger"] for one in said} == {it.target.logger("db")}
    assert "said error" in json.dumps(said[0]["data"])


async def elicitation_form(it: Pair) -> None:
    it.person.asked.clear()
    said = json.loads(text(await it.call("ask", {"text": "Your name?"})))
    assert said == {"action": "accept", "content": {"name": "name for Your name?"}}
    assert [one["message"] for one in it.person.asked] == [f"{it.target.label}Your name?"]


async def elicitation_url(it: Pair) -> None:
    it.person.asked.clear()
    said = json.loads(text(await it.call("visit", {"url": "https://example.test/x?y=1"})))
    assert said["action"] == "accept"
    asked = it.person.asked[0]
    assert (asked["mode"], asked["url"]) == ("url", "https://example.test/x?y=1")
    assert asked["message"] == f"{it.target.label}Sign in"
    if not it.client.is_modern:
        done = await it.client.ears.wait_for("notifications/elicitation/complete")
        assert done["params"]["elicitationId"] == asked["elicitationId"]


async def sampling(it: Pair) -> None:
    answer = json.loads(text(await it.call("sample", {"text": "why?"})))
    assert answer["content"]["text"] == "about why?" and answer["model"] == "m"


async def roots(it: Pair) -> None:
    assert json.loads(text(await it.call("roots"))) == ["file:///home/one", "file:///home/two"]


async def resources(it: Pair) -> None:
    listed = {item["uri"]: item for item in await it.client.resources()}
    assert listed["mem://greeting"]["description"] == "A text"
    assert (await it.client.read("mem://greeting"))["contents"][0]["text"] == "hello"
    assert [item["uriTemplate"] for item in await it.client.templates()] == ["mem://user/{name}"]
    contents = (await it.client.read("mem://user/ada"))["contents"][0]
    assert json.loads(contents["text"]) == {"name": "ada"} and contents["uri"] == "mem://user/ada"


async def subscriptions(it: Pair) -> None:
    await it.client.resources()
    before = len(it.client.ears.heard)
    async with it.client.watching("mem://greeting"):
        await it.call("touch", {"uri": "mem://picture"})
        await it.call("touch", {"uri": "mem://greeting"})
        await it.client.ears.wait_for("notifications/resources/updated", after=before, uri="mem://greeting")
    heard = [one for one in it.client.ears.heard[before:] if one["method"] == "notifications/resources/updated"]
    assert [one["params"]["uri"] for one in heard] == ["mem://greeting"]


async def list_changed(it: Pair) -> None:
    await it.client.tools()
    async with it.client.watching():
        before = len(it.client.ears.heard)
        await it.call("grow", {"name": "sprout"})
        await it.client.ears.wait_for("notifications/tools/list_changed", after=before)
    assert it.name("sprout") in [tool["name"] for tool in await it.client.tools()]
    assert text(await it.call("sprout")) == "sprout is new"


async def prompts(it: Pair) -> None:
    listed = {item["name"]: item for item in await it.client.prompts()}
    arguments = listed[it.name("greet")]["arguments"]
    assert [(one["name"], one.get("required", False)) for one in arguments] == [("person", True), ("tone", False)]
    got = await it.client.prompt(it.name("greet"), {"person": "Ada", "tone": "warm"})
    assert got["messages"][0]["content"]["text"] == "Greet Ada in a warm tone"
    with pytest.raises(Refused) as refusal:
        await it.client.prompt(it.name("none"))
    assert it.server == "fastmcp" or refusal.value.code == -32602


async def completion(it: Pair) -> None:
    await it.client.prompts()
    await it.client.templates()
    prompt = {"type": "ref/prompt", "name": it.name("greet")}
    template = {"type": "ref/resource", "uri": "mem://user/{name}"}
    for reference, name in ((prompt, "person"), (template, "name")):
        got = await it.client.complete(reference, {"name": name, "value": "al"})
        assert got["completion"]["values"] == ["alice", "albert"]
    got = await it.client.complete(prompt, {"name": "tone", "value": ""}, {"person": "bob"})
    assert got["completion"]["values"] == ["fit for bob"]


async def pagination(it: Pair) -> None:
    # The server shows five items on a page.
    names = [tool["name"] for tool in await it.client.tools()]
    assert len(names) == len(set(names)) > 10
    assert {it.name(tool) for tool in ("echo", "steps", "ask", "runs")} <= set(names)


async def multi_round(it: Pair) -> None:
    it.person.asked.clear()
    before = int(text(await it.call("runs")))
    said = json.loads(text(await it.call("rounds", {"text": "First?"})))
    first = form_answer.format("First?")
    assert said == [first, form_answer.format(f"And after {first}?")]
    assert len(it.person.asked) == 2
    assert int(text(await it.call("runs"))) == before + 1, "the tool was carried out once"


async def concurrent(it: Pair) -> None:
    answers = {}

    async def echo(number: int) -> None:
        answers[number] = text(await it.call("echo", {"text": f"call {number}"}))

    async def ask(number: int) -> None:
        said = json.loads(text(await it.call("ask", {"text": f"question {number}"})))
        answers[number] = said["content"]["name"]

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(ask if number % 5 == 0 else echo, number)
    for number in range(40):
        expected = form_answer.format(f"question {number}") if number % 5 == 0 else f"call {number}"
        assert answers[number] == expected


features = {
    "tools": tools,
    "structured output": structured_output,
    "errors": errors,
    "progress": progress,
    "cancel": cancel,
    "log": log,
    "elicitation form": elicitation_form,
    "elicitation URL": elicitation_url,
    "sampling": sampling,
    "roots": roots,
    "resources": resources,
    "subscriptions": subscriptions,
    "list_changed": list_changed,
    "prompts": prompts,
    "completion": completion,
    "pagination": pagination,
    "multi-round": multi_round,
    "concurrent": concurrent,
}


modes = {"sdk1": ["legacy"], "sdk2": ["legacy", "auto", "2026-07-28"], "fastmcp": ["legacy", "auto"]}


def cases() -> list:
    """Returns the pairs that this environment's client can make."""
    servers = [("sdk1", "legacy"), ("sdk2", "legacy"), ("fastmcp", "legacy"), ("sdk2", "modern"), ("fastmcp", "modern")]
    if drivers.library() == "fastmcp":
        # FastMCP's client is the SDK's in another dress: it meets the latest of either kind.
        servers = [server for server in servers if server[0] != "sdk1"]
    found = []
    for mode in modes[drivers.library()]:
        # The named revision differs from "auto" in how a connection opens, and is tried with the SDK's own servers.
        found += [(mode, *server) for server in servers if mode != "2026-07-28" or server[0] == "sdk2"]
    return [pytest.param(*one, id="-".join(one)) for one in found]


@pytest.mark.parametrize("server", ["sdk2", "fastmcp"])
@pytest.mark.parametrize("mode", modes[drivers.library()])
async def test_a_server_of_both_eras_meets_its_client_in_the_clients_own(request, aim, mode, server):
    """These servers refuse whatever comes in the other era than the first request did."""
    if request.config.getoption("--direct"):
        pytest.skip("which era is spoken is the gateway's to decide")
    target = aim({"everything": junction.everything(server), "second": junction.scripted(owns="second://")})
    pair = Pair(target, mode, server, mode != "legacy")
    async with anyio.create_task_group() as group:
        await pair.connect(group)
        for feature in ("tools", "structured output", "elicitation form", "multi-round"):
            with anyio.fail_after(impatience):
                await features[feature](pair)
        await pair.disconnect()


@pytest.mark.timeout(150)
@pytest.mark.parametrize("mode, server, era", cases())
async def test_features_between(request, subtests, record_property, aim, mode, server, era):
    client_is_modern = mode != "legacy"
    if request.config.getoption("--direct") and client_is_modern != (era == "modern"):
        pytest.skip("without a gateway these two do not meet")
    entry = junction.everything(server)
    if not request.config.getoption("--direct") and server != "sdk1":
        entry = junction.single_era(entry, era)
    await try_features(entry, subtests, record_property, aim, mode, server, era)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("way", ["stateful", "json", "stateless", "resumable", "sse"])
@pytest.mark.parametrize("mode, server, era", cases())
async def test_features_over_http(request, subtests, record_property, remote_server, aim, mode, server, era, way):
    if request.config.getoption("--direct"):
        pytest.skip("these clients are given a command")
    if mode == "2026-07-28" or way in ("sse", "stateless", "resumable") and era == "modern":
        pytest.skip("the same as another, or older than the era")
    if server == "fastmcp" and way == "resumable":
        pytest.skip("it works for so long at a time that the SDK loses what is written while a stream changes hands")
    started = remote_server(server, way, era if server != "sdk1" and way != "sse" else None)
    entry = {"url": started.url}
    await try_features(entry, subtests, record_property, aim, mode, server, era, way)


async def try_features(entry, subtests, record_property, aim, mode, server, era, way=None) -> None:
    client_is_modern = mode != "legacy"
    target = aim({"everything": entry, "second": junction.scripted(owns="second://")})
    pair = Pair(target, mode, server, era == "modern")
    missing = not_offered.get((server, era), set()) | not_offered_by_way.get((way, era), set())
    missing |= not_offered_by_server.get((server, way), set())
    outcomes = {}
    async with anyio.create_task_group() as group:
        for feature, run in features.items():
            if feature in missing:
                outcomes[feature] = "not offered"
                continue
            outcomes[feature] = "red"
            with subtests.test(feature):
                if pair.client is None:
                    await pair.connect(group)
                # A row of a client that spoke the other era would say nothing.
                assert pair.client.is_modern == client_is_modern
                with anyio.fail_after(impatience):
                    await run(pair)
                outcomes[feature] = "green"
            if outcomes[feature] == "red":
                # What is left of a connection on which something failed would only blur the rest.
                await pair.disconnect()
                if list(outcomes.values()) == ["red"] * 3:
                    break
        await pair.disconnect()
    client = f"{drivers.library()} {mode}" if mode != "legacy" else drivers.library()
    row = {
        "client": client,
        "server": f"{server} {way}" if way else server,
        "cell": grid.cell(client_is_modern, era == "modern"),
    }
    record_property("grid", {**row, "outcomes": {feature: outcomes.get(feature, "red") for feature in features}})
