"""Damage to messages, as a seed decides."""

import random


def damaged(message: bytes, chance: random.Random) -> bytes:
    """Returns the message with a few bytes changed, and never a line break among them."""
    data = bytearray(message)
    for _ in range(chance.randrange(0, 5)):
        place = chance.randrange(len(data))
        what = chance.randrange(5)
        if what == 0:
            data[place] = chance.randrange(256)
        elif what == 1:
            del data[place : place + chance.randrange(1, 12)]
        elif what == 2:
            data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 6)))
        elif what == 3:
            data[place:place] = chance.choice(
                [b'{"', b'"}', b"[[[[", b"]]", b"null", b"1e999", b'"\\u', b"\\", b":", b","]
            )
        else:
            piece = data[place : place + chance.randrange(1, 40)]
            data[place:place] = piece
        if not data:
            break
    return bytes(data).replace(b"\n", b" ").replace(b"\r", b" ")
