"""The whole recap as JSON for programs, by the schema docs/recap.schema.json."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from pipeline.json_values import to_plain
from pipeline.reading.public import name_owners, to_public
from pipeline.reading.written import written_text
from pipeline.recap import Recap

FORMAT = "realrecap"
#: Raised when a reader of the version before would misread a document.
VERSION = 1
_ABOUT = ("id", "title", "organisation", "timezone", "recording_url")
_PARTS = ("source", "coverage", "warnings", "stages")


def write_json(recap: Recap, stream: BinaryIO) -> None:
    """Write everything that the documents show; transcript and summary are as in the public API.

    Each segment has its `text` as it was said, and as `written` what people read, with numbers in digits.
    """
    transcript = to_public(recap.transcript)
    for segment, plain in zip(recap.transcript.segments, transcript["segments"], strict=True):
        plain["written"] = written_text(segment)
    plain = to_plain(recap)
    document = {
        "format": FORMAT,
        "version": VERSION,
        **{name: plain[name] for name in _ABOUT},
        "details": to_plain(recap.details),
        **{name: plain[name] for name in _PARTS},
        "summary": to_plain(name_owners(recap)),
        "transcript": transcript,
    }
    stream.write(json.dumps(_without_surrogates(document), ensure_ascii=False, indent=1).encode())


def _without_surrogates(value: Any) -> Any:
    """The same, in characters that UTF-8 has."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list | tuple):
        return [_without_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_surrogates(one) for name, one in value.items()}
    return value
