"""Command lines completed by the real shells, as far as they are installed."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

from support.junction import binary, example


@pytest.fixture
def environment(tmp_path):
    configuration = tmp_path / "servers.json"
    entries = {"time": {"command": "true"}, "git": {"command": "true"}, "ex": example()}
    configuration.write_text(json.dumps({"mcpServers": entries}))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "mcp-junction").symlink_to(binary())
    variables = {
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "MCP_JUNCTION_CONFIG": str(configuration),
        "LANG": "C.UTF-8",
    }
    # Names of tools are those of an earlier run.
    subprocess.run([binary(), "list", "ex"], env=variables, check=True, capture_output=True, timeout=30)
    return variables


# What is typed, and words that must be among the candidates.
lines = [
    ("mcp-junction reg", {"register"}),
    ("mcp-junction config ", {"check", "schema"}),
    ("mcp-junction register cur", {"cursor"}),
    ("mcp-junction disable ", {"time", "git"}),
    ("mcp-junction list --js", {"--json"}),
    ("mcp-junction call ex__ec", {"ex__echo"}),
    ("mcp-junction config check serv", {"servers.json"}),
]


def run(arguments: list[str], environment: dict, cwd: pathlib.Path, input: str = "") -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, env=environment, cwd=cwd, timeout=30, input=input)
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize(("line", "expected"), lines)
def test_bash(environment, tmp_path, line, expected):
    words = line.split(" ")
    script = 'source <(mcp-junction completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mcp_junction; '
    out = run(["bash", "-c", script + 'printf "%s\\n" "${COMPREPLY[@]}"', "bash", *words], environment, tmp_path)
    assert expected <= set(out.split())


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
@pytest.mark.parametrize(("line", "expected"), lines)
def test_fish(environment, tmp_path, line, expected):
    script = f"mcp-junction completion fish | source; complete -C '{line}'"
    out = run(["fish", "--no-config", "-c", script], environment, tmp_path)
    assert expected <= {row.split("\t")[0] for row in out.splitlines()}


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
@pytest.mark.parametrize(("line", "expected"), lines)
def test_zsh(environment, tmp_path, line, expected):
    # What the completion system would show is caught where it is handed over.
    script = """
        compdef() { :; }
        _describe() { print -l -- "${(@)${(P)2}%%:*}"; }
        _files() { print -l -- *; }
        source <(mcp-junction completion zsh)
        words=("$@") CURRENT=$#
        _mcp_junction
    """
    out = run(["zsh", "-f", "-c", script, "zsh", *line.split(" ")], environment, tmp_path)
    assert expected <= set(out.split())


def test_an_unknown_shell_has_no_script(environment):
    done = subprocess.run([binary(), "completion", "bsh"], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'bash'?" in done.stderr
