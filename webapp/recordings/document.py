"""A finished recap as its page shows it: points with their evidence at the left, turns at the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from pipeline.recap import ActionItem, Point, Recap, Segment, Transcript
from webapp import formats
from webapp.recordings import tiles
from webapp.recordings.history import History
from webapp.recordings.tiles import UNKNOWN, Tile

#: Words the recogniser gave less than this are marked as doubtful; the PDF marks the same.
DOUBTFUL_BELOW = 0.45
#: A long turn gets a new time about this often, in seconds; where no speakers are known, a transcript does.
PARAGRAPH_SECONDS = 60.0
PARAGRAPH_SECONDS_UNKNOWN = 20.0
RIGHT_TO_LEFT = ("ar", "fa", "he", "ps", "sd", "ur", "yi")


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of one speaker, of about a minute at most; `is_new` where the speaker changes. `parts` are texts,
    each with whether it is doubtful."""

    anchor: str
    start: float
    speaker: Tile | None
    is_new: bool
    parts: tuple[tuple[str, bool], ...]


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
        self._anchors: dict[str, str] = {}
        self.turns = list(self._make_turns(transcript))
        self.language = transcript.language
        self.direction = "rtl" if transcript.language in RIGHT_TO_LEFT else "ltr"
        self.is_extractive = recap.summary.engine == "extractive"
        self.overview = self._views(recap.summary.overview)
        self.sections = [section for section in self._make_sections() if section.points]

    def _make_turns(self, transcript: Transcript) -> Iterator[Turn]:
        used: set[str] = set()
        for speaker, group in groupby(transcript.segments, key=lambda segment: segment.speaker):
            tile = self._tile_of.get(speaker or "", UNKNOWN) if self.speakers else None
            longest = PARAGRAPH_SECONDS if speaker else PARAGRAPH_SECONDS_UNKNOWN
            for number, paragraph in enumerate(_paragraphs(group, longest)):
                anchor = _free_anchor(paragraph[0].start, used)
                self._anchors |= {segment.id: anchor for segment in paragraph}
                parts = tuple(part for segment in paragraph for part in mark_doubtful(segment))
                yield Turn(anchor, paragraph[0].start, tile, number == 0, parts)

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


def _paragraphs(segments: Iterable[Segment], longest: float) -> Iterator[list[Segment]]:
    paragraph: list[Segment] = []
    for segment in segments:
        if paragraph and segment.end - paragraph[0].start > longest:
            yield paragraph
            paragraph = []
        paragraph.append(segment)
    if paragraph:
        yield paragraph


def _free_anchor(start: float, used: set[str]) -> str:
    """The address of a second within the page; two that begin together differ in the last digit."""
    anchor = f"t={start:.1f}"
    while anchor in used:
        start += 0.1
        anchor = f"t={start:.1f}"
    used.add(anchor)
    return anchor


def mark_doubtful(segment: Segment) -> Iterator[tuple[str, bool]]:
    """The text of a segment and a space, cut where doubt begins and ends; each part with whether it is doubtful."""
    text, place, begun = segment.text, 0, 0
    doubtful = False
    for word in segment.words:
        sign = word.text.strip()
        found = text.find(sign, place) if sign else -1
        if found < 0:
            continue
        if (word.probability < DOUBTFUL_BELOW) != doubtful:
            cut = found if not doubtful else place
            if cut > begun:
                yield text[begun:cut], doubtful
            begun, doubtful = cut, not doubtful
        place = found + len(sign)
    end = place if doubtful else len(text)
    if end > begun:
        yield text[begun:end], doubtful
    yield text[end:] + " ", False


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
