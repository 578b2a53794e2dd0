"""A finished recap as its page shows it: points with their sources at the left, turns at the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.languages import text_direction
from pipeline.reading.view import ReadingView, read_recap
from pipeline.reading.words import ReadingWord, TextRun
from pipeline.recap import Recap
from webapp.recordings.coverage_bar import make_coverage_bars
from webapp.recordings.point_views import PointViews
from webapp.recordings.speaker_badges import UNKNOWN, SpeakerBadge, make_badges


@dataclass(frozen=True, slots=True)
class TurnView:
    """A paragraph of a turn. `is_new` is true for the first one of the turn.

    `segment` is the first segment that begins in it, "" if none does; `is_edited` if a person corrected one of them.
    `word_times` are when its words begin, see `pack_times`.
    """

    anchor: str
    start: float
    speaker: SpeakerBadge | None
    is_new: bool
    runs: tuple[TextRun, ...]
    segment: str = ""
    is_edited: bool = False
    word_times: str = ""


def pack_times(words: Sequence[ReadingWord]) -> str:
    """When each word begins, in tenths of a second: the first from the beginning of the recording, each other from the
    one before. So a word takes two characters of the page.
    """
    tenths = [int(10 * word.at) for word in words]
    return " ".join(str(at - before) for before, at in zip([0, *tenths], tenths, strict=False))


class Document:
    """The page of a recap."""

    def __init__(self, recap: Recap) -> None:
        self.recap = recap
        transcript, summary = recap.transcript, recap.summary
        names = [speaker.name for speaker in transcript.speakers]
        self.speakers = make_badges(names, [speaker.seconds for speaker in transcript.speakers])
        reading_view = read_recap(recap)
        self.turns = list(self._make_turns(reading_view))
        self.language = transcript.language
        self.direction = text_direction(transcript.language)
        self.is_extractive = summary.engine == "extractive"
        self.anchors = reading_view.anchors
        views = PointViews(recap, self.speakers, self.anchors)
        self.overview = views.make_all(summary.overview)
        self.sections = views.make_sections(summary)
        self.coverage_bars = make_coverage_bars(recap)

    def _make_turns(self, view: ReadingView) -> Iterator[TurnView]:
        badges = {
            speaker.id: badge for speaker, badge in zip(self.recap.transcript.speakers, self.speakers, strict=True)
        }
        edited = {one.id for one in self.recap.transcript.segments if one.edited_by}
        for turn in view.turns:
            badge = badges.get(turn.speaker or "", UNKNOWN) if badges else None
            for number, paragraph in enumerate(turn.paragraphs):
                begun = paragraph.segments
                yield TurnView(
                    paragraph.anchor,
                    paragraph.start,
                    badge,
                    is_new=number == 0,
                    runs=paragraph.runs,
                    segment=begun[0] if begun else "",
                    is_edited=not edited.isdisjoint(begun),
                    word_times=pack_times(paragraph.words),
                )

    @property
    def point_count(self) -> int:
        """The number of all points."""
        return len(self.overview) + sum(len(section.points) for section in self.sections)

    @property
    def written_count(self) -> int:
        """The number of the points whose text is not a person's."""
        points = [*self.overview, *(point for section in self.sections for point in section.points)]
        return sum(not point.is_reworded for point in points)

    @property
    def missing_seconds(self) -> float:
        """Seconds that could not be transcribed."""
        return sum(window.end - window.start for window in self.recap.coverage.not_transcribed)

    @property
    def left_out_seconds(self) -> float:
        """Seconds that are in the transcript, but not in the summary."""
        return sum(window.end - window.start for window in self.recap.coverage.not_summarized)

    @property
    def made_by(self) -> str:
        """How the summary was written."""
        summary = self.recap.summary
        return "Summary from quotes" if self.is_extractive else f"Summary by {summary.model or summary.engine}"
