"""What a reader must know before trusting a recap: one line on page 1, the full text on the last page."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reading.draft import DRAFT, NOT_REVIEWED
from pipeline.recap import Notice, Recap
from pipeline.render.formatting import duration
from pipeline.render.system_fonts import packages_for

_NAMES = {
    NOT_REVIEWED: DRAFT,
    "demo_models": "Demo models",
    "no_speech": "No speech",
    "truncated": "Incomplete",
    "sound_tracks": "Sound tracks",
    "separate_channels": "Channels",
    "faint_speech": "Faint speech",
    "diarization_missing": "No speakers",
    "ollama_unreachable": "Extracted",
    "ollama_model_missing": "Extracted",
    "summary_incomplete": "Not all summarised",
    "summary_points_dropped": "Left out",
    "summary_language": "Other language",
    "missing_characters": "Missing characters",
}
_SHORT = {"demo_models": "Made with the small demo models: expect wrong words."}
_EXTRACTED = "These are sentences of the recording, without hesitations; nothing was rewritten."
_MANY = 12


@dataclass(frozen=True, slots=True)
class PrintedNotice:
    """A notice as printed: its name, the text for page 1, and the full text, which stands on the last page if any."""

    name: str
    short: str
    full: str
    has_last_page: bool = True

    def without_last_page(self) -> PrintedNotice:
        """The notice for a document that ends before its coverage and provenance."""
        return PrintedNotice(self.name, self.full, self.full, has_last_page=False)


def notice_name(code: str) -> str:
    """The name of a warning in print."""
    return _NAMES.get(code) or code.replace("_", " ").strip().capitalize() or "Notice"


def _line(notice: Notice) -> PrintedNotice:
    name = notice_name(notice.code)
    short = _EXTRACTED if name == "Extracted" else _SHORT.get(notice.code, notice.message)
    return PrintedNotice(name, short, f"{notice.message} {notice.hint}".strip())


def printed_notices(recap: Recap, missing: frozenset[str]) -> list[PrintedNotice]:
    """The warnings of the recap, then those of the document itself; each name once."""
    lines = [_line(notice) for notice in recap.warnings]
    if recap.summary.engine == "extractive" and recap.transcript.segments:
        lines.append(PrintedNotice("Extracted", _EXTRACTED, f"No language model wrote this summary. {_EXTRACTED}"))
    failed = sum(window.end - window.start for window in recap.coverage.not_transcribed)
    if failed > 0:
        text = f"{duration(max(1, failed))} could not be transcribed well."
        lines.append(PrintedNotice("Incomplete", text, f"{text} The places are listed under Coverage."))
    if missing:
        lines.append(_missing_line(missing))
    seen: dict[str, PrintedNotice] = {}
    for line in lines:
        seen.setdefault(f"{line.name} {line.short}" if line.name == "Incomplete" else line.name, line)
    return list(seen.values())


def _missing_line(missing: frozenset[str]) -> PrintedNotice:
    codes = [f"U+{ord(one):04X}" for one in sorted(missing)]
    listed = ", ".join(codes[:_MANY]) + (f" and {len(codes) - _MANY} others" if len(codes) > _MANY else "")
    text = "The fonts of this document lack some characters, which are shown as “?”."
    full = f"{text} The recording's page shows them: {listed}."
    if packages := packages_for(missing):
        full += f" Install {' and '.join(packages)} on the computer that makes the PDF, and write the recap again."
    return PrintedNotice("Missing characters", text, full)
