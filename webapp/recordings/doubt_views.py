"""What is worth a listen in a recap, for its page and the API."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.recap import Recap, to_plain
from webapp.recordings.document import Document
from webapp.recordings.speaker_badges import UNKNOWN, SpeakerBadge

if TYPE_CHECKING:
    from pipeline.doubts.doubt import Doubt

FIRST, MOST = 10, 60
"""So many are shown at once, and so many at most: whoever has heard those has gained most of what there is to gain."""
CONTEXT = 45
"""Characters of the sentence that are shown before and after the words in doubt."""
LONGEST = 160
"""Characters that are shown of the words themselves."""
LABELS = {"point": "Point", "owner": "Owner", "due": "Due"}


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A place to listen to; `anchor` leads to its paragraph. `text` stands between `before` and `after`, and is what
    was said unless `label` tells otherwise."""

    anchor: str
    start: float
    seconds: float
    speaker: SpeakerBadge | None
    label: str
    before: str
    text: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class DoubtList:
    """The first places to listen to, those after them, and how many there are in all."""

    first: tuple[DoubtView, ...]
    more: tuple[DoubtView, ...]
    count: int


def serialize_doubts(recap: Recap, limit: int) -> dict[str, Any]:
    """The first doubts about a recap, as the API has them, and the number of all."""
    doubts = _list(recap)
    return {"items": [_serialize(doubt) for doubt in doubts[:limit]], "count": len(doubts)}


def _serialize(doubt: Doubt) -> dict[str, Any]:
    rounded = {name: round(getattr(doubt, name), 3) for name in ("start", "end", "doubt", "weight", "listen_seconds")}
    plain: dict[str, Any] = to_plain(doubt)
    return plain | rounded


def list_doubt_views(document: Document) -> DoubtList:
    """The places on the page of a recap that are worth a listen; none if it has no words."""
    if not document.turns:
        return DoubtList((), (), 0)
    doubts = _list(document.recap)
    maker = _ViewMaker(document)
    views = tuple(maker.make(doubt) for doubt in doubts[:MOST])
    return DoubtList(views[:FIRST], views[FIRST:], len(doubts))


def _list(recap: Recap) -> list[Doubt]:
    """Loaded here: it weighs words by lists that no web process needs before."""
    from pipeline.doubts.listing import list_doubts

    return list_doubts(recap)


class _ViewMaker:
    """Makes the views of doubts about one recap."""

    def __init__(self, document: Document) -> None:
        transcript = document.recap.transcript
        self._document = document
        self._texts = {segment.id: segment.text for segment in transcript.segments}
        self._badges = {one.id: badge for one, badge in zip(transcript.speakers, document.speakers, strict=True)}
        self._starts = [turn.start for turn in document.turns]

    def make(self, doubt: Doubt) -> DoubtView:
        """The view of a doubt."""
        before = after = ""
        if doubt.span and doubt.segment:
            sentence = self._texts[doubt.segment]
            before = _cut_before(sentence[: doubt.span[0]])
            after = _cut_after(sentence[doubt.span[1] :], CONTEXT)
        is_known = bool(self._badges) and doubt.kind != "missing"
        return DoubtView(
            anchor=self._document.anchors.get(doubt.segment or "") or self._anchor_at(doubt.start),
            start=doubt.start,
            seconds=doubt.listen_seconds,
            speaker=self._badges.get(doubt.speaker or "", UNKNOWN) if is_known else None,
            label=LABELS.get(doubt.kind, ""),
            before=before,
            text=_cut_after(doubt.text, LONGEST),
            after=after,
            reason=doubt.reason,
        )

    def _anchor_at(self, second: float) -> str:
        """The paragraph that is being spoken at a second, else the one before it."""
        return self._document.turns[max(0, bisect_right(self._starts, second) - 1)].anchor


def _cut_before(text: str) -> str:
    if len(text) <= CONTEXT:
        return text
    return "… " + text[-CONTEXT:].partition(" ")[2]


def _cut_after(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[:most].rpartition(" ")[0] + " …"
