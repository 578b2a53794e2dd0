"""Removes the reasoning that some models write beside their answer, whatever its tags."""

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
"""Where the answer of a gpt-oss model begins, after its other channels."""
CHANNEL = re.compile(r"<\|channel\|>.*?(?:<\|end\|>|\Z)", re.DOTALL)
TOKEN = re.compile(r"<\|[\w/ -]{1,40}\|>")
"""Control tokens of a chat."""
MAX_TRIES = 500


def strip_reasoning(text: str) -> str:
    """The text without what is between reasoning tags.

    Without a closing tag the reasoning extends to the end of the text, without an opening tag it starts before it.
    """
    *_, text = FINAL.split(text)
    text = CHANNEL.sub(" ", text)
    *_, text = CLOSED.split("".join(_outside(text)))
    return TOKEN.sub(" ", text).strip()


def _outside(text: str) -> Iterator[str]:
    """The parts outside the tags."""
    at = 0
    while opened := OPENED.search(text, at):
        yield text[at : opened.start()]
        closed = CLOSED.search(text, opened.end())
        if closed is None:
            return
        at = closed.end()
    yield text[at:]


def clean_text(text: str) -> str:
    """A text of the answer for display: on one line, without reasoning, HTML entities and invisible characters."""
    return to_one_line(strip_reasoning(html.unescape(text)))


def find_json_candidates(text: str) -> Iterator[str]:
    """Candidates for the JSON object, the likeliest first: the text, the text without reasoning, then its objects.

    The last object comes first, because reasoning without tags precedes the answer.
    """
    yield text
    yield strip_reasoning(text)
    yield from reversed(_objects(text))


def _objects(text: str) -> list[str]:
    """The outermost JSON objects of a text."""
    found: list[str] = []
    decoder, at = json.JSONDecoder(), 0
    for _ in range(MAX_TRIES):
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
