"""Tasks of 2025-11-25: each server has its own, and their ids never mix."""

import pytest

from support.junction import scripted


@pytest.fixture
def wire(start):
    wire = start({"one": scripted(tasks=True), "two": scripted(tasks=True), "plain": scripted()})
    wire.initialize()
    wire.tool_names()
    return wire


def start_task(wire, server: str) -> str:
    params = {"name": f"{server}__job", "arguments": {}, "task": {"ttl": 60000}}
    task = wire.request("tools/call", params)["result"]["task"]
    assert task["status"] == "working" and task["ttl"] == 60000 and task["pollInterval"] == 10
    return task["taskId"]


def test_the_capability_and_the_support_of_tools_are_shown(start):
    wire = start({"one": scripted(tasks=True)})
    capability = wire.initialize()["result"]["capabilities"]["tasks"]
    assert capability["requests"]["tools"]["call"] == {}
    assert "list" in capability and "cancel" in capability
    tool = [tool for tool in wire.items("tools") if tool["name"] == "one__job"][0]
    assert tool["execution"]["taskSupport"] == "optional"


def test_tasks_of_two_servers_with_the_same_id_are_told_apart(wire):
    one, two = start_task(wire, "one"), start_task(wire, "two")
    assert one != two
    wire.call("two__release", {"key": "t1"})
    assert wire.request("tasks/get", {"taskId": two})["result"]["status"] == "completed"
    assert wire.request("tasks/get", {"taskId": one})["result"]["status"] == "working"
    assert wire.request("tasks/get", {"taskId": one})["result"]["taskId"] == one


def test_the_result_waits_for_the_end_and_names_the_task_of_the_client(wire):
    task = start_task(wire, "one")
    id = wire.start("tasks/result", {"taskId": task})
    wire.call("one__echo")
    assert wire.answers_to(id) == []
    wire.call("one__release", {"key": "t1"})
    answer = wire.result_of(id)
    assert answer.text == "t1 completed"
    meta = answer["result"]["_meta"]
    assert meta["io.modelcontextprotocol/related-task"] == {"taskId": task} and meta["v/x"] == 1


def test_a_change_of_status_is_told_under_the_id_of_the_client(wire):
    task = start_task(wire, "two")
    wire.call("two__release", {"key": "t1"})
    told = wire.wait_for_method("notifications/tasks/status")
    assert (told["params"]["taskId"], told["params"]["status"]) == (task, "completed")


def test_all_tasks_are_listed_together(wire):
    started = {start_task(wire, name) for name in ("one", "two", "one")}
    listed, cursor = [], None
    while True:
        result = wire.request("tasks/list", {} if cursor is None else {"cursor": cursor})["result"]
        listed += [task["taskId"] for task in result["tasks"]]
        cursor = result.get("nextCursor")
        if cursor is None:
            break
    assert len(listed) == 3 and set(listed) == started


def test_a_task_is_cancelled_at_its_server(wire):
    task = start_task(wire, "one")
    assert wire.request("tasks/cancel", {"taskId": task})["result"]["status"] == "cancelled"
    again = wire.request("tasks/cancel", {"taskId": task})
    assert again["error"]["code"] == -32602


@pytest.mark.parametrize("method", ["tasks/get", "tasks/result", "tasks/cancel"])
@pytest.mark.parametrize("task", ["t1", "", "made up", "one__t1"])
def test_an_unknown_task_is_an_invalid_parameter(wire, method, task):
    assert wire.request(method, {"taskId": task})["error"]["code"] == -32602


def test_a_tool_that_forbids_tasks_is_not_called_as_one(wire):
    params = {"name": "plain__echo", "arguments": {}, "task": {"ttl": 1000}}
    answer = wire.request("tools/call", params)
    assert answer["error"]["code"] == -32601


def test_older_clients_see_no_tasks(start):
    wire = start({"one": scripted(tasks=True, revision="2025-11-25")})
    result = wire.initialize(revision="2025-06-18")["result"]
    assert result["protocolVersion"] == "2025-06-18"
    assert wire.call("one__job").text == "job ran"


def test_what_a_server_asks_for_a_task_names_the_id_of_the_client(start):
    wire = start({"one": scripted(tasks=True), "two": scripted(tasks=True)})
    wire.answer("elicitation/create", {"action": "decline"})
    wire.initialize(capabilities={"elicitation": {}})
    wire.tool_names()
    start_task(wire, "one")
    task = start_task(wire, "two")
    related = '"_meta":{"v/x":1.0,"io.modelcontextprotocol/related-task":{"taskId":"t1"}}'
    params = '{"message":"?","requestedSchema":{"type":"object","properties":{}},' + related + "}"
    wire.call("two__ask", {"method": "elicitation/create", "params": params})
    asked = wire.wait_for_method("elicitation/create")
    assert asked["params"]["_meta"]["io.modelcontextprotocol/related-task"] == {"taskId": task}
    assert asked.raw("params", "_meta", "v/x") == b"1.0"


def test_the_progress_of_a_task_is_told_after_the_call_was_answered(wire):
    params = {"name": "two__job", "arguments": {}, "task": {}, "_meta": {"progressToken": "mine"}}
    assert wire.request("tools/call", params)["result"]["task"]["status"] == "working"
    wire.call("two__release", {"key": "t1"})
    told = wire.wait_for_method("notifications/progress")
    assert told["params"] == {"progressToken": "mine", "progress": 1}


def test_the_tasks_of_a_server_that_died_are_over(wire):
    task = start_task(wire, "one")
    waiting = wire.start("tasks/result", {"taskId": task})
    wire.call("one__play", {"answer": False, "exit": 1})
    assert "error" in wire.result_of(waiting)
    assert "error" in wire.request("tasks/get", {"taskId": task}, seconds=20)
