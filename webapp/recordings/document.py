"""A finished recap as its page shows it: points with their evidence at the left, turns at the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.languages import text_direction
from pipeline.reading.view import ReadingView, read_recap
from pipeline.reading.words import TextRun
from pipeline.recap import ActionItem, Point, Recap
from webapp import formats
from webapp.recordings import tiles
from webapp.recordings.history import History
from webapp.recordings.tiles import UNKNOWN, Tile


@dataclass(frozen=True, slots=True)
class TurnView:
    """A paragraph of a turn; `is_new` where the speaker changes."""

    anchor: str
    start: float
    speaker: Tile | None
    is_new: bool
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class PointView:
    """A point of the summary with the place that proves it; `quote` is what was said there."""

    anchor: str
    start: float
    text: str
    title: str
    speaker: Tile | None
    quote: str
    owner: Tile | None
    due: str


@dataclass(frozen=True, slots=True)
class Section:
    """Points of one kind under their heading."""

    key: str
    heading: str
    points: tuple[PointView, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of the coverage bar, in thousandths of the recording."""

    kind: str
    x: float
    width: float


class Document:
    """The page of a recap."""

    def __init__(self, recap: Recap) -> None:
        self.recap = recap
        transcript = recap.transcript
        names = [speaker.name for speaker in transcript.speakers]
        self.speakers = tiles.make(names, [speaker.seconds for speaker in transcript.speakers])
        self._tile_of = {one.id: tile for one, tile in zip(transcript.speakers, self.speakers, strict=True)}
        self._tile_named = {tile.name.casefold(): tile for tile in reversed(self.speakers)}
        self._segments = {segment.id: segment for segment in transcript.segments}
        view = read_recap(recap)
        self._anchors = view.anchors
        self.turns = list(self._make_turns(view))
        self.language = transcript.language
        self.direction = text_direction(transcript.language)
        self.is_extractive = recap.summary.engine == "extractive"
        self.overview = self._views(recap.summary.overview)
        self.sections = [section for section in self._make_sections() if section.points]

    def _make_turns(self, view: ReadingView) -> Iterator[TurnView]:
        for turn in view.turns:
            tile = self._tile_of.get(turn.speaker or "", UNKNOWN) if self.speakers else None
            for number, paragraph in enumerate(turn.paragraphs):
                yield TurnView(paragraph.anchor, paragraph.start, tile, number == 0, paragraph.runs)

    def _make_sections(self) -> Iterator[Section]:
        summary = self.recap.summary
        yield Section("decisions", "Decisions", self._views(summary.decisions))
        yield Section("action_items", "Action items", self._views(summary.action_items))
        yield Section("questions", "Open questions", self._views(summary.questions))
        yield Section("topics", "Topics", self._views(summary.topics))
        yield Section("quotes", "Quotes", self._views(summary.quotes))

    def _views(self, points: Iterable[Point]) -> tuple[PointView, ...]:
        return tuple(self._view(point) for point in points)

    def _view(self, point: Point) -> PointView:
        cited = [self._segments[each] for each in point.segments if each in self._segments]
        speaker = point.speaker or (cited[0].speaker if cited else None)
        owner = self._owner(point.owner) if isinstance(point, ActionItem) else None
        return PointView(
            anchor=self._anchors.get(cited[0].id, "transcript") if cited else "transcript",
            start=point.start,
            text=point.text,
            title=getattr(point, "title", ""),
            speaker=self._tile_of.get(speaker or "") if self.speakers else None,
            quote=" ".join(segment.text for segment in cited[:3]),
            owner=owner,
            due=(point.due or "") if isinstance(point, ActionItem) else "",
        )

    def _owner(self, owner: str | None) -> Tile | None:
        if not owner:
            return None
        return self._tile_of.get(owner) or self._tile_named.get(owner.casefold()) or Tile(owner, "", "")

    @property
    def point_count(self) -> int:
        """Points in all."""
        return len(self.overview) + sum(len(section.points) for section in self.sections)

    @property
    def missing_seconds(self) -> float:
        """Seconds that could not be transcribed."""
        return sum(window.end - window.start for window in self.recap.coverage.not_transcribed)

    @property
    def left_out_seconds(self) -> float:
        """Seconds that are in the transcript, but not in the summary."""
        return sum(window.end - window.start for window in self.recap.coverage.not_summarized)

    @property
    def coverage_bars(self) -> list[Bar]:
        """The coverage bar: speech, what the summary leaves out, windows that failed."""
        length = self.recap.transcript.duration_seconds or 1.0
        spans = self.recap.speech_spans or tuple((each.start, each.end) for each in self._segments.values())
        speech = [_bar("speech", start, end, length) for start, end in _joined(spans, length / 500)]
        coverage = self.recap.coverage
        left_out = [_bar("left-out", each.start, each.end, length) for each in coverage.not_summarized]
        failed = [_bar("failed", each.start, each.end, length) for each in coverage.not_transcribed]
        return speech + left_out + failed

    @property
    def made_by(self) -> str:
        """Who wrote the summary."""
        summary = self.recap.summary
        return "Summary from quotes" if self.is_extractive else f"Summary by {summary.model or summary.engine}"


def _bar(kind: str, start: float, end: float, length: float) -> Bar:
    x = round(1000 * start / length, 2)
    return Bar(kind, x, max(1.0, round(1000 * end / length - x, 2)))


def _joined(spans: Iterable[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """Spans in order, those closer than `gap` as one: thinner lines cannot be seen."""
    found: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if found and start - found[-1][1] < gap:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def describe(recap: Recap, past: History | None) -> list[tuple[str, str]]:
    """The details of a recap: what it was made from, how, and what was asked for."""
    source = recap.source
    kind = ", ".join(part for part in (source.container, source.codec, formats.size(source.size_bytes)) if part)
    rows = [("File", source.filename), ("Kind", kind)]
    transcript = recap.transcript
    language = formats.language(transcript.language) or transcript.language
    if 0 < transcript.language_probability < 1:
        language += f", {transcript.language_probability * 100:.0f} % sure"
    rows.append(("Language", language))
    if past is not None:
        rows.append(("Template", past.template))
        rows += [("Asked for", past.asked)] if past.asked else []
    rows += [
        (_STAGE_NAMES.get(each.stage, each.stage.capitalize()), f"{each.engine}. {each.settings}. {each.seconds:.1f} s")
        for each in recap.stages
    ]
    return [*rows, ("SHA-256", source.sha256)]


_STAGE_NAMES = {
    "prepare": "Sound",
    "speech": "Voice activity",
    "transcribe": "Transcript",
    "diarize": "Speakers",
    "summarize": "Recap",
}
