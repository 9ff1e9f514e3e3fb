"""What a scripted server has received, from the file that it keeps when told to `record`."""

import json
from pathlib import Path


def lines(record: Path, method: str) -> list[bytes]:
    """Returns the lines of one method, to the byte."""
    received = record.read_bytes().splitlines() if record.exists() else []
    return [line for line in received if json.loads(line).get("method") == method]


def received(record: Path, method: str) -> list[dict]:
    return [json.loads(line) for line in lines(record, method)]
