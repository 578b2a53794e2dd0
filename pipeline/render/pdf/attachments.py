"""Files attached to the PDF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pikepdf
from pikepdf import AttachedFileSpec, Name

from pipeline.reading.public import to_public
from pipeline.recap import Recap
from pipeline.render.exports.catalogue import FORMATS
from pipeline.render.exports.subtitles import write_srt


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to attach: its name, media type, content, and what it is in words."""

    name: str
    mime: str
    content: bytes
    description: str


def list_attachments(recap: Recap) -> list[Attachment]:
    """The files that go with the PDF of a recap: its transcript, as the API shows it, and as subtitles."""
    if not recap.transcript.segments:
        return []
    words = json.dumps(to_public(recap.transcript), ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    subtitles = BytesIO()
    write_srt(recap, subtitles)
    return [
        Attachment("transcript.json", "application/json", words, "The transcript with the times of its words"),
        Attachment("transcript.srt", FORMATS["srt"].media_type, subtitles.getvalue(), "The transcript as subtitles"),
    ]


def attach(pdf: pikepdf.Pdf, attachments: Sequence[Attachment], when: datetime) -> None:
    """Attach files to a document, as other forms of what it shows; `when` is their date."""
    date = f"D:{when:%Y%m%d%H%M%S}+00'00'"
    for one in attachments:
        file = AttachedFileSpec(
            pdf,
            one.content,
            filename=one.name,
            description=one.description,
            mime_type=one.mime,
            creation_date=date,
            mod_date=date,
            relationship=Name.Alternative,
        )
        pdf.attachments[one.name] = file
    if attachments:
        pdf.Root["/AF"] = pikepdf.Array([pdf.attachments[one.name].obj for one in attachments])
