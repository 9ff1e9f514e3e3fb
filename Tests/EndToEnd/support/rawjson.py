"""Members of a JSON object as the bytes they were written with."""

import re

_space = re.compile(rb"[ \t\r\n]*")
_string = re.compile(rb'"(?:[^"\\]|\\.)*"', re.S)
_scalar = re.compile(rb"[^,\]}\s]+")
_inside = re.compile(rb'[^"\[\]{}]*')


def _end_of_value(text: bytes, start: int) -> int:
    """Returns the position after the value that begins at `start`."""
    first = text[start : start + 1]
    if first == b'"':
        return _string.match(text, start).end()
    if first not in (b"{", b"["):
        return _scalar.match(text, start).end()
    depth = 0
    position = start
    while True:
        byte = text[position : position + 1]
        if byte == b'"':
            position = _string.match(text, position).end()
        elif byte in (b"{", b"["):
            depth += 1
            position += 1
        elif byte in (b"}", b"]"):
            depth -= 1
            position += 1
            if depth == 0:
                return position
        elif not byte:
            raise ValueError("the value has no end")
        position = _inside.match(text, position).end()


def members(text: bytes) -> list[tuple[bytes, bytes]]:
    """Returns the members of the object `text`, keys without quotes, in order, duplicates included."""
    position = _space.match(text, 0).end()
    if text[position : position + 1] != b"{":
        raise ValueError(f"not an object: {text[:80]!r}")
    position = _space.match(text, position + 1).end()
    found: list[tuple[bytes, bytes]] = []
    while text[position : position + 1] != b"}":
        key = _string.match(text, position)
        position = _space.match(text, key.end()).end()
        if text[position : position + 1] != b":":
            raise ValueError(f"no colon after {key.group()!r}")
        position = _space.match(text, position + 1).end()
        end = _end_of_value(text, position)
        found.append((key.group()[1:-1], text[position:end]))
        position = _space.match(text, end).end()
        if text[position : position + 1] == b",":
            position = _space.match(text, position + 1).end()
    return found


def member(text: bytes, *path: str) -> bytes | None:
    """Returns the bytes of the member at `path`, the last one where a key is doubled, or nothing."""
    for key in path:
        values = [value for name, value in members(text) if name == key.encode()]
        if not values:
            return None
        text = values[-1]
    return text
