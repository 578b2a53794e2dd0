"""The details of a recap: its meeting, its source, its options, and how each stage was run."""

from __future__ import annotations

from pipeline.catalogue import STAGE_NAMES, find_stage
from pipeline.languages import list_spoken
from pipeline.recap import Recap
from pipeline.render.meeting import list_meeting
from webapp import formats
from webapp.recordings.version_history import VersionHistory


def list_details(recap: Recap, history: VersionHistory | None) -> list[tuple[str, str]]:
    """The details of a recap, each with its name."""
    source = recap.source
    kind = ", ".join(part for part in (source.container, source.codec, formats.size(source.size_bytes)) if part)
    details = [*list_meeting(recap.details), ("File", source.filename), ("Kind", kind), _list_languages(recap)]
    if history is not None:
        details.append(("Template", history.template))
    if history is not None and history.instructions:
        details.append(("Instructions", history.instructions))
    details += [
        (_name_stage(report.stage), f"{report.engine}. {report.settings}. {report.seconds:.1f} s")
        for report in recap.stages
    ]
    return [*details, ("SHA-256", source.sha256)]


def _list_languages(recap: Recap) -> tuple[str, str]:
    transcript = recap.transcript
    names = [formats.language(code) or code for code in list_spoken(transcript)]
    if len(names) > 1:
        return "Languages", ", ".join(names)
    certain = transcript.language_probability
    return "Language", f"{names[0]}, {certain * 100:.0f} % certain" if 0 < certain < 1 else names[0]


def _name_stage(stage: str) -> str:
    if stage in STAGE_NAMES:
        return find_stage(stage).provenance
    return {"speech": "Voice activity", "transcript": "Voices"}.get(stage, stage.capitalize())
