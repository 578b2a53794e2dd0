"""The transcript as the lines of a prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.recap import Segment, Transcript
from pipeline.summarize.language_model.normalization import as_data

MAX_LINE_CHARACTERS = 1500
"""A segment longer than this becomes several lines with one id."""
MAX_NAME_CHARACTERS = 60
"""A longer name would take tokens from what is said."""
UNKNOWN_SPEAKER = "Unknown"


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One line of a prompt, with the id that the model sees and its time in the recording in seconds."""

    id: str
    speaker: str
    text: str
    start: float
    end: float

    @property
    def prompt_text(self) -> str:
        """The line as the prompt has it."""
        return f"[{self.id}] {self.speaker}: {self.text}"


def build_lines(transcript: Transcript) -> tuple[list[TranscriptLine], dict[str, Segment]]:
    """The segments with text as lines in order of time, and the segment of each short id."""
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
    """The speaker's name as the model sees it."""
    return as_data(name or "")[:MAX_NAME_CHARACTERS].strip() or UNKNOWN_SPEAKER


def split_line(line: TranscriptLine, ranges: Sequence[tuple[int, int]]) -> Iterator[TranscriptLine]:
    """Split a line; times are in proportion to the characters."""
    pace = (line.end - line.start) / len(line.text)
    for since, until in ranges:
        start, end = line.start + since * pace, line.start + until * pace
        yield replace(line, text=line.text[since:until].strip(), start=start, end=end)


def _line_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of at most MAX_LINE_CHARACTERS, cut after a sentence or else a word, if possible."""
    start = 0
    while len(text) - start > MAX_LINE_CHARACTERS:
        cut = find_cut(text, start + MAX_LINE_CHARACTERS // 2, start + MAX_LINE_CHARACTERS)
        yield start, cut
        start = cut
    yield start, len(text)


def find_cut(text: str, least: int, most: int) -> int:
    """Where to cut: after the last sentence between `least` and `most`, else after a word, else at `most`."""
    cuts = (text.rfind(mark, least, most) for mark in (". ", "? ", "。", " "))
    return next((at + 1 for at in cuts if at >= 0), most)
