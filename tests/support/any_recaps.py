"""Recaps with any text in them, for tests that nothing in it stops or changes a document."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from pipeline.recap import ActionItem, Notice, Point, Recap, Segment, Speaker, StageReport, Topic, Word
from support.recaps import sample_recap

TRAPS = [
    "<b>",
    "</para>",
    "<img src=/etc/passwd>",
    "&amp;",
    "\ud800",
    "\udfff",
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\u200f",
    "\ufeff",
    "\ufffe",
    "\U0010ffff",
    "\U000e0041",
    "a\u0301\u0302\u0303" * 20,
    "שלום",
    "\u200c\u200dمی\u200cخواهم\u200d",
    "क्\u200dष\u200c",
    "a שלום b (مرحبا 12) c",
    "مرحبا",
    "大家早上好",
    "👩\u200d🚀",
    "\u2028",
    "\xa0",
    "x" * 300,
    "-" * 200,
    "\\) Tj ET",
    "don't",
    "-->",
    "00:01.000 --> 00:02.000",
    "[x](https://evil.example)",
    "![x](y.png)",
    "https://evil.example www.evil.example a@evil.example",
    "`code` **bold** | ~~cell~~ #tag %%",
    "{\\an8}\\N",
    "=1+2",
    "- [ ] task",
    "1. first",
    "---",
    "",
    " ",
]
RANGES = (
    *((0x20, 0x24F), (0x300, 0x3FF), (0x400, 0x52F), (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F)),
    *((0x2000, 0x206F), (0x3040, 0x30FF), (0x4E00, 0x4FFF), (0xAC00, 0xADFF), (0x1F300, 0x1F6FF)),
)
scripts = st.sampled_from(RANGES).flatmap(
    lambda ends: st.text(st.characters(min_codepoint=ends[0], max_codepoint=ends[1]))
)
texts = st.lists(st.one_of(st.text(max_size=40), scripts, st.sampled_from(TRAPS)), max_size=6).map(" ".join)
moments = st.floats(min_value=0, max_value=20_000)


@st.composite
def recaps(draw: st.DrawFn) -> Recap:
    base = sample_recap("ten-seconds")
    speakers = tuple(Speaker(f"k{number}", draw(texts), draw(moments)) for number in range(draw(st.integers(0, 12))))
    keys = st.sampled_from([None, "stranger", *(speaker.id for speaker in speakers)])
    segments = []
    for number in range(draw(st.integers(0, 6))):
        start, text = draw(moments), draw(texts)
        words = tuple(Word(start, start + 1, f" {part}", draw(st.floats(0, 1))) for part in text.split())
        segments.append(Segment(f"s{number}", start, start + draw(moments), text, draw(keys), words=words))

    def fields() -> dict[str, object]:
        start = draw(moments)
        end = start + draw(moments)
        return {"id": "p", "text": draw(texts), "speaker": draw(keys), "start": start, "end": end, "segments": ()}

    def some(make: object) -> tuple[object, ...]:
        return tuple(make() for _ in range(draw(st.integers(0, 3))))  # type: ignore[operator]

    summary = replace(
        base.summary,
        overview=some(lambda: Point(**fields())),
        decisions=some(lambda: Point(**fields())),
        questions=some(lambda: Point(**fields())),
        quotes=some(lambda: Point(**fields())),
        topics=some(lambda: Topic(**fields(), title=draw(texts))),
        action_items=some(lambda: ActionItem(**fields(), owner=draw(st.none() | texts), due=draw(st.none() | texts))),
        language=draw(texts),
    )
    return replace(
        base,
        title=draw(texts),
        organisation=draw(st.none() | texts),
        timezone=draw(texts),
        source=replace(base.source, filename=draw(texts), sha256=draw(texts), uploaded_at=draw(texts)),
        summary=summary,
        transcript=replace(
            base.transcript,
            speakers=speakers,
            segments=tuple(segments),
            duration_seconds=draw(moments),
            language=draw(texts),
        ),
        warnings=some(lambda: Notice(draw(texts), draw(texts), draw(texts))),
        stages=some(lambda: StageReport(draw(texts), draw(texts), draw(texts), draw(moments))),
    )
