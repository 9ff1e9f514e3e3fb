"""Servers as they are published, behind the gateway and used by a real client."""

import json
import subprocess

import pytest

from support.drivers import text
from support.junction import environments

pytestmark = pytest.mark.anyio


def published(name: str, *arguments: str, environment: str = "servers") -> dict:
    return {"command": str(environments / environment / "bin" / name), "args": list(arguments)}


@pytest.fixture
def repository(tmp_path):
    place = tmp_path / "repository"
    place.mkdir()
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["config", "user.email", "somebody@example.test"],
        ["config", "user.name", "Somebody"],
        ["commit", "-q", "--allow-empty", "-m", "The first one"],
    ):
        subprocess.run(["git", "-C", str(place), *arguments], check=True)
    return place


async def test_the_time_server_converts_a_time(aim):
    target = aim(
        {
            "time": published("mcp-server-time", "--local-timezone", "Europe/Paris"),
            "fetch": published("mcp-server-fetch"),
        }
    )
    async with target.connect() as client:
        tools = [tool["name"] for tool in await client.tools()]
        assert target.name("convert_time") in tools and target.name("get_current_time") in tools
        arguments = {"source_timezone": "Asia/Tokyo", "time": "16:30", "target_timezone": "Asia/Kolkata"}
        converted = json.loads(text(await client.call(target.name("convert_time"), arguments)))
        assert converted["target"]["datetime"].endswith("13:00:00+05:30")
        wrong = await client.call(target.name("get_current_time"), {"timezone": "Nowhere/Land"})
        assert wrong["isError"] is True


async def test_the_git_server_shows_a_log(aim, repository):
    target = aim({"git": published("mcp-server-git", "--repository", str(repository))})
    async with target.connect() as client:
        await client.tools()
        log = await client.call(target.name("git_log"), {"repo_path": str(repository), "max_count": 1})
        assert "The first one" in text(log)


async def test_the_sqlite_server_keeps_rows_and_tells_of_its_memo(aim, tmp_path):
    target = aim(
        {"sqlite": published("mcp-server-sqlite", "--db-path", str(tmp_path / "x.db"), environment="servers-sdk1")}
    )
    async with target.connect() as client:
        await client.tools()
        await client.call(target.name("create_table"), {"query": "CREATE TABLE t (a INTEGER, b TEXT)"})
        await client.call(target.name("write_query"), {"query": "INSERT INTO t VALUES (9007199254740993, 'caf\u00e9')"})
        rows = text(await client.call(target.name("read_query"), {"query": "SELECT * FROM t"}))
        assert "9007199254740993" in rows and "caf\u00e9" in rows
        uris = [item["uri"] for item in await client.resources()]
        assert [uri for uri in uris if uri != "junction://status"] == ["memo://insights"]
        await client.call(target.name("append_insight"), {"insight": "There is one row"})
        assert "There is one row" in (await client.read("memo://insights"))["contents"][0]["text"]
        prompts = [prompt["name"] for prompt in await client.prompts()]
        assert prompts == [target.name("mcp-demo")]
        assert (await client.prompt(prompts[0], {"topic": "tea"}))["messages"]


async def test_the_fetch_server_says_why_it_cannot_fetch(aim):
    target = aim({"fetch": published("mcp-server-fetch", "--ignore-robots-txt")})
    async with target.connect() as client:
        await client.tools()
        # Nothing listens on port 9 of the loopback: the server's own refusal is what must arrive.
        result = await client.call(target.name("fetch"), {"url": "http://127.0.0.1:9/"})
        assert result["isError"] is True and "127.0.0.1:9" in text(result)
        assert [prompt["name"] for prompt in await client.prompts()] == [target.name("fetch")]


async def test_all_of_them_together_are_one_server(aim, repository, tmp_path, request):
    if request.config.getoption("--direct"):
        pytest.skip("it takes a gateway to put several servers behind one")
    target = aim(
        {
            "time": published("mcp-server-time"),
            "git": published("mcp-server-git", "--repository", str(repository)),
            "sqlite": published("mcp-server-sqlite", "--db-path", str(tmp_path / "x.db"), environment="servers-sdk1"),
            "fetch": published("mcp-server-fetch"),
        }
    )
    async with target.connect() as client:
        tools = [tool["name"] for tool in await client.tools()]
        servers = list(dict.fromkeys(name.split("__")[0] for name in tools))
        assert servers == ["time", "git", "sqlite", "fetch"]
        assert "git_log" in [name.split("__", 1)[1] for name in tools]
        assert (
            json.loads(text(await client.call("time__get_current_time", {"timezone": "Etc/UTC"})))["timezone"]
            == "Etc/UTC"
        )
