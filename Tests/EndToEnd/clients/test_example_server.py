"""The example server through real clients and, unless --direct is given, through the gateway."""

import json

import pytest

from support import drivers, junction
from support.drivers import Refused, User, text

pytestmark = pytest.mark.anyio


@pytest.fixture
def example(aim):
    """The example server with short pages, beside a scripted one."""
    return aim({"example": junction.example("--page-size", "4"), "second": junction.scripted()})


async def test_everything_is_listed(example):
    async with example.connect() as client:
        tools = {tool["name"]: tool for tool in await client.tools()}
        assert tools[example.name("add")]["outputSchema"]["required"] == ["sum"]
        assert tools[example.name("sleep")]["execution"]["taskSupport"] == "optional"
        assert {"example://greeting", "example://counter"} <= {item["uri"] for item in await client.resources()}
        assert [item["uriTemplate"] for item in await client.templates()] == ["example://item/{id}"]
        assert example.name("travel") in [item["name"] for item in await client.prompts()]
        assert "example://counter" in client.initialized["instructions"]


async def test_tools_answer_with_text_structure_content_and_errors(example):
    async with example.connect() as client:
        await client.tools()
        said = await client.call(example.name("echo"), {"message": "caf\u00e9 \U0001f600"})
        assert text(said) == said["structuredContent"]["message"] == "caf\u00e9 \U0001f600"
        assert (await client.call(example.name("add"), {"a": 2, "b": 0.5}))["structuredContent"] == {"sum": 2.5}
        assert (await client.call(example.name("fail"), {"reason": "no"}))["isError"] is True
        kinds = [block["type"] for block in (await client.call(example.name("content")))["content"]]
        assert kinds == ["text", "image", "audio", "resource_link", "resource"]
        assert len(text(await client.call(example.name("large"), {"bytes": 1_000_000}))) == 1_000_000
        assert "after" in text(await client.call(example.name("ping")))


async def test_progress_is_reported_and_a_call_cancelled(example):
    async with example.connect() as client:
        await client.tools()
        seen = []

        async def progress(value, total, message):
            seen.append((value, total, message))

        await client.call(example.name("progress"), {"steps": 3, "milliseconds": 1}, progress)
        assert seen == [(step, 3, f"Step {step} of 3") for step in (1, 2, 3)]
        await client.set_level("debug")

        async def ready():
            await client.ears.wait_for("notifications/message", data="Sleeping for 600000 ms")

        await client.cancel_when(ready, example.name("sleep"), {"milliseconds": 600_000})
        assert text(await client.call(example.name("sleep"), {"milliseconds": 1})) == "Slept for 1 ms."


async def test_log_messages_arrive_from_the_level_that_was_set(example):
    async with example.connect() as client:
        await client.tools()
        await client.set_level("warning")
        await client.call(example.name("log"), {"message": "boom"})
        heard = await client.ears.wait_for("notifications/message", level="emergency", data="boom")
        assert heard["params"]["logger"] == example.logger("tools")
        levels = [one["params"]["level"] for one in client.ears.heard if one["params"].get("data") == "boom"]
        assert levels == ["warning", "error", "critical", "alert", "emergency"]


async def test_the_user_and_the_model_are_asked(example):
    asked = []

    def elicit(params: dict) -> dict:
        asked.append(params)
        if params.get("mode") == "url":
            return {"action": "accept"}
        return {"action": "accept", "content": {"name": "Ada", "languages": ["Swift"]}}

    def sample(params: dict) -> dict:
        asked.append(params)
        return {"role": "assistant", "model": "m", "content": {"type": "text", "text": "42"}}

    async with example.connect(User(sample, elicit, ["file:///home/one"])) as client:
        await client.tools()
        form = json.loads(text(await client.call(example.name("ask"), {"message": "Who?"})))
        assert form["content"] == {"name": "Ada", "languages": ["Swift"]}
        assert asked[0]["message"] == f"{example.label}Who?" and "email" in asked[0]["requestedSchema"]["properties"]
        await client.call(example.name("ask_url"), {"url": "https://example.test/?a=1"})
        assert (asked[1]["mode"], asked[1]["url"]) == ("url", "https://example.test/?a=1")
        done = await client.ears.wait_for("notifications/elicitation/complete")
        assert done["params"]["elicitationId"] == asked[1]["elicitationId"]
        said = json.loads(text(await client.call(example.name("sample"), {"question": "why?"})))
        assert said["content"]["text"] == "42" and asked[2]["messages"][0]["content"]["text"] == "why?"
        assert "file:///home/one" in text(await client.call(example.name("roots")))


async def test_a_page_can_be_required_before_a_call(example):
    async with example.connect(User(elicit=lambda _: {"action": "accept"})) as client:
        await client.tools()
        with pytest.raises(Refused) as refusal:
            await client.call(example.name("require_url"))
        assert refusal.value.code == -32042
        wanted = refusal.value.data["elicitations"][0]["elicitationId"]
        done = await client.ears.wait_for("notifications/elicitation/complete")
        assert done["params"]["elicitationId"] == wanted
        assert "has visited" in text(await client.call(example.name("require_url")))


async def test_a_client_that_declared_nothing_is_told_what_it_lacks(example):
    async with example.connect() as client:
        await client.tools()
        for name in ("roots", "ask", "ask_url"):
            said = await client.call(example.name(name))
            assert said["isError"] is True and "did not declare" in text(said)


async def test_resources_are_read_watched_and_completed(example):
    async with example.connect() as client:
        await client.tools()
        await client.resources()
        await client.templates()
        assert "Hello" in (await client.read("example://greeting"))["contents"][0]["text"]
        assert (await client.read("example://picture"))["contents"][0]["mimeType"] == "image/png"
        assert json.loads((await client.read("example://item/7"))["contents"][0]["text"])["name"] == "Item 7"
        with pytest.raises(Refused) as refusal:
            await client.read("example://item/251")
        assert refusal.value.code == -32002
        await client.subscribe("example://counter")
        count = text(await client.call(example.name("count")))
        await client.ears.wait_for("notifications/resources/updated", uri="example://counter")
        assert (await client.read("example://counter"))["contents"][0]["text"] == count
        await client.unsubscribe("example://counter")
        template = {"type": "ref/resource", "uri": "example://item/{id}"}
        got = (await client.complete(template, {"name": "id", "value": "24"}))["completion"]["values"]
        assert got == ["24", *(str(number) for number in range(240, 250))]


async def test_prompts_are_filled_in_and_completed(example):
    async with example.connect() as client:
        await client.prompts()
        trip = {"country": "Japan", "city": "Kyoto", "mood": "quiet"}
        said = (await client.prompt(example.name("travel"), trip))["messages"][0]["content"]["text"]
        assert said == "Plan a quiet day in Kyoto, Japan."
        with pytest.raises(Refused) as refusal:
            await client.prompt(example.name("travel"), {"country": "Japan"})
        assert refusal.value.code == -32602
        travel = {"type": "ref/prompt", "name": example.name("travel")}
        got = await client.complete(travel, {"name": "city", "value": "k"}, {"country": "Japan"})
        assert got["completion"]["values"] == ["Kyoto"]


@pytest.mark.parametrize("kind", ["tool", "resource", "prompt"])
async def test_lists_change(example, kind):
    async with example.connect() as client:
        listing = getattr(client, f"{kind}s")
        await client.tools()
        await listing()
        name = "new" if kind == "resource" else example.name("new")
        before = len(client.ears.heard)
        await client.call(example.name(f"add_{kind}"), {"name": "new"})
        await client.ears.wait_for(f"notifications/{kind}s/list_changed", after=before)
        assert name in [item["name"] for item in await listing()]
        before = len(client.ears.heard)
        await client.call(example.name(f"remove_{kind}"), {"name": "new"})
        await client.ears.wait_for(f"notifications/{kind}s/list_changed", after=before)
        assert name not in [item["name"] for item in await listing()]


@pytest.mark.skipif(drivers.library() != "sdk1", reason="only SDK 1.x has the tasks of 2025-11-25")
async def test_a_tool_is_called_as_a_task(example):
    async with example.connect(User(elicit=lambda _: {"action": "decline"})) as client:
        await client.tools()
        tasks = client.client.experimental
        created = await tasks.call_tool_as_task(example.name("sleep"), {"milliseconds": 50})
        result = await tasks.get_task_result(created.task.taskId, drivers.types.CallToolResult)
        assert text(drivers.plain(result)) == "Slept for 50 ms."
        assert (await tasks.get_task(created.task.taskId)).status == "completed"
        assert created.task.taskId in [task.taskId for task in (await tasks.list_tasks()).tasks]
        created = await tasks.call_tool_as_task(example.name("sleep"), {"milliseconds": 600_000})
        assert (await tasks.cancel_task(created.task.taskId)).status == "cancelled"
        created = await tasks.call_tool_as_task(example.name("ask"))
        result = await tasks.get_task_result(created.task.taskId, drivers.types.CallToolResult)
        assert json.loads(text(drivers.plain(result))) == {"action": "decline"}
