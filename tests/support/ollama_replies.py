"""What the stand-in for Ollama answers to a chat, as a test scripts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from support.ollama_models import Body


@dataclass
class Reply:
    """What the server does with one chat.

    `pieces` are streamed one by one, `pause` seconds apart. With `status` it is an HTTP error of that number, with
    `late_error` an error line under HTTP 200; with `breaks_off` the connection ends after the pieces. `raw` are bytes
    sent as they are after the pieces; `page` is a whole HTTP answer of another server: status, type and body. The
    stream is cut anew every `cut` bytes.
    """

    pieces: Iterable[str] = ()
    done_reason: str = "stop"
    pause: float = 0.0
    first_pause: float = 0.0
    status: int | None = None
    late_error: str | None = None
    breaks_off: bool = False
    raw: bytes | Iterable[bytes] = b""
    page: tuple[int, str, bytes] | None = None
    cut: int = 0


Script = Callable[[Body], Reply]


def says(value: Any, **more: Any) -> Reply:
    """A reply with this text, or this value as JSON, in a few pieces."""
    text = value if isinstance(value, str) else json.dumps(value)
    step = max(1, len(text) // 5)
    return Reply(tuple(text[at : at + step] for at in range(0, len(text), step)), **more)


def prompt_of(body: Body) -> str:
    """All that the model would read."""
    return "".join(str(one["content"]) for one in body["messages"])


def split_stream(events: Iterator[Any], size: int) -> Iterator[Any]:
    """The same stream in pieces of so many bytes, wherever its lines end; 0: as it is."""
    if not size:
        yield from events
        return
    data = b"".join(event if isinstance(event, bytes) else json.dumps(event).encode() + b"\n" for event in events)
    yield from (data[at : at + size] for at in range(0, len(data), size))


def done_event(name: str, read: int, reply: Reply, content: str) -> Body:
    """The last line of an answer, with the token counts."""
    return {
        "model": name,
        "created_at": "2026-01-02T03:04:05Z",
        "message": {"role": "assistant", "content": content},
        "done": True,
        "done_reason": reply.done_reason,
        "total_duration": 1,
        "load_duration": 1,
        "prompt_eval_count": read,
        "prompt_eval_duration": 1,
        "eval_count": len(tuple(reply.pieces)),
        "eval_duration": 1,
    }
