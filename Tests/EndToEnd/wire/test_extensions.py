"""The extensions of the modern era: tasks, whose ids are their servers' own, and apps, which live at `ui://`."""

import json

import pytest

from support import processes
from support.junction import scripted, stateless
from support.modern import Modern, reserved
from support.wire import Wire

tasks = "io.modelcontextprotocol/tasks"
ui = "io.modelcontextprotocol/ui"
able = {"extensions": {tasks: {}}, "elicitation": {}}
form = {"message": "Who?", "requestedSchema": {"type": "object", "properties": {"n": {"type": "string"}}}}


@pytest.fixture
def client(start):
    wire = start({"one": stateless(tasks=True), "two": stateless(tasks=True), "plain": scripted(tasks=True)})
    client = Modern(wire, able)
    client.tool_names()
    return client


def start_task(client: Modern, server: str, **arguments) -> str:
    result = client.call(f"{server}__job", arguments)["result"]
    assert result["resultType"] == "task" and result["status"] in ("working", "input_required"), result
    assert (result["ttlMs"], result["pollIntervalMs"]) == (60000, 10)
    return result["taskId"]


def status(client: Modern, task: str) -> dict:
    result = client.request("tasks/get", {"taskId": task})["result"]
    assert result["taskId"] == task and result["resultType"] == "complete"
    return result


def test_the_extension_is_offered_where_a_server_has_it(client, start):
    assert tasks in client.discover()["capabilities"]["extensions"]
    without = Modern(start({"one": stateless(), "two": scripted()}))
    without.tool_names()
    assert tasks not in without.discover()["capabilities"].get("extensions", {})


def test_tasks_of_two_servers_with_the_same_id_are_told_apart(client):
    one, two = start_task(client, "one"), start_task(client, "two")
    assert one != two
    client.call("two__release", {"key": "t1"})
    assert status(client, two)["status"] == "completed" and status(client, one)["status"] == "working"
    assert status(client, two)["result"]["content"][0]["text"] == "t1 heard {}"


def test_a_task_is_told_what_it_asks_for(client):
    task = start_task(client, "one", ask={"k": {"method": "elicitation/create", "params": form}})
    asked = status(client, task)
    assert asked["status"] == "input_required"
    assert asked["inputRequests"]["k"]["params"]["message"] == "[one] Who?"
    said = {"k": {"action": "accept", "content": {"n": "me"}}}
    answer = client.request("tasks/update", {"taskId": task, "inputResponses": said})["result"]
    assert answer["resultType"] == "complete"
    client.call("one__release", {"key": "t1"})
    assert json.dumps(said) in status(client, task)["result"]["content"][0]["text"]


def test_a_task_is_cancelled_at_its_server(client):
    one, two = start_task(client, "one"), start_task(client, "two")
    assert client.request("tasks/cancel", {"taskId": one})["result"]["resultType"] == "complete"
    assert (status(client, one)["status"], status(client, two)["status"]) == ("cancelled", "working")


def test_a_change_is_told_on_the_listens_for_that_task(client):
    one, two = start_task(client, "one"), start_task(client, "two")
    listen = client.listen("l", taskIds=[one])
    other = client.listen("o", taskIds=[two])
    assert listen.honoured()["taskIds"] == [one] and other.honoured()["taskIds"] == [two]
    client.call("one__release", {"key": "t1"})
    told = listen.wait_for("notifications/tasks")["params"]
    assert (told["taskId"], told["status"]) == (one, "completed")
    assert len(other.frames) == 1


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_a_request_that_does_not_declare_the_extension_is_refused(client, method):
    task = start_task(client, "one")
    error = client.request(method, {"taskId": task, "inputResponses": {}}, capabilities={})["error"]
    assert error["code"] == -32021 and tasks in error["data"]["requiredCapabilities"]["extensions"]


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
@pytest.mark.parametrize("task", ["t1", "", "made up", "one__t1"])
def test_an_unknown_task_is_an_invalid_parameter(client, method, task):
    assert client.request(method, {"taskId": task, "inputResponses": {}})["error"]["code"] == -32602


def test_a_request_that_cannot_have_tasks_is_answered_at_once(client):
    assert client.call("one__job", capabilities={}).text == "job ran"


def test_no_legacy_task_becomes_one_of_this_era(client):
    assert client.call("plain__job").text == "job ran"


def test_a_task_is_known_after_the_gateway_started_again(start, tmp_path):
    # A server that keeps its tasks itself, as this extension demands, here by its answer to any id.
    record = tmp_path / "received"
    wire = start({"one": stateless(tasks=True, record=str(record)), "two": stateless(tasks=True)})
    task = start_task(Modern(wire, able), "one")
    wire.abandon()
    again = Wire(wire.setting.command(), env=wire.setting.environment)
    try:
        answer = Modern(again, able).request("tasks/get", {"taskId": task})
        assert answer["error"]["message"] == "no such task", "it was the new server that said so"
        asked = [json.loads(line) for line in record.read_bytes().splitlines() if b"tasks/get" in line]
        assert [one["params"]["taskId"] for one in asked] == ["t1"]
        assert tasks in asked[0]["params"]["_meta"][f"{reserved}clientCapabilities"]["extensions"]
        again.check()
    finally:
        again.abandon()


page = {"uri": "ui://app/page", "name": "page", "mimeType": "text/html;profile=mcp-app"}
shown = {"name": "show", "inputSchema": {"type": "object"}, "_meta": {"ui": {"resourceUri": page["uri"]}}}
hidden = {"name": "inner", "inputSchema": {"type": "object"}, "_meta": {"ui": {"visibility": ["app"]}}}
apps = {"extensions": {ui: {"mimeTypes": ["text/html;profile=mcp-app"]}}}


@pytest.mark.parametrize("server", [scripted, stateless])
@pytest.mark.parametrize("policy", ["keep", "prefix"])
def test_apps_stay_usable(start, server, policy):
    more = {} if server is stateless else {"owns": "ui://app"}
    entry = server(tools=[shown], resources=[page], **more)
    wire = start({"one": entry, "two": scripted(owns="none:")}, junction={"uriPolicy": policy})
    client = Modern(wire, apps)
    tool = [tool for tool in client.items("tools") if tool["name"] == "one__show"][0]
    uri = tool["_meta"]["ui"]["resourceUri"]
    listed = [item["uri"] for item in client.items("resources") if item["uri"].startswith("ui://")]
    assert listed == [uri] and uri.startswith("ui://")
    contents = client.request("resources/read", {"uri": uri})["result"]["contents"]
    assert contents[0]["uri"] == uri


def test_apps_of_two_servers_with_the_same_page_are_told_apart(start):
    flat = {"name": "flat", "inputSchema": {"type": "object"}, "_meta": {"ui/resourceUri": page["uri"]}}
    wire = start({name: stateless(tools=[shown, flat], resources=[page]) for name in ("one", "two")})
    client = Modern(wire, apps)
    tools = {tool["name"]: tool for tool in client.items("tools")}
    links = {name: tools[f"{name}__show"]["_meta"]["ui"]["resourceUri"] for name in ("one", "two")}
    listed = [item["uri"] for item in client.items("resources")]
    assert listed == [links["one"], links["two"]] == [page["uri"], "ui://two+app/page"]
    assert tools["two__flat"]["_meta"]["ui/resourceUri"] == links["two"]
    for uri in listed:
        assert client.request("resources/read", {"uri": uri})["result"]["contents"][0]["uri"] == uri


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_modern_server_hears_that_the_client_shows_apps(start, tmp_path, era):
    record = tmp_path / "received"
    wire = start({"one": stateless(record=str(record)), "two": scripted()})
    if era == "legacy":
        wire.initialize(capabilities=apps)
        wire.call("one__echo")
    else:
        Modern(wire, apps).call("one__echo")
    processes.wait_until(lambda: b"tools/call" in record.read_bytes(), 5, "the call")
    call = [json.loads(line) for line in record.read_bytes().splitlines() if b"tools/call" in line][0]
    assert call["params"]["_meta"][f"{reserved}clientCapabilities"]["extensions"][ui] == apps["extensions"][ui]


def test_tools_for_apps_only_are_for_clients_that_show_apps(start):
    wire = start({"one": stateless(tools=[shown, hidden]), "two": scripted()})
    assert "one__inner" in Modern(wire, apps).tool_names()
    assert "one__inner" not in Modern(wire).tool_names()
    assert "one__show" in Modern(wire).tool_names()
