"""`call`: what it prints and saves, which servers it starts, and how it ends."""

import base64
import contextlib
import json
import os
import pty
import subprocess
import threading

import pytest

from support.junction import scripted


@pytest.fixture
def call(setting):
    """Runs `call` over scripted servers."""

    def call(*arguments: str, servers: dict | None = None):
        one = setting(servers or {"one": scripted()})
        done = subprocess.run(
            one.command("call", *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, **one.environment},
            cwd=one.place,
            timeout=40,
        )
        done.place = one.place
        return done

    return call


def raw(*content: dict, **more) -> str:
    """Returns the arguments with which the tool `raw` answers with content."""
    result = json.dumps({"content": list(content), **more})
    return json.dumps({"result": base64.b64encode(result.encode()).decode()})


embedded = {"type": "resource", "resource": {"uri": "a:b", "mimeType": "text/plain", "text": "inside"}}
image = {"type": "image", "mimeType": "image/png", "data": base64.b64encode(b"\x89PNG" * 1000).decode()}
blob = {"type": "resource", "resource": {"uri": "a:c", "mimeType": "application/pdf", "blob": "JVBERg=="}}


def test_embedded_text_is_printed(call):
    done = call("one__raw", raw(embedded, {"type": "resource_link", "uri": "a:d", "name": "d"}))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"inside\n[resource a:d]\n", b"")


def test_bytes_are_named_and_saved_only_when_that_is_asked_for(call):
    done = call("one__raw", raw(image, blob))
    assert done.stdout == b"[image/png, 3 KiB; -o FILE saves it]\n[application/pdf, 4 bytes; -o FILE saves it]\n"
    assert done.returncode == 0


def test_bytes_are_saved(call):
    done = call("one__raw", raw({"type": "text", "text": "two files"}, image, blob), "-o", "out")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == b"two files\n[image/png, 3 KiB; saved in out]\n[application/pdf, 4 bytes; saved in out-2]\n"
    assert (done.place / "out").read_bytes() == b"\x89PNG" * 1000
    assert (done.place / "out-2").read_bytes() == b"%PDF"


def test_what_cannot_be_saved_is_a_failure(call):
    done = call("one__raw", raw(image), "-o", "none/out")
    assert done.returncode == 1 and b"none/out" in done.stderr
    done = call("one__raw", raw(embedded), "--output=out")
    assert (done.returncode, done.stderr) == (1, b"mcp-junction: the result has nothing for a file [J306]\n")


def test_for_a_pipe_the_text_is_what_the_tool_said(call):
    text = "\x1b[31mred\x1b[0m \u202eevil\u202c\r\n"
    assert call("one__raw", raw({"type": "text", "text": text})).stdout == text.encode() + b"\n"


def on_terminal(command: list[str], environment: dict) -> bytes:
    """Runs a command with a terminal as its output; returns what a terminal would obey and show."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env={**os.environ, **environment}
    )
    shown = bytearray()

    def read():
        with contextlib.suppress(OSError):
            while data := os.read(ours, 1 << 16):
                shown.extend(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    process.wait(30)
    os.close(theirs)
    reader.join(5)
    os.close(ours)
    return bytes(shown)


evil = "\x1b]0;title\x07\x1b[2Jgood \x9b31m\u202eevil\u2066\u2028next\x00\x08\r"
harmful = ["\x1b", "\x07", "\x00", "\x08", "\x9b", "\u202e", "\u2066", "\u2028"]


@pytest.mark.parametrize("arguments", [[], ["--json"]], ids=["text", "json"])
def test_nothing_that_a_terminal_would_obey_reaches_it(setting, arguments):
    one = setting({"one": scripted()})
    shown = on_terminal(
        one.command("call", "one__raw", raw({"type": "text", "text": evil}), *arguments), one.environment
    ).decode()
    assert "good" in shown and "next" in shown
    for character in harmful:
        assert character not in shown, repr(character)


def test_errors_of_servers_stay_one_line_of_ours(call):
    lie = "no\nlevel=error event=forged\u2028\u202e\x1b[2J\x9b"
    failure = {"jsonrpc": "2.0", "id": "@ID@", "error": {"code": -1, "message": lie}}
    line = json.dumps(failure).replace('"@ID@"', "@ID@") + "\n"
    arguments = {"answer": False, "before": [base64.b64encode(line.encode()).decode()]}
    done = call("one__play", json.dumps(arguments))
    assert done.returncode == 1
    said = done.stderr.decode()
    assert said.startswith("mcp-junction: ") and said.count("\n") == 1 and said.endswith("\n")
    assert "forged" in said
    for character in harmful:
        assert character not in said, repr(character)


def test_only_the_server_that_the_name_means_is_started(call, tmp_path):
    record = tmp_path / "record"
    done = call("one__pid", servers={"one": scripted(), "two": scripted(record=str(record))})
    assert done.returncode == 0
    assert not record.exists()


@pytest.mark.parametrize(
    "name, meant",
    [
        ("one__ech", "one__echo"),
        ("one.echo", "one__echo"),
        ("one echo", "one__echo"),
        ("echo", "one__echo"),
        ("ONE__ECHO", "one__echo"),
        ("one__quite_another", None),
    ],
)
def test_a_name_that_nearly_fits_gets_the_right_one(call, name, meant):
    done = call(name)
    cure = f"did you mean '{meant}'?" if meant else "'list' shows them"
    assert (done.returncode, done.stdout) == (6, b"")
    assert done.stderr.decode() == f"mcp-junction: no tool is called '{name}'; {cure} [J302]\n"


def test_the_status_tells_what_may_be_tried_again(call):
    assert call("one__pid", servers={"one": scripted(exit=3)}).returncode == 4
    assert call("one__play", '{"answer":false,"exit":1}').returncode == 5
    assert call("one__nothing").returncode == 6
    assert call("one__echo", "{").returncode == 2
    assert call("one__raw", raw({"type": "text", "text": "x"}, isError=True)).returncode == 1


def test_arguments_in_another_form_are_told_the_right_one(call):
    done = call("one__echo", "bob")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().endswith("""; write them as an object, '{"name": "value"}' [J102]\n""")


typed = {
    "name": "typed",
    "inputSchema": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["text"],
        "additionalProperties": False,
    },
}


@pytest.mark.parametrize("words", [["one__echo"], ["one/echo"], ["one", "echo"]], ids=" ".join)
def test_a_tool_is_named_in_three_ways(call, words):
    done = call(*words, "a=1", "b=two words", "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["structuredContent"] == {"a": 1, "b": "two words"}


def test_arguments_come_from_a_file(call, tmp_path):
    (tmp_path / "arguments.json").write_text('{\n  "a": 1.0\n}\n')
    done = call("one/echo", f"@{tmp_path}/arguments.json", "--json")
    assert b'"structuredContent":{   "a": 1.0 }' in done.stdout
    assert call("one/echo", "@none.json").returncode == 2


def test_arguments_are_checked_against_the_schema(call, tmp_path):
    record = tmp_path / "record"
    servers = {"one": scripted(tools=[typed], record=str(record))}
    for words, problem in [
        (["cuont=1", "text=x"], "the tool has no argument 'cuont'; did you mean 'count'?"),
        (["text=x", "count=many"], "'count' must be integer, not 'many'"),
        (["count=1"], "the tool needs 'text'; write text=…"),
        (["text=x", "text=y"], "the argument 'text' is given twice"),
    ]:
        done = call("one/typed", *words, servers=servers)
        assert (done.returncode, done.stderr.decode()) == (2, f"mcp-junction: {problem} [J102]\n")
    assert b"tools/call" not in record.read_bytes()
    done = call("one/tped", servers=servers)
    assert (done.returncode, done.stderr) == (
        6,
        b"mcp-junction: no tool is called 'one/tped'; did you mean 'one/typed'? [J302]\n",
    )
