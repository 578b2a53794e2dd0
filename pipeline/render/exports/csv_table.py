"""The segments as a table (RFC 4180), with a byte order mark, by which Excel knows that it is UTF-8."""

from __future__ import annotations

import codecs
import csv
from io import TextIOWrapper
from typing import BinaryIO

from pipeline.reading.written import written_text
from pipeline.recap import Recap
from pipeline.render.exports.text import clean
from pipeline.render.exports.voices import name_voices

COLUMNS = ("id", "start", "end", "speaker", "language", "text")
#: What makes a spreadsheet read a cell as a formula, in the wide forms of East Asia too.
_FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")


def write_csv(recap: Recap, stream: BinaryIO) -> None:
    """Write a row for each segment; times are seconds. Without speakers, that column is empty."""
    names = name_voices(recap) if recap.transcript.speakers else {}
    stream.write(codecs.BOM_UTF8)
    text = TextIOWrapper(stream, encoding="utf-8", newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for segment in recap.transcript.segments:
        times = (f"{segment.start:.3f}", f"{segment.end:.3f}")
        language = segment.language or recap.transcript.language
        words = (names.get(segment.speaker, ""), language, written_text(segment))
        table.writerow((guard(segment.id), *times, *map(guard, words)))
    text.detach()


def guard(cell: str) -> str:
    """A text that a spreadsheet shows and never computes."""
    text = clean(cell)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text
