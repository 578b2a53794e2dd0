"""The catalogue of stages: everything that pages, commands, workers, estimates and the PDF need to know about each.

A job runs in four steps. A worker claims each step separately from a queue, and a step runs one or more stages. To add
a stage: add its entry here, write its function, call it in its step's module in `pipeline/steps/`, and test it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What a job does next."""

    PREPARE = "prepare"
    LISTEN = "listen"
    SUMMARIZE = "summarize"
    RENDER = "render"

    @classmethod
    def _missing_(cls, value: object) -> Step | None:
        # version 0.1 had one step for two; its workers may still be running during an upgrade
        return cls.LISTEN if value == "process" else None


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the work.

    `title` names it, `doing` is shown while it runs, `done` once it has finished, and `provenance` heads its row in the
    details of a recap. An optional stage (`is_optional`) is left out after three strikes instead of failing the job;
    `without` says what the recap then lacks. A stage that reaches no checkpoint for `silent_seconds` hangs.
    """

    name: str
    step: Step
    title: str
    doing: str
    done: str
    provenance: str
    silent_seconds: float
    is_optional: bool = False
    without: str = ""


STAGES = (
    Stage("prepare", Step.PREPARE, "Prepare", "Preparing", "Audio prepared", "Audio", 120.0),
    Stage("transcribe", Step.LISTEN, "Transcribe", "Transcribing", "Transcribed", "Transcript", 900.0),
    # clustering has no checkpoint for minutes
    Stage("diarize", Step.LISTEN, "Identify speakers", "Identifying speakers", "Speakers identified", "Speakers",
          1800.0, is_optional=True, without="The transcript has no speakers."),
    # a language model may have to be loaded before its first token
    Stage("summarize", Step.SUMMARIZE, "Write the recap", "Writing the recap", "Recap written", "Recap",
          900.0, is_optional=True, without="The summary is made of quotes."),
    Stage("render", Step.RENDER, "Make the PDF", "Making the PDF", "PDF made", "PDF", 600.0),
)  # fmt: skip

STAGE_NAMES = tuple(stage.name for stage in STAGES)
_BY_NAME = {stage.name: stage for stage in STAGES}


def find_stage(name: str) -> Stage:
    """The stage with this name. Raises KeyError if there is none."""
    return _BY_NAME[name]


def stages_of(step: Step) -> tuple[Stage, ...]:
    """The stages that a step runs, in order."""
    return tuple(stage for stage in STAGES if stage.step is step)


def first_stage(step: Step) -> Stage:
    """The stage that a step begins with."""
    return stages_of(step)[0]


@dataclass(frozen=True, slots=True)
class ResultKind:
    """A kind of result that a stage leaves behind.

    `version` is raised by hand when the same inputs give something else; older results then stay as they are. What
    `is_kept` stays as long as its recording; anything else is a cache and may be removed to save space.
    """

    name: str
    stage: str
    version: int = 1
    is_kept: bool = True


_KINDS = (
    ResultKind("audio", "prepare", version=2),
    ResultKind("speech", "speech", version=2),
    ResultKind("language", "language", version=3),
    ResultKind("transcribe", "transcribe", version=3),
    ResultKind("diarize", "diarize"),
    ResultKind("voices", "voices", version=2),
    ResultKind("transcript", "transcript", version=2),
    ResultKind("spelling", "spelling"),
    ResultKind("listen", "listen"),
    ResultKind("summary", "summarize", version=2, is_kept=False),
    ResultKind("recap", "recap"),
    ResultKind("pdf", "render", version=2),
)
RESULTS = {kind.name: kind for kind in _KINDS}

#: The samples of channels that carry a person each, beside their mix.
CHANNELS_SUFFIX = ".channels"
#: The sound that browsers play. It is small, so it stays as long as its recording.
PLAYBACK_SUFFIX = ".m4a"
#: Files beside a kept result that only save work: decoded samples, and the saved batches of a transcription.
CACHE_SUFFIXES = (".f16", CHANNELS_SUFFIX, ".parts")
