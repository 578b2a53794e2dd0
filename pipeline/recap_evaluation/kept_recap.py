"""A recap as a file: the summary and the segments that it cites."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from pipeline.recap import Segment, Speaker, Summary, Transcript, from_json, to_plain


@dataclass(frozen=True, slots=True)
class KeptRecap:
    """What an evaluation needs of a recap."""

    summary: Summary
    segments: tuple[Segment, ...]
    speakers: tuple[Speaker, ...] = ()


def keep_recap(summary: Summary, transcript: Transcript) -> bytes:
    """`{"summary": as the API gives it, "segments": [{"id", "start", "end", "text", "speaker"}]}`, in UTF-8."""
    items = tuple(replace(item, owner=transcript.owner_name(item)) for item in summary.action_items)
    segments = [
        {"id": one.id, "start": one.start, "end": one.end, "text": one.text, "speaker": one.speaker}
        for one in transcript.segments
    ]
    return json.dumps(
        {"summary": to_plain(replace(summary, action_items=items)), "segments": segments}, ensure_ascii=False, indent=1
    ).encode()


def read_recap(data: bytes) -> KeptRecap:
    """Read what `keep_recap` wrote, or a whole recap with its transcript. Raises ValueError or TypeError."""
    content: Any = json.loads(data)
    if not isinstance(content, dict) or "summary" not in content:
        raise ValueError("no summary")
    lines = content.get("transcript") or {"segments": content.get("segments", [])}
    return KeptRecap(
        from_json(Summary, json.dumps(content["summary"])),
        from_json(tuple[Segment, ...], json.dumps(lines["segments"])),
        from_json(tuple[Speaker, ...], json.dumps(lines.get("speakers", []))),
    )
