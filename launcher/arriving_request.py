"""How much of a request has arrived, told from its bytes alone: enough to give it a thread, or not yet.

This only decides who waits where. What a request says, and whether it is valid, is for gunicorn's parser to find out.
"""

from __future__ import annotations

import re
from enum import Enum, auto

#: Largest head of a request (request line and headers), in bytes. Long options of an upload go into a header.
MAX_HEAD_BYTES = 64 * 1024
#: Bodies up to this many bytes, such as those of forms, arrive whole before the request gets a thread.
SMALL_BODY_BYTES = 16 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
#: The body has no known length, or the client sends it only once it is asked to.
_OPEN_BODY = re.compile(rb"\r\n(?:Transfer-Encoding|Expect):", re.IGNORECASE)


class Arrival(Enum):
    """What a request may do next."""

    WAIT = auto()
    """It is not there yet."""
    COMPLETE = auto()
    """All of it is there: whoever serves it never waits for the client."""
    BODY_FOLLOWS = auto()
    """Its head is there, and a body that whoever serves it reads from the connection."""
    TOO_LONG = auto()
    """Its head does not end."""


def look_at(received: bytes, is_over: bool = False) -> Arrival:
    """What the request that begins with these bytes may do next; `is_over`: the client will send no more."""
    end = received.find(_END_OF_HEAD, 0, MAX_HEAD_BYTES)
    if end < 0:
        return Arrival.TOO_LONG if len(received) >= MAX_HEAD_BYTES else Arrival.WAIT
    head, body_start = received[: end + 2], end + len(_END_OF_HEAD)
    if _OPEN_BODY.search(head):
        return Arrival.BODY_FOLLOWS
    length = _LENGTH.search(head)
    body_bytes = int(length[1]) if length else 0
    if is_over or len(received) - body_start >= body_bytes:
        return Arrival.COMPLETE
    return Arrival.WAIT if body_bytes <= SMALL_BODY_BYTES else Arrival.BODY_FOLLOWS
