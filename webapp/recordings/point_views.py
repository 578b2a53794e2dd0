"""The points of a recap as its page shows them, each with its source in the transcript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.reading.dues import describe_due, describe_guesses
from pipeline.reading.marks import describe_marks
from pipeline.reading.written import written_text
from pipeline.recap import ActionItem, Point, Recap, Speaker, Summary
from webapp.recordings.speaker_badges import SpeakerBadge


@dataclass(frozen=True, slots=True)
class PointView:
    """A point of the summary. `anchor` leads to its source in the transcript, `quote` is what was said there.

    `said` has the words as said where `text` leaves hesitations out, else "".
    `proof` is the point's, empty in recaps made before it was told; `guessed` says what of owner and due date is the
    language model's. `is_placed` is false for a point that was added without a time. `is_reworded`: the text is a
    person's; `mark` says what people did.
    """

    id: str
    anchor: str
    start: float
    is_placed: bool
    text: str
    said: str
    title: str
    speaker: SpeakerBadge | None
    quote: str
    owner: SpeakerBadge | None
    due: str
    proof: str = ""
    guessed: str = ""
    is_reworded: bool = False
    mark: str = ""

    @property
    def is_quote(self) -> bool:
        """Whether the text itself was said."""
        return self.proof in ("quote", "rule")


@dataclass(frozen=True, slots=True)
class PointSection:
    """Points of one kind under their heading."""

    key: str
    heading: str
    points: tuple[PointView, ...]


class PointViews:
    """Makes the views of the points of a recap. `anchors` are those of the transcript, by segment ID."""

    def __init__(self, recap: Recap, badges: Iterable[SpeakerBadge], anchors: Mapping[str, str]) -> None:
        speakers: tuple[Speaker, ...] = recap.transcript.speakers
        badges = tuple(badges)
        self._badges = {speaker.id: badge for speaker, badge in zip(speakers, badges, strict=True)}
        self._badges_by_name = {badge.name.casefold(): badge for badge in reversed(badges)}
        self._segments = {segment.id: segment for segment in recap.transcript.segments}
        self._anchors = anchors

    def make_sections(self, summary: Summary) -> list[PointSection]:
        """The sections that have points."""
        sections = (
            PointSection("decisions", "Decisions", self.make_all(summary.decisions)),
            PointSection("action_items", "Action items", self.make_all(summary.action_items)),
            PointSection("questions", "Open questions", self.make_all(summary.questions)),
            PointSection("topics", "Topics", self.make_all(summary.topics)),
            PointSection("quotes", "Quotes", self.make_all(summary.quotes)),
        )
        return [section for section in sections if section.points]

    def make_all(self, points: Iterable[Point]) -> tuple[PointView, ...]:
        """The views of some points."""
        return tuple(self._make(point) for point in points)

    def _make(self, point: Point) -> PointView:
        cited = [self._segments[each] for each in point.segments if each in self._segments]
        speaker = point.speaker or (cited[0].speaker if cited else None)
        action = point if isinstance(point, ActionItem) else None
        return PointView(
            id=point.id,
            is_placed=point.time is not None,
            is_reworded=point.is_reworded,
            mark=describe_marks(point),
            anchor=self._anchors.get(cited[0].id, "transcript") if cited else "transcript",
            start=point.start,
            text=point.text,
            said=point.said or "",
            title=getattr(point, "title", ""),
            speaker=self._badges.get(speaker or ""),
            quote=" ".join(written_text(segment) for segment in cited[:3]),
            owner=self._find_owner(action.owner) if action else None,
            due=describe_due(action) if action else "",
            proof=point.proof or "",
            guessed=describe_guesses(action) if action else "",
        )

    def _find_owner(self, owner: str | None) -> SpeakerBadge | None:
        if not owner:
            return None
        return self._badges.get(owner) or self._badges_by_name.get(owner.casefold()) or SpeakerBadge(owner, "", "")
