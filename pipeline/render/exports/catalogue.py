"""The formats in which a recap is downloaded. `pipeline.render.exports.writers` writes them; this file loads none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format: its name is also the ending of its files; `title` and `about` are what people read of it."""

    name: str
    media_type: str
    title: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class FormatGroup:
    """Formats that belong together in a menu."""

    title: str
    formats: tuple[ExportFormat, ...]


FORMAT_GROUPS = (
    FormatGroup(
        "Recap and transcript",
        (
            ExportFormat("pdf", "application/pdf", "PDF", "For print and archive"),
            ExportFormat(
                "docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "Word",
                "To edit and pass on",
            ),
            ExportFormat("md", "text/markdown", "Markdown", "For Obsidian and other notes"),
            ExportFormat("txt", "text/plain", "Text"),
        ),
    ),
    FormatGroup(
        "Transcript only",
        (
            ExportFormat("srt", "application/x-subrip", "Subtitles", "For video players"),
            ExportFormat("vtt", "text/vtt", "Subtitles for the web"),
            ExportFormat("csv", "text/csv", "Table", "For Excel and other spreadsheets"),
            ExportFormat("rttm", "text/plain", "Speaker turns"),
            ExportFormat("eaf", "text/xml", "ELAN"),
            ExportFormat("otr", "application/json", "oTranscribe"),
        ),
    ),
    FormatGroup(
        "Everything",
        (
            ExportFormat("json", "application/json", "Data", "All of the recap, for programs"),
            ExportFormat("zip", "application/zip", "All formats"),
        ),
    ),
)
FORMATS = {one.name: one for group in FORMAT_GROUPS for one in group.formats}
