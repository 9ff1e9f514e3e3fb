#!/usr/bin/env python3
"""Runs a program and records every line that passes its standard input and output.

usage: tee.py RECORD PROGRAM [ARGUMENT...]

RECORD gets one line per line that passed: "> " before what went to the program, "< " before what came from it; and
"= " with our process id where we begin. Signals reach the program, and its exit status becomes ours.
"""

import os
import signal
import subprocess
import sys
import threading


def relay(source: int, target: int, record: int, mark: bytes) -> None:
    held = b""
    while True:
        try:
            data = os.read(source, 1 << 16)
        except OSError:
            data = b""
        if not data:
            break
        held += data
        lines, newline, held = held.rpartition(b"\n")
        if newline:
            # Recorded before it is passed on, so that whoever has the message finds it in the record.
            os.write(record, b"".join(mark + line + b"\n" for line in lines.split(b"\n")))
        try:
            while data:
                data = data[os.write(target, data) :]
        except OSError:
            break
    os.close(target)


def main() -> int:
    record = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(record, b"= %d\n" % os.getpid())
    program = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: program.send_signal(received))
    threading.Thread(target=relay, args=(0, os.dup(program.stdin.fileno()), record, b"> "), daemon=True).start()
    program.stdin.close()
    back = threading.Thread(target=relay, args=(program.stdout.fileno(), 1, record, b"< "), daemon=True)
    back.start()
    status = program.wait()
    back.join()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    os._exit(main())
