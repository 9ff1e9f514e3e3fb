"""A wire that breaks: passes everything between a client and a server until a request says `"cut": n`.

Of that request n bytes reach the server (all of it when n is negative), and of the answer to it -n bytes reach the
client; then both ends are gone.

usage: cutter.py COMMAND [ARGUMENT...]
"""

import os
import re
import subprocess
import sys
import threading

server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
cut_answer: list[int] = []


def write(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


def end() -> None:
    server.kill()
    os._exit(1)


def answers() -> None:
    for line in server.stdout:
        if cut_answer and b'"method"' not in line:
            write(1, line[: cut_answer[0]])
            end()
        write(1, line)
    end()


threading.Thread(target=answers, daemon=True).start()
for line in sys.stdin.buffer:
    found = re.search(rb'"cut": ?(-?\d+)', line)
    length = int(found.group(1)) if found else None
    if length is not None and length >= 0:
        write(server.stdin.fileno(), line[:length])
        end()
    if length is not None:
        cut_answer.append(-length - 1)
    write(server.stdin.fileno(), line)
server.stdin.close()
server.wait()
