"""The gateway under test: where its binary is, its configuration, and its two kinds of neighbours."""

import json
import os
import pathlib
import sys

from . import processes, schemas

root = pathlib.Path(__file__).resolve().parents[3]
end_to_end = root / "Tests" / "EndToEnd"
environments = root / ".build" / "venvs"


def binary() -> str:
    """Returns the path of the gateway: `$MCP_JUNCTION`, or the release build."""
    return os.environ.get("MCP_JUNCTION") or str(root / ".build" / "release" / "mcp-junction")


def is_built() -> bool:
    return os.access(binary(), os.X_OK)


def example(*arguments: str) -> dict:
    """Returns the entry of the example server that is built beside the gateway."""
    return {"command": str(pathlib.Path(binary()).with_name("mcp-example-server")), "args": list(arguments)}


def scripted(**behaviour) -> dict:
    """Returns the configuration entry of a scripted server."""
    return {
        "command": sys.executable,
        # Without the site module a server is up in a third of the time.
        "args": ["-S", "-E", str(end_to_end / "servers" / "scripted.py"), json.dumps(behaviour)],
    }


def stateless(**behaviour) -> dict:
    """Returns the configuration entry of a scripted server of the modern era."""
    entry = scripted(**behaviour)
    entry["args"][2] = str(end_to_end / "servers" / "stateless.py")
    return entry


def everything(sdk: str) -> dict:
    """Returns the entry of the server with every feature, on that SDK ("sdk1", "sdk2" or "fastmcp")."""
    environment = "servers-fastmcp" if sdk == "fastmcp" else sdk
    return {
        "command": str(environments / environment / "bin" / "python"),
        "args": [str(end_to_end / "servers" / f"everything_{sdk}.py")],
    }


def single_era(entry: dict, era: str) -> dict:
    """Returns the same entry without the other era: a server of both that is "legacy" or "modern" only."""
    filter = str(end_to_end / "support" / "single_era.py")
    return {**entry, "command": sys.executable, "args": ["-S", "-E", filter, era, entry["command"], *entry["args"]]}


def teed(entry: dict, record: pathlib.Path) -> dict:
    """Returns the same entry with everything recorded that passes between it and its client."""
    tee = str(end_to_end / "support" / "tee.py")
    return {
        **entry,
        "command": sys.executable,
        "args": ["-S", "-E", tee, str(record), entry["command"], *entry.get("args", [])],
    }


class Setting:
    """One gateway's configuration file and the records of its servers, in a directory of their own."""

    def __init__(self, place: pathlib.Path, servers: dict, junction: dict | None = None, tee: bool = False):
        self.place = place
        self.place.mkdir(parents=True, exist_ok=True)
        self.mark = processes.new_mark()
        self.records = {name: place / f"server-{index}.frames" for index, name in enumerate(servers)} if tee else {}
        written = {}
        for name, entry in servers.items():
            written[name] = entry
            if "command" in entry:
                passed = teed(entry, self.records[name]) if tee else entry
                written[name] = {**passed, "env": {**entry.get("env", {}), processes.variable: self.mark}}
        self.configuration = place / "servers.json"
        self.write({"mcpServers": written, **({"junction": junction} if junction else {})})

    def write(self, document: dict) -> None:
        self.configuration.write_text(json.dumps(document, indent=2))

    @property
    def environment(self) -> dict[str, str]:
        """Variables that keep this gateway from what others left in the user's directories."""
        return {
            "XDG_CACHE_HOME": str(self.place / "cache"),
            "XDG_CONFIG_HOME": str(self.place / "config"),
            "XDG_STATE_HOME": str(self.place / "state"),
            processes.variable: self.mark,
        }

    def command(self, *arguments: str) -> list[str]:
        return [binary(), "--config", str(self.configuration), *arguments]

    def complaints(self) -> list[str]:
        """Returns what is wrong with the frames that the gateway wrote to its servers."""
        found = []
        for name, record in self.records.items():
            conversation = schemas.Conversation("client")
            for line in record.read_bytes().split(b"\n") if record.exists() else []:
                if line.startswith(b"> "):
                    conversation.see("client", line[2:])
                elif line.startswith(b"< "):
                    conversation.see("server", line[2:])
                elif line.startswith(b"= "):
                    # A server that was started again begins a conversation of its own.
                    conversation = schemas.Conversation("client", conversation.complaints)
            found += [f"to server '{name}': {complaint}" for complaint in conversation.complaints]
        return found
