"""Commands beside a gateway that runs, and a gateway whose configuration changes under it."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

from support.junction import example, scripted
from support.processes import wait_until


@pytest.fixture
def run(runtime):
    """Runs a command on the configuration of a gateway."""

    def run(wire, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            wire.setting.command(*arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**os.environ, **wire.setting.environment, "XDG_RUNTIME_DIR": str(runtime)},
            timeout=30,
        )

    return run


def pid_at(wire, server: str) -> str:
    return wire.call(f"{server}__pid").text


def document(wire) -> dict:
    return json.loads(wire.setting.configuration.read_text())


def write(wire, document: dict | str) -> None:
    """Replaces the configuration as editors do: another file takes the name."""
    path = wire.setting.configuration
    other = path.with_suffix(".new")
    other.write_text(document if isinstance(document, str) else json.dumps(document))
    other.rename(path)


def soon(condition) -> None:
    wait_until(condition, 10, "what the test waits for")


# Commands


def test_a_call_goes_through_the_running_gateway_and_starts_nothing(serve, run):
    wire = serve({"one": scripted()})
    done = run(wire, "call", "one/pid")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == pid_at(wire, "one")
    fresh = run(wire, "call", "--fresh", "one/pid")
    assert fresh.returncode == 0, fresh.stderr
    assert fresh.stdout.strip() != pid_at(wire, "one")


def test_a_gateway_on_another_file_is_not_asked(serve, run):
    one = serve({"one": scripted()})
    other = serve({"one": scripted()})
    assert run(other, "call", "one/pid").stdout.strip() == pid_at(other, "one") != pid_at(one, "one")


def test_a_gateway_whose_client_says_nothing_yet_is_not_asked(start, run, runtime):
    wire = start({"one": scripted()}, tee=False, env={"XDG_RUNTIME_DIR": str(runtime)})
    soon(lambda: list(runtime.glob("mcp-junction/gateway-*.sock")))
    done = run(wire, "call", "one/pid")
    assert done.returncode == 0, done.stderr
    wire.initialize(capabilities={"roots": {"listChanged": True}})
    # And what the servers hear of the client is what it declared itself.
    wire.answer("roots/list", {"roots": [{"uri": "file:///own"}]})
    asked = wire.call("one__interview", {"requests": [{"method": "roots/list", "id": "r"}]})
    assert "file:///own" in json.dumps(asked["result"]), asked


def test_a_guest_gets_its_own_answers_and_costs_the_client_none(serve, run):
    wire = serve({"one": scripted(), "two": scripted()})
    ids = [wire.start_call(f"{['one', 'two'][n % 2]}__echo", {"n": n}) for n in range(200)]
    results = []

    def visit(n: int) -> None:
        results.append((n, run(wire, "call", "--json", "one__echo", f"n=guest-{n}")))

    threads = [threading.Thread(target=visit, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for n, id in enumerate(ids):
        assert wire.result_of(id)["result"]["structuredContent"] == {"n": n}
    for thread in threads:
        thread.join()
    for n, done in results:
        assert done.returncode == 0, done.stderr
        assert f"guest-{n}" in done.stdout
    assert len(results) == 8


def test_a_guest_that_is_killed_leaves_nothing(serve, run, runtime):
    wire = serve({"one": scripted()})
    process = subprocess.Popen(
        wire.setting.command("call", "one__hold", "key=k"),
        stdin=subprocess.DEVNULL,
        env={**os.environ, **wire.setting.environment, "XDG_RUNTIME_DIR": str(runtime)},
    )

    def clients() -> int:
        return len(json.loads(run(wire, "--json", "status").stdout)["gateways"][0]["clients"])

    soon(lambda: clients() == 2)
    process.kill()
    process.wait()
    soon(lambda: clients() == 1)
    assert wire.call("one__echo", {"a": 1})["result"]["structuredContent"] == {"a": 1}


def test_a_call_whose_gateway_is_killed_ends_and_says_that_the_outcome_is_unknown(serve, run, runtime):
    wire = serve({"one": scripted()})
    wire.strict = False
    process = subprocess.Popen(
        wire.setting.command("call", "one__hold", "key=k"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **wire.setting.environment, "XDG_RUNTIME_DIR": str(runtime)},
    )
    soon(lambda: len(json.loads(run(wire, "--json", "status").stdout)["gateways"][0]["clients"]) == 2)
    soon(lambda: '"unanswered":1' in run(wire, "--json", "status").stdout)
    wire.process.kill()
    assert process.wait(10) == 5
    assert "unknown" in process.stderr.read()


def test_list_shows_what_the_running_gateway_has(serve, run):
    wire = serve({"one": scripted(), "two": scripted()})
    done = run(wire, "list")
    assert done.returncode == 0 and "one__pid" in done.stdout and "two__pid" in done.stdout
    assert str(wire.process.pid) in done.stderr
    only = json.loads(run(wire, "list", "two", "--json").stdout)
    assert [server["name"] for server in only["servers"]] == ["two"]


def test_read_prompt_and_describe(serve, run):
    wire = serve({"ex": example()})
    assert run(wire, "read", "junction://status").stdout.startswith("ex: ")
    uris = [item["uri"] for item in wire.items("resources")]
    assert len(uris) > 1
    for uri in uris:
        assert run(wire, "read", uri).returncode == 0
    missing = run(wire, "read", "nothing://at/all")
    assert missing.returncode == 1 and "nothing://at/all" in missing.stderr
    prompt = next(item for item in wire.items("prompts") if item.get("arguments"))
    arguments = [f"{argument['name']}=word" for argument in prompt["arguments"]]
    said = run(wire, "prompt", prompt["name"], *arguments)
    assert said.returncode == 0 and "user:" in said.stdout and "word" in said.stdout, said
    described = run(wire, "describe", "ex/echo")
    assert described.returncode == 0 and "message  (string, needed)" in described.stdout, described
    definition = json.loads(run(wire, "describe", "ex", "echo", "--json").stdout)
    assert definition == next(tool for tool in wire.items("tools") if tool["name"] == "ex__echo")
    unknown = run(wire, "describe", "ex/ecko")
    assert unknown.returncode == 6 and "did you mean 'ex/echo'" in unknown.stderr


# Changes


def test_restart_starts_one_server_anew(serve, run):
    wire = serve({"one": scripted(), "two": scripted()})
    before = pid_at(wire, "one"), pid_at(wire, "two")
    done = run(wire, "restart", "one")
    assert done.returncode == 0, done.stderr
    soon(lambda: pid_at(wire, "one") != before[0])
    assert pid_at(wire, "two") == before[1]
    unknown = run(wire, "restart", "three")
    assert unknown.returncode == 1 and "three" in unknown.stderr


@pytest.mark.parametrize("way", ["file", "signal", "command"])
def test_a_changed_file_is_taken_up(serve, run, way):
    wire = serve({"one": scripted(), "two": scripted()})
    before = pid_at(wire, "two")
    changed = document(wire)
    servers = changed["mcpServers"]
    changed["mcpServers"] = {"new": servers["one"], "two": servers["two"]}
    write(wire, changed)
    if way == "signal":
        os.kill(wire.process.pid, signal.SIGHUP)
    elif way == "command":
        assert run(wire, "reload").returncode == 0
    wire.wait_for_method("notifications/tools/list_changed")
    soon(lambda: "new__pid" in wire.tool_names())
    names = wire.tool_names()
    assert "one__pid" not in names
    assert pid_at(wire, "two") == before


def test_an_environment_file_is_watched_too(serve, tmp_path):
    variables = tmp_path / "variables"
    variables.write_text("GREETING=hello-there-1\n")
    wire = serve({"one": {**scripted(), "envFile": str(variables)}, "two": scripted()})
    before = pid_at(wire, "one"), pid_at(wire, "two")
    variables.write_text("GREETING=hello-there-2\n")
    soon(lambda: pid_at(wire, "one") != before[0])
    assert pid_at(wire, "two") == before[1]


def test_a_broken_edit_is_said_and_changes_nothing(serve, run):
    wire = serve({"one": scripted(), "two": scripted()})
    before = pid_at(wire, "one"), pid_at(wire, "two")
    good = document(wire)
    write(wire, json.dumps(good)[:-5])
    soon(lambda: "configuration_wrong" in wire.stderr)
    status = run(wire, "status")
    assert status.returncode == 1 and "problem: " in status.stdout
    assert (pid_at(wire, "one"), pid_at(wire, "two")) == before
    # One bad entry: that server keeps its old entry, and the rest applies.
    bad = json.loads(json.dumps(good))
    bad["mcpServers"]["one"]["command"] = 7
    bad["mcpServers"]["three"] = good["mcpServers"]["two"]
    write(wire, bad)
    soon(lambda: "three__pid" in wire.tool_names())
    assert (pid_at(wire, "one"), pid_at(wire, "two")) == before
    write(wire, good)
    soon(lambda: run(wire, "status").returncode == 0)
    assert (pid_at(wire, "one"), pid_at(wire, "two")) == before


def test_a_file_that_is_removed_and_comes_back_harms_nobody(serve):
    wire = serve({"one": scripted()})
    before = pid_at(wire, "one")
    good = document(wire)
    wire.setting.configuration.unlink()
    soon(lambda: "configuration_wrong" in wire.stderr)
    assert pid_at(wire, "one") == before
    good["mcpServers"]["two"] = good["mcpServers"]["one"]
    write(wire, good)
    soon(lambda: "two__pid" in wire.tool_names())
    assert pid_at(wire, "one") == before


def test_calls_and_edits_at_once_lose_and_mix_up_nothing(serve, request):
    """Ten thousand calls while the file is edited fifty times; what no edit touches keeps its process."""
    calls, edits = (10_000, 50) if request.config.getoption("--long") else (2_000, 15)
    kept = {f"kept{n}": scripted() for n in range(3)}
    wire = serve({**kept, "moved": scripted()})
    pids = {name: pid_at(wire, name) for name in kept}
    base = document(wire)
    entries = base["mcpServers"]
    over = threading.Event()

    def edit() -> None:
        for n in range(edits):
            servers = dict(entries)
            if n % 5 == 0:
                servers = {f"top{n}": entries["moved"], **servers}
            elif n % 5 == 1:
                servers = dict(reversed(servers.items()))
            elif n % 5 == 2:
                servers[f"renamed{n}"] = servers.pop("moved")
            elif n % 5 == 3:
                moved = servers["moved"]
                servers["moved"] = {**moved, "env": {**moved["env"], "EDIT": str(n)}}
            else:
                del servers["moved"]
            taken = wire.stderr.count("configuration_taken_up")
            write(wire, {"mcpServers": servers})
            soon(lambda taken=taken: wire.stderr.count("configuration_taken_up") > taken)
        over.set()

    editor = threading.Thread(target=edit)
    editor.start()
    made = 0
    while made < calls or not over.is_set():
        ids = []
        for n in range(50):
            name = f"kept{n % 3}"
            ids.append((name, made + n, wire.start_call(f"{name}__echo", {"n": made + n, "at": name})))
        moved = wire.start_call("moved__echo", {"n": "moved"})
        for name, n, id in ids:
            assert wire.result_of(id)["result"]["structuredContent"] == {"n": n, "at": name}
        # The one that is edited answers, or says why not; it is never answered by another one.
        answer = wire.result_of(moved)
        if "result" in answer and not answer["result"].get("isError"):
            assert answer["result"]["structuredContent"] == {"n": "moved"}
        made += 50
    editor.join()
    assert {name: pid_at(wire, name) for name in kept} == pids


# What is there, and where it comes from


def test_search_finds_tools_by_what_they_do(serve, run):
    wire = serve({"ex": example(), "one": scripted()})
    found = run(wire, "search", "add", "numbers")
    assert found.returncode == 0 and found.stdout.startswith("ex__add"), found
    tools = json.loads(run(wire, "search", "add numbers", "--json").stdout)["tools"]
    assert tools[0]["name"] == "ex__add" and tools[0]["server"] == "ex" and "inputSchema" in tools[0]
    nothing = run(wire, "search", "xylophone")
    assert nothing.returncode == 6 and nothing.stdout == ""


def test_tokens_says_what_each_tool_costs(serve, run):
    wire = serve({"ex": example(), "one": scripted()})
    costs = json.loads(run(wire, "tokens", "--json").stdout)
    listed = {tool["name"]: tool for tool in wire.items("tools")}
    told = {tool["name"]: tool["tokens"] for server in costs["servers"] for tool in server["tools"]}
    assert told.keys() == listed.keys()
    # Four bytes a token, and the definition as it is written.
    for name, tokens in told.items():
        size = len(json.dumps(listed[name], separators=(",", ":"), ensure_ascii=False).encode())
        assert size / 4.5 <= tokens <= size / 3, (name, tokens, size)
    assert costs["tokens"] == sum(told.values())
    text = run(wire, "tokens").stdout
    assert str(costs["tokens"]) in text and str(costs["searchFace"]) in text


@pytest.mark.parametrize("runs", [True, False], ids=["a gateway runs", "none runs"])
def test_explain_says_all_that_was_done_to_a_tool(serve, run, runs):
    shaped = {
        **scripted(),
        "junction": {"prefix": "uno", "rename": {"echo": "repeat"}, "describe": {"pid": "Another description"}},
        "excludeTools": ["hold"],
    }
    wire = serve({"one": shaped, "two": scripted()})
    wire.call("uno__repeat", {"a": 1})
    if not runs:
        wire.close_input()
        wire.finish()
    said = run(wire, "explain", "uno__repeat")
    assert said.returncode == 0, said.stderr
    assert re.search(r"comes from +echo of the server one, an entry of .*servers\.json", said.stdout)
    assert re.search(r"renamed +repeat, said by .*one", said.stdout)
    assert re.search(r"prefix +uno, said by .*one", said.stdout)
    assert re.search(r"server +connected", said.stdout)
    assert bool(re.search(r"calls +1 answered", said.stdout)) == runs
    assert re.search(r"hidden +by \"excludeTools\", said by .*one", run(wire, "explain", "one/hold").stdout)
    assert re.search(r"description +replaced, said by .*one", run(wire, "explain", "one", "pid").stdout)
    both = json.loads(run(wire, "explain", "pid", "--json").stdout)["tools"]
    assert [(tool["server"], tool["name"]) for tool in both] == [("one", "uno__pid"), ("two", "two__pid")]
    unknown = run(wire, "explain", "uno__repeet")
    assert unknown.returncode == 6 and "did you mean 'uno__repeat'" in unknown.stderr


# What happens while something else does


def after(shell: str, entry: dict) -> dict:
    """Returns the entry of a server that does something else before or after it serves; `@` is the server itself."""
    words = " ".join(shlex.quote(word) for word in [entry["command"], *entry["args"]])
    return {"command": "/bin/sh", "args": ["-c", shell.replace("@", words)]}


def test_a_server_that_is_restarted_while_it_starts_harms_nobody(serve, run):
    wire = serve({"one": after("sleep 0.3; exec @", scripted()), "two": scripted()})
    for _ in range(6):
        assert run(wire, "restart", "one").returncode == 0
    changed = document(wire)
    changed["mcpServers"]["three"] = {"command": "no-such-program-anywhere"}
    write(wire, changed)
    del changed["mcpServers"]["three"]
    write(wire, changed)

    def answers() -> bool:
        answer = wire.call("one__echo", {"a": 1})
        return "result" in answer and answer["result"].get("structuredContent") == {"a": 1}

    soon(answers)
    assert wire.call("two__echo", {"b": 1})["result"]["structuredContent"] == {"b": 1}


def test_nothing_is_started_beside_what_it_replaces(serve, run, tmp_path):
    log = tmp_path / "log"
    wire = serve({"one": after(f"echo start >>{log}; @; sleep 0.7; echo end >>{log}", scripted())})
    assert run(wire, "restart", "one").returncode == 0
    soon(lambda: log.read_text().split().count("start") == 2)
    changed = document(wire)
    changed["mcpServers"]["one"]["env"]["OTHER"] = "value"
    write(wire, changed)
    soon(lambda: log.read_text().split().count("start") == 3)
    assert log.read_text().split() == ["start", "end", "start", "end", "start"]


def test_a_directory_that_comes_anew_is_watched_again(serve):
    wire = serve({"one": scripted()})
    place = wire.setting.configuration.parent
    base = document(wire)
    for number in range(2):
        moved = place.with_name(f"{place.name}-{number}")
        place.rename(moved)
        shutil.copytree(moved, place)
        base["mcpServers"][f"new{number}"] = base["mcpServers"]["one"]
        write(wire, base)
        soon(lambda number=number: f"new{number}__pid" in wire.tool_names())
    base["mcpServers"]["last"] = base["mcpServers"]["one"]
    write(wire, base)
    soon(lambda: "last__pid" in wire.tool_names())


def test_a_pipe_that_nobody_writes_again_holds_nobody_up(serve, tmp_path):
    pipe = tmp_path / "variables"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text("GREETING=hello-there-1\n"))
    writer.start()
    wire = serve({"one": {**scripted(), "envFile": str(pipe)}, "two": scripted()})
    writer.join()
    before = pid_at(wire, "one")
    changed = document(wire)
    changed["mcpServers"]["three"] = changed["mcpServers"]["two"]
    write(wire, changed)
    soon(lambda: "three__pid" in wire.tool_names())
    for _ in range(30):
        begun = time.monotonic()
        wire.request("ping")
        assert time.monotonic() - begun < 1
        time.sleep(0.1)
    assert pid_at(wire, "one") == before


def test_a_profile_that_comes_later_reaches_clients_that_are_connected(serve):
    wire = serve({"one": scripted()})
    changed = document(wire)
    changed["junction"] = {"profiles": {"few": {"clients": ["*"], "includeTools": ["echo"]}}}
    write(wire, changed)
    soon(lambda: wire.tool_names() == ["one__echo"])
    assert "error" in wire.call("one__pid")
    del changed["junction"]
    write(wire, changed)
    soon(lambda: "one__pid" in wire.tool_names())


def test_commands_ask_the_gateway_that_takes_them(serve, run, start, runtime):
    wire = serve({"one": scripted()})
    silent = start({"one": scripted()}, tee=False, env={"XDG_RUNTIME_DIR": str(runtime)})
    silent.setting.configuration.unlink()
    silent.setting.configuration.symlink_to(wire.setting.configuration)
    for _ in range(5):
        assert run(wire, "explain", "one/pid").returncode == 0
        assert json.loads(run(wire, "tokens", "--json").stdout)["tokens"] > 0


def test_peers_that_ask_for_a_session_and_go_leave_nothing(serve, run, runtime):
    wire = serve({"one": scripted()})
    path = runtime / "mcp-junction" / f"gateway-{wire.process.pid}.sock"
    for _ in range(60):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(path))
        peer.sendall(b'{"ask":"session"}\n')
        peer.close()
    soon(lambda: len(json.loads(run(wire, "--json", "status").stdout)["gateways"][0]["clients"]) == 1)
    assert run(wire, "call", "one/pid").stdout.strip() == pid_at(wire, "one")
