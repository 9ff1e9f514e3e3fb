"""Takes one era away from a server of both: the request that opens it is refused before it arrives.

usage: single_era.py legacy|modern COMMAND [ARGUMENT...]
"""

import json
import os
import subprocess
import sys
import threading

refusals = {
    "legacy": ("server/discover", {"code": -32601, "message": "Method not found"}),
    "modern": (
        "initialize",
        {
            "code": -32022,
            "message": "Unsupported protocol version",
            "data": {"supported": ["2026-07-28"], "requested": "2025-11-25"},
        },
    ),
}
method, error = refusals[sys.argv[1]]
server = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def write(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


def answers() -> None:
    for line in server.stdout:
        write(1, line)


back = threading.Thread(target=answers, daemon=True)
back.start()
for line in sys.stdin.buffer:
    # What opens an era comes before the server has said anything, so that the two writers cannot meet in one line.
    if method.encode() in line and (frame := json.loads(line)).get("method") == method:
        write(1, json.dumps({"jsonrpc": "2.0", "id": frame["id"], "error": error}).encode() + b"\n")
    else:
        write(server.stdin.fileno(), line)
server.stdin.close()
server.wait()
back.join(5)
