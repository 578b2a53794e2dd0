"""The recap whose exports are kept in `golden`, with everything in it that exports show.

After a wanted change: `PYTHONPATH=.:tests python tests/support/golden_exports.py` writes them anew.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx

from pipeline.meeting import Attendee, Details
from pipeline.overlays import Spelling, WrittenNumber
from pipeline.recap import ActionItem, FailedWindow, Point, Recap, Segment, Speaker, Topic
from pipeline.render.exports.writers import WRITERS
from support.export_reading import export
from support.helpers import ROOT
from support.recaps import sample_recap

GOLDEN = ROOT / "tests" / "unit" / "pipeline" / "render" / "exports" / "golden"


def golden_recap() -> Recap:
    """Ten seconds of a meeting and a last sentence with a number, a changed spelling and signs that formats use."""
    base = sample_recap("ten-seconds")
    first = base.transcript.segments[0]
    speakers = (*base.transcript.speakers, Speaker("spk1", "Ben O'Neill & Co", 3.8))
    text = "=Ask <Grafana> about twenty five [licences] | & *more*."
    last = Segment("s9", 10.2, 14.0, text, "spk1", language="en")
    last = replace(
        last,
        spellings=(Spelling(text.index("Grafana"), "Grafana", "graph anna"),),
        numbers=(WrittenNumber(text.index("twenty"), "twenty five", "25"),),
    )
    cited = {"start": last.start, "end": last.end, "segments": (last.id,)}
    summary = replace(
        base.summary,
        topics=(Topic(id="t1", title="Licences & more", text="What Grafana costs.", **cited),),
        decisions=(Point(id="d1", text="Buy *licences*.", speaker="spk1", proof="lines", **cited),),
        action_items=(
            ActionItem(
                id="a1",
                text="Ask Grafana about 25 licences.",
                owner="spk1",
                due="on Friday",
                due_day="2026-11-20",
                due_by="model",
                proof="rule",
                **cited,
            ),
            ActionItem(id="a2", text="Book the hall.", owner="The caretaker", **cited),
        ),
        quotes=(Point(id="q1", text=first.text, speaker=first.speaker, start=0.5, end=4.0, segments=(first.id,)),),
    )
    transcript = replace(
        base.transcript, speakers=speakers, segments=(*base.transcript.segments, last), duration_seconds=14.5
    )
    coverage = replace(base.coverage, audio_seconds=14.5, failed_windows=(FailedWindow(8.0, 9.0, "no_words"),))
    attendees = (Attendee("Anna"), Attendee("Ben O'Neill & Co"), Attendee("*Carla* <c>", absent=True))
    details = Details("2026-11-16", "09:30", "Room 4 | first floor", "Board: weekly", attendees)
    return replace(base, summary=summary, transcript=transcript, coverage=coverage, details=details)


def outline_docx(data: bytes) -> str:
    """The paragraphs and tables of a Word document in their order, with their styles."""
    lines = []
    for block in docx.Document(BytesIO(data)).iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(f"{block.style.name}: {block.text}")
    return "\n".join(lines) + "\n"


def golden_path(name: str) -> Path:
    """Where the export in a format is kept; of a Word document, its outline."""
    return GOLDEN / (f"recap.{name}.txt" if name == "docx" else f"recap.{name}")


def golden_bytes(name: str) -> bytes:
    """The export of the recap; of a Word document, its outline."""
    data = export(golden_recap(), name)
    return outline_docx(data).encode() if name == "docx" else data


if __name__ == "__main__":
    for each in WRITERS:
        golden_path(each).write_bytes(golden_bytes(each))
