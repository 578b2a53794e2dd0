"""The transcript as the lines of a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.recap import Segment, Transcript
from pipeline.summarize.language_model.prompts import as_data

MAX_LINE_CHARACTERS = 1500
"""A segment longer than this becomes several lines with one id."""
MAX_NAME_CHARACTERS = 60
"""A longer name would take the room of what is said."""
UNKNOWN_SPEAKER = "Unknown"


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line of a prompt, with the id the model sees, and the seconds of the recording it stands for."""

    id: str
    speaker: str
    text: str
    start: float
    end: float

    @property
    def told(self) -> str:
        """The line as it stands in the prompt."""
        return f"[{self.id}] {self.speaker}: {self.text}"


def build_lines(transcript: Transcript) -> tuple[list[TranscriptLine], dict[str, Segment]]:
    """All segments with text as lines in order of time, and the segment of each short id."""
    lines: list[TranscriptLine] = []
    by_id: dict[str, Segment] = {}
    for segment in sorted(transcript.segments, key=lambda one: one.start):
        text = as_data(segment.text)
        if not text:
            continue
        short = f"s{len(by_id) + 1}"
        by_id[short] = segment
        line = TranscriptLine(
            short, displayed_name(transcript.name_of(segment.speaker)), text, segment.start, segment.end
        )
        lines += split_line(line, list(_line_ranges(text)))
    return lines, by_id


def displayed_name(name: str | None) -> str:
    """A speaker's name as the model sees it."""
    return as_data(name or "")[:MAX_NAME_CHARACTERS].strip() or UNKNOWN_SPEAKER


def split_line(line: TranscriptLine, stretches: Sequence[tuple[int, int]]) -> Iterator[TranscriptLine]:
    """The line in several, with times in proportion to the characters."""
    pace = (line.end - line.start) / len(line.text)
    for since, until in stretches:
        start, end = line.start + since * pace, line.start + until * pace
        yield replace(line, text=line.text[since:until].strip(), start=start, end=end)


def _line_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of at most LINE_CHARACTERS, cut after a sentence or a word where there is one."""
    start = 0
    while len(text) - start > MAX_LINE_CHARACTERS:
        cut = find_cut(text, start + MAX_LINE_CHARACTERS // 2, start + MAX_LINE_CHARACTERS)
        yield start, cut
        start = cut
    yield start, len(text)


def find_cut(text: str, least: int, most: int) -> int:
    cuts = (text.rfind(mark, least, most) for mark in (". ", "? ", "。", " "))
    return next((at + 1 for at in cuts if at >= 0), most)
