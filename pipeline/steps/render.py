"""Step `render`: from the recap to its PDF."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.accepted_offers import show_speakers
from pipeline.details.show import show_details
from pipeline.edits.edit import effective
from pipeline.meeting import UNKNOWN
from pipeline.reading.draft import mark_draft
from pipeline.recap import Recap, from_json
from pipeline.results import make_key
from pipeline.steps.context import StepContext


def render(context: StepContext, recap_path: Path) -> Recap:
    """Make the PDF of a finished recap with title, names, edits and letterhead of now; returns the recap with them."""
    from pipeline.render.pdf.attachments import list_attachments
    from pipeline.render.pdf.document import render_pdf

    request, monitor = context.request, context.monitor
    monitor.enter("render")
    names = dict(request.names)
    recap = show_details(from_json(Recap, recap_path.read_bytes()), request.title, request.details)
    recap = show_speakers(recap, request.accepted_offers, names, request.edits)
    shown: dict[str, Any] = {"title": recap.title, "names": names}
    if request.accepted_offers:  # the key of the time before there were any
        shown["accepted_offers"] = request.accepted_offers
    if request.details != UNKNOWN:
        shown["details"] = asdict(request.details)
    if held := effective(request.edits):
        shown["edits"] = [[each.kind, each.payload] for each in held]
    if request.is_draft:
        shown["is_draft"] = True
    if request.letterhead:
        shown["letterhead"] = request.letterhead.digest
    key = make_key("pdf", shown, inputs=[recap_path.stem])
    monitor.use("pdf", key)
    if not context.store.find(key, ".pdf"):
        began = time.monotonic()
        with context.store.publish(key, ".pdf") as path:
            drawn = mark_draft(recap) if request.is_draft else recap
            render_pdf(drawn, path, attachments=list_attachments(drawn), letterhead=request.letterhead)
        monitor.took("render", "reportlab", time.monotonic() - began)
    return recap
