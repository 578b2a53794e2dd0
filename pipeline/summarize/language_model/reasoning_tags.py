"""The reasoning that some models write beside their answer: found, and left out, however it is marked."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from pipeline.summarize.language_model.normalization import to_one_line

_NAME = r"(?:think(?:ing)?|thoughts?|reasoning|reflection|scratchpad)"
OPENED = re.compile(
    rf"[<＜]\|?\s*(?:\w+:)?(?:{_NAME}|(?:begin|start)_of_{_NAME}|(?:begin|start)_{_NAME})\b[^<>＜＞]*[>＞]"
    rf"|\[{_NAME}\]|◁{_NAME}▷",
    re.IGNORECASE,
)
"""<think>, <thinking>, <seed:think>, <|begin_of_thought|>, <|START_THINKING|>, [THINK], ◁think▷."""
CLOSED = re.compile(
    rf"[<＜]\|?\s*(?:/\s*(?:\w+:)?{_NAME}|end_of_{_NAME}|end_{_NAME})\b[^<>＜＞]*[>＞]|\[/{_NAME}\]|◁/{_NAME}▷",
    re.IGNORECASE,
)
FINAL = re.compile(r"<\|channel\|>\s*final\b.*?<\|message\|>", re.DOTALL)
"""Where the answer of a model of the gpt-oss family begins; before it come its other channels."""
CHANNEL = re.compile(r"<\|channel\|>.*?(?:<\|end\|>|\Z)", re.DOTALL)
TOKEN = re.compile(r"<\|[\w/ -]{1,40}\|>")
"""What marks the turns of a chat."""
MOST_TRIES = 500


def strip_reasoning(text: str) -> str:
    """The text without what stands between the marks of a thought.

    A thought that is never closed goes to the end of the text; one that was never opened began before it.
    """
    *_, text = FINAL.split(text)
    text = CHANNEL.sub(" ", text)
    *_, text = CLOSED.split("".join(_outside(text)))
    return TOKEN.sub(" ", text).strip()


def _outside(text: str) -> Iterator[str]:
    """What stands outside the marks."""
    at = 0
    while opened := OPENED.search(text, at):
        yield text[at : opened.start()]
        closed = CLOSED.search(text, opened.end())
        if closed is None:
            return
        at = closed.end()
    yield text[at:]


def clean_text(text: str) -> str:
    """A text of the answer as it may be shown: on one line, without thoughts, entities and what cannot be seen."""
    return to_one_line(strip_reasoning(html.unescape(text)))


def find_json_candidates(text: str) -> Iterator[str]:
    """What may be the JSON object asked for, the likeliest first: the text, then without thoughts, then its objects.

    The last object comes first: thoughts that have no end, or no mark, stand before the answer.
    """
    yield text
    yield strip_reasoning(text)
    yield from reversed(_objects(text))


def _objects(text: str) -> list[str]:
    """The outermost JSON objects of a text."""
    found: list[str] = []
    decoder, at = json.JSONDecoder(), 0
    for _ in range(MOST_TRIES):
        at = text.find("{", at)
        if at < 0:
            break
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            found.append(text[at:end])
        at = end
    return found
