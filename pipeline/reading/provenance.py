"""Words for how a recap was made and for what it does not cover."""

from __future__ import annotations

from pipeline.catalogue import STAGES, find_stage
from pipeline.recap import NO_SPEECH, NOT_SUMMARIZED, Source

#: The result of the stage `summarize` is stored as "summary".
_STAGE_NAMES = {stage.name: stage.provenance for stage in STAGES} | {
    "summary": find_stage("summarize").provenance,
    "transcript": "Voices",
}
_REASONS = {
    "no_words": "someone speaks, but no words were recognized",
    "repetition": "the words repeat themselves",
    "low_confidence": "too unclear to rely on",
    NO_SPEECH: "sounds, no words",
    NOT_SUMMARIZED: "in the transcript, but not in the summary",
}


def name_stage(stage: str) -> str:
    """What a stage is called where a document tells how it was made."""
    return _STAGE_NAMES.get(stage, _spell_out(stage).capitalize())


def name_reason(code: str) -> str:
    """Why a stretch is not covered."""
    return _REASONS.get(code, _spell_out(code))


def describe_kind(source: Source) -> str:
    """The container of a file, and its codec if that is not the same."""
    container, codec = source.container.upper(), source.codec.upper()
    return f"{container} with {codec}" if codec and codec != container else container


def _spell_out(name: str) -> str:
    return name.replace("_", " ")
