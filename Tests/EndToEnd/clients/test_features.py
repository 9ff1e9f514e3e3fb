"""Every feature of the protocol through a real client and a real server."""

import json

import anyio
import pytest

from support import drivers
from support.drivers import Refused, User, text

pytestmark = pytest.mark.anyio


async def test_the_handshake_says_who_we_are_and_what_we_can_do(everything):
    async with everything.connect() as client:
        await client.tools()
        said = client.initialized
        assert said["protocolVersion"] == "2025-11-25"
        assert said["capabilities"]["tools"] == {"listChanged": True}
        assert said["capabilities"]["resources"] == {"subscribe": True, "listChanged": True}
        assert said["capabilities"]["prompts"] == {"listChanged": True}
        assert said["capabilities"]["logging"] == said["capabilities"]["completions"] == {}
        assert "Call echo before anything else." in said["instructions"]
        if everything.prefix:
            assert said["serverInfo"]["name"] == "mcp-junction"


async def test_tools_are_listed_over_all_pages_with_everything_they_say(everything):
    async with everything.connect() as client:
        tools = {tool["name"]: tool for tool in await client.tools()}
        echo, add = tools[everything.name("echo")], tools[everything.name("add")]
        assert echo["title"] == "Echo" and echo["annotations"]["readOnlyHint"] is True
        assert add["outputSchema"]["required"] == ["sum"]
        assert everything.name("media") in tools
        if everything.prefix:
            assert "second__echo" in tools
            assert [name.split("__")[0] for name in tools] == sorted(
                (name.split("__")[0] for name in tools), key=["everything", "second"].index
            )


async def test_a_tool_is_called(everything):
    async with everything.connect() as client:
        await client.tools()
        assert (
            text(await client.call(everything.name("echo"), {"text": "caf\u00e9 \U0001f600\n"}))
            == "caf\u00e9 \U0001f600\n"
        )


async def test_a_tool_answers_with_structure_that_its_schema_allows(everything):
    async with everything.connect() as client:
        await client.tools()
        result = await client.call(everything.name("add"), {"a": 2, "b": 40})
        assert result["structuredContent"] == {"sum": 42}


async def test_an_error_of_a_tool_is_a_result(everything):
    async with everything.connect() as client:
        await client.tools()
        result = await client.call(everything.name("fail"))
        assert result["isError"] is True and text(result) == "it went wrong"


async def test_every_kind_of_content_arrives(everything):
    async with everything.connect() as client:
        await client.tools()
        result = await client.call(everything.name("media"))
        assert [block["type"] for block in result["content"]] == ["text", "image", "audio", "resource_link", "resource"]
        assert result["_meta"]["example.test/kept"] == [1, 2]
        assert result["content"][0]["annotations"]["priority"] == 0.5


async def test_progress_is_reported_in_order(everything):
    async with everything.connect() as client:
        await client.tools()
        seen = []

        async def progress(value, total, message):
            seen.append((value, total, message))

        assert text(await client.call(everything.name("steps"), {"count": 5}, progress)) == "done"
        assert seen == [(step, 5, f"step {step}") for step in range(1, 6)]


async def test_a_cancelled_call_is_cancelled_at_its_server(everything):
    async with everything.connect() as client:
        await client.tools()

        async def ready():
            await client.ears.wait_for("notifications/message", data="waiting")

        await client.cancel_when(ready, everything.name("wait"))
        with anyio.fail_after(10):
            while text(await client.call(everything.name("cancelled"))) != "1":
                pass
        if everything.prefix:
            assert client.ears.errors == [], "a cancelled request gets no answer, not even a late one"


async def test_the_level_of_the_log_is_set_and_messages_arrive(everything):
    async with everything.connect() as client:
        await client.tools()
        await client.set_level("warning")
        assert text(await client.call(everything.name("level"))) == "warning"
        await client.call(everything.name("log"), {"level": "error", "text": "broken"})
        heard = await client.ears.wait_for("notifications/message", level="error")
        assert heard["params"]["data"] == {"said": "broken"}
        assert heard["params"].get("logger") == everything.logger(None)
        await client.call(everything.name("log"), {"level": "critical", "text": "worse", "logger": "db"})
        heard = await client.ears.wait_for("notifications/message", level="critical")
        assert heard["params"]["logger"] == everything.logger("db")


async def test_a_server_samples_the_clients_model(everything):
    asked = []

    def sample(params: dict) -> dict:
        asked.append(params)
        return {"role": "assistant", "model": "m", "stopReason": "endTurn", "content": {"type": "text", "text": "42"}}

    async with everything.connect(User(sample=sample)) as client:
        await client.tools()
        answer = json.loads(text(await client.call(everything.name("sample"), {"text": "why?"})))
        assert answer["content"]["text"] == "42" and answer["model"] == "m"
        assert asked[0]["messages"][0]["content"]["text"] == "why?" and asked[0]["maxTokens"] == 10


@pytest.mark.parametrize(
    "answer", [{"action": "accept", "content": {"name": "Ada"}}, {"action": "decline"}, {"action": "cancel"}]
)
async def test_a_server_asks_the_user_and_the_user_sees_which_server_asks(everything, answer):
    asked = []

    def elicit(params: dict) -> dict:
        asked.append(params)
        return answer

    async with everything.connect(User(elicit=elicit)) as client:
        await client.tools()
        said = json.loads(text(await client.call(everything.name("ask"), {"text": "Your name?"})))
        assert said == answer
        assert asked[0]["message"] == f"{everything.label}Your name?"
        assert asked[0]["requestedSchema"]["properties"] == {"name": {"type": "string"}}


async def test_a_server_sends_the_user_to_a_page_and_says_when_it_is_done(everything):
    asked = []

    def elicit(params: dict) -> dict:
        asked.append(params)
        return {"action": "accept"}

    async with everything.connect(User(elicit=elicit)) as client:
        await client.tools()
        said = json.loads(text(await client.call(everything.name("visit"), {"url": "https://example.test/x?y=1"})))
        assert said["action"] == "accept"
        assert (asked[0]["mode"], asked[0]["url"]) == ("url", "https://example.test/x?y=1")
        assert asked[0]["message"] == f"{everything.label}Sign in"
        done = await client.ears.wait_for("notifications/elicitation/complete")
        assert done["params"]["elicitationId"] == asked[0]["elicitationId"]


async def test_a_server_lists_the_roots_and_hears_of_their_changes(everything):
    roots = ["file:///home/one"]
    async with everything.connect(User(roots=roots)) as client:
        await client.tools()
        assert json.loads(text(await client.call(everything.name("roots")))) == ["file:///home/one"]
        await client.roots_changed()
        assert text(await client.call(everything.name("roots_changes"))) == "1"


async def test_resources_are_listed_and_read(everything):
    async with everything.connect() as client:
        resources = {item["uri"]: item for item in await client.resources()}
        assert resources["mem://greeting"]["description"] == "A text" and resources["mem://picture"]["size"] == 4
        assert (await client.read("mem://greeting"))["contents"][0]["text"] == "hello"
        assert (await client.read("mem://picture"))["contents"][0]["blob"] == "iVBORw=="


async def test_templates_are_listed_and_read_through(everything):
    async with everything.connect() as client:
        assert [item["uriTemplate"] for item in await client.templates()] == ["mem://user/{name}"]
        contents = (await client.read("mem://user/ada"))["contents"][0]
        assert json.loads(contents["text"]) == {"name": "ada"} and contents["uri"] == "mem://user/ada"


async def test_a_resource_that_is_not_there_is_an_error(everything):
    async with everything.connect() as client:
        await client.resources()
        with pytest.raises(Refused) as refusal:
            await client.read("mem://nowhere")
        assert refusal.value.code == -32002


async def test_a_subscription_brings_updates_until_it_ends(everything):
    async with everything.connect() as client:
        await client.tools()
        await client.resources()
        await client.subscribe("mem://greeting")
        await client.call(everything.name("touch"), {"uri": "mem://greeting"})
        await client.ears.wait_for("notifications/resources/updated", uri="mem://greeting")
        await client.unsubscribe("mem://greeting")
        assert text(await client.call(everything.name("subscriptions"))) == "[]"


async def test_prompts_are_listed_and_filled_in(everything):
    async with everything.connect() as client:
        prompts = {item["name"]: item for item in await client.prompts()}
        greet = prompts[everything.name("greet")]
        assert [(argument["name"], argument.get("required")) for argument in greet["arguments"]][0] == ("person", True)
        got = await client.prompt(everything.name("greet"), {"person": "Ada", "tone": "warm"})
        assert got["messages"][0]["content"]["text"] == "Greet Ada in a warm tone"
        with pytest.raises(Refused) as refusal:
            await client.prompt(everything.name("none"))
        assert refusal.value.code == -32602


async def test_arguments_are_completed(everything):
    async with everything.connect() as client:
        await client.prompts()
        await client.templates()
        prompt = {"type": "ref/prompt", "name": everything.name("greet")}
        template = {"type": "ref/resource", "uri": "mem://user/{name}"}
        for reference in (prompt, template):
            name = "person" if reference is prompt else "name"
            got = await client.complete(reference, {"name": name, "value": "al"})
            assert got["completion"]["values"] == ["alice", "albert"]
        got = await client.complete(prompt, {"name": "tone", "value": ""}, {"person": "bob"})
        assert got["completion"]["values"] == ["fit for bob"]


async def test_a_new_tool_is_announced_and_can_be_called(everything):
    async with everything.connect() as client:
        await client.tools()
        before = len(client.ears.heard)
        await client.call(everything.name("grow"), {"name": "sprout"})
        await client.ears.wait_for("notifications/tools/list_changed", after=before)
        assert everything.name("sprout") in [tool["name"] for tool in await client.tools()]
        assert text(await client.call(everything.name("sprout"))) == "sprout is new"


async def test_ping_is_answered(everything):
    async with everything.connect() as client:
        await client.tools()
        await client.ping()


async def test_a_tool_of_no_server_is_an_invalid_parameter(everything):
    if not everything.prefix:
        pytest.skip("what the server itself says to an unknown tool is its own affair")
    async with everything.connect() as client:
        await client.tools()
        with pytest.raises(Refused) as refusal:
            await client.call("nobody__no_such_tool")
        assert refusal.value.code == -32602


async def test_calls_run_side_by_side(everything):
    async with everything.connect() as client:
        await client.tools()
        answers = {}

        async def call(number: int) -> None:
            answers[number] = text(await client.call(everything.name("echo"), {"text": f"call {number}"}))

        async with anyio.create_task_group() as group:
            for number in range(60):
                group.start_soon(call, number)
        assert answers == {number: f"call {number}" for number in range(60)}


async def test_a_client_without_a_user_is_not_asked(everything):
    async with everything.connect() as client:
        await client.tools()
        for name, arguments in (("sample", {"text": "x"}), ("ask", {"text": "x"}), ("roots", {})):
            try:
                said = await client.call(everything.name(name), arguments)
            except Refused:
                continue
            assert said.get("isError"), said


@pytest.mark.skipif(drivers.library() == "sdk1", reason="SDK 1.x knows only the handshake")
async def test_a_client_that_discovers_first_is_served(everything):
    async with everything.connect(mode="auto") as client:
        assert everything.name("echo") in [tool["name"] for tool in await client.tools()]
        assert text(await client.call(everything.name("echo"), {"text": "found"})) == "found"


@pytest.mark.skipif(drivers.library() != "sdk1", reason="only SDK 1.x has the tasks of 2025-11-25")
async def test_a_tool_is_called_as_a_task(everything):
    if everything.sdk != "sdk1":
        pytest.skip("only SDK 1.x has servers with the tasks of 2025-11-25")
    async with everything.connect() as client:
        await client.tools()
        tasks = client.client.experimental
        created = await tasks.call_tool_as_task(everything.name("job"), {"text": "work"})
        result = await tasks.get_task_result(created.task.taskId, drivers.types.CallToolResult)
        assert text(drivers.plain(result)) == "job of work"
        assert (await tasks.get_task(created.task.taskId)).status == "completed"
        assert [task.taskId for task in (await tasks.list_tasks()).tasks] == [created.task.taskId]
        assert text(await client.call(everything.name("job"), {"text": "now"})) == "job of now"
