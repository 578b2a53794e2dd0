"""What writes each format that is made of a recap alone: all but the PDF, which a worker renders, and the archive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import BinaryIO

from pipeline.recap import Recap
from pipeline.render.exports.csv_table import write_csv
from pipeline.render.exports.elan import write_eaf
from pipeline.render.exports.json_document import write_json
from pipeline.render.exports.markdown import write_md
from pipeline.render.exports.otranscribe import write_otr
from pipeline.render.exports.plain_text import write_txt
from pipeline.render.exports.rttm import write_rttm
from pipeline.render.exports.subtitles import write_srt, write_vtt
from pipeline.render.exports.word.document import write_docx
from pipeline.render.letterhead import Letterhead

Writer = Callable[[Recap, BinaryIO], None]

WRITERS: Mapping[str, Writer] = {
    "docx": write_docx,
    "md": write_md,
    "txt": write_txt,
    "srt": write_srt,
    "vtt": write_vtt,
    "csv": write_csv,
    "rttm": write_rttm,
    "eaf": write_eaf,
    "otr": write_otr,
    "json": write_json,
}


def writers_with(letterhead: Letterhead | None) -> Mapping[str, Writer]:
    """The writers, those of documents with a letterhead."""
    return {**WRITERS, "docx": partial(write_docx, letterhead=letterhead)}
