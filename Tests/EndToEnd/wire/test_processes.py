"""What a server is born with."""

import os
import resource

from support.junction import scripted


def behind_shell(script: str, *arguments: str, **behaviour) -> dict:
    """Returns a scripted server behind a shell script that ends with `exec "$@"`."""
    inner = scripted(**behaviour)
    return {"command": "/bin/sh", "args": ["-c", f'{script}; exec "$@"', *arguments, inner["command"], *inner["args"]]}


def test_servers_get_no_descriptor_that_is_not_theirs(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    for name in ("one", "two"):
        process = wire.call(f"{name}__pid").text
        descriptors = sorted(int(entry) for entry in os.listdir(f"/proc/{process}/fd"))
        assert descriptors == [0, 1, 2]


def test_each_server_leads_a_process_group_of_its_own(start):
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    found = [int(wire.call(f"{name}__pid").text) for name in ("one", "two")]
    assert [os.getpgid(process) for process in found] == found
    assert os.getpgid(wire.process.pid) not in found


def test_the_gateway_keeps_to_one_thread(start):
    wire = start({name: scripted() for name in ("one", "two", "three")}, tee=False)
    wire.initialize()
    wire.request("tools/list")
    for name in ("one", "two", "three"):
        assert wire.call(f"{name}__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}
    assert len(os.listdir(f"/proc/{wire.process.pid}/task")) == 1


def test_servers_start_with_ordinary_signals(start, tmp_path):
    seen = tmp_path / "status"
    wire = start({"one": behind_shell('cat /proc/self/status > "$0"', str(seen)), "two": scripted()}, tee=False)
    wire.initialize()
    wire.call("one__echo")
    status = dict(line.split(":", 1) for line in seen.read_text().splitlines())
    # The C library's posix_spawn always ignores the two signals that it keeps for itself, 32 and 33.
    assert int(status["SigBlk"], 16) == 0 and int(status["SigIgn"], 16) & 0x7FFF_FFFF == 0


def test_servers_keep_the_limit_of_descriptors_that_we_were_given(start):
    ours = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    wire = start({"one": scripted(), "two": scripted()}, tee=False)
    wire.initialize()
    process = wire.call("one__pid").text
    limits = [line for line in open(f"/proc/{process}/limits") if line.startswith("Max open files")]
    assert int(limits[0].split()[3]) == ours


def test_a_program_that_only_the_login_shell_finds_is_found(start, tmp_path):
    place = tmp_path / "special"
    place.mkdir()
    inner = scripted()
    program = place / "only-here"
    words = " ".join(f"'{word}'" for word in [inner["command"], *inner["args"]])
    program.write_text(f"#!/bin/sh\nexec {words}\n")
    program.chmod(0o755)
    (tmp_path / ".profile").write_text(f'PATH="{place}:$PATH"\n')
    bare = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/bash", "HOME": str(tmp_path)}
    wire = start({"one": {"command": "only-here"}, "two": scripted()}, env=bare, tee=False)
    wire.initialize()
    assert wire.call("one__echo", {"n": 1})["result"]["structuredContent"] == {"n": 1}


def test_a_login_shell_that_hangs_is_not_waited_for_long(start, tmp_path):
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\nexec sleep 600\n")
    shell.chmod(0o755)
    servers = {"one": {"command": "only-here"}, "two": scripted()}
    wire = start(servers, env={"SHELL": str(shell)}, arguments=["--list", "--json"], tee=False, strict=False)
    assert wire.finish(12) == 1


def test_servers_inherit_the_directory_we_were_started_in(start, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    wire = start({"one": scripted(), "two": {**scripted(), "cwd": "/"}}, tee=False)
    wire.initialize()
    places = [os.readlink(f"/proc/{wire.call(f'{name}__pid').text}/cwd") for name in ("one", "two")]
    assert places == [str(tmp_path), "/"]
