"""oTranscribe (.otr): the transcript with times to click on, to correct it by ear in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import BinaryIO

from pipeline.recap import Recap
from pipeline.render.exports.content import Content, read_content
from pipeline.render.exports.text import clean


def write_otr(recap: Recap, stream: BinaryIO) -> None:
    """Write the transcript as oTranscribe saves one: HTML in JSON."""
    document = {
        "text": "".join(_list_paragraphs(read_content(recap))),
        "media": clean(recap.source.filename),
        "media-time": 0,
    }
    stream.write(json.dumps(document, ensure_ascii=False).encode())


def _list_paragraphs(content: Content) -> Iterator[str]:
    for turn in content.turns:
        for number, paragraph in enumerate(turn.paragraphs):
            name = f"<b>{escape(turn.name)}:</b> " if turn.name and not number else ""
            clock = content.clock(paragraph.start)
            at = f'<span class="timestamp" data-timestamp="{paragraph.start:.2f}">{clock}</span>'
            yield f"<p>{at} {name}{escape(paragraph.text)}</p>"
