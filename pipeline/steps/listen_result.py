"""What the step `listen` hands to `summarize`: everything a recap needs except its summary.

It is stored, so that a recap is written again without decoding, recognising or diarizing anything.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.recap import Coverage, Notice, Recap, Source, StageReport, Transcript, from_json, to_json
from pipeline.results import make_key
from pipeline.steps.context import StepContext

#: Codes of the notices about audio and transcript; all others are about the summary.
LISTEN_NOTICES = frozenset(
    (
        "demo_models",
        "truncated",
        "sound_tracks",
        "separate_channels",
        "faint_speech",
        "no_speech",
        "diarization_missing",
        "speakers_not_limited",
    )
)


@dataclass(frozen=True, slots=True)
class ListenResult:
    """The transcript with what is known about its making.

    In `coverage`, `summarized_seconds` is 0 and no stretch is marked as not summarized. `spans` are the stretches of
    speech (seconds), `stages` the stages up to the transcript. `vocabulary` is what it was made with.
    """

    transcript: Transcript
    transcript_key: str
    source: Source
    coverage: Coverage
    notices: tuple[Notice, ...]
    stages: tuple[StageReport, ...]
    spans: tuple[tuple[float, float], ...]
    vocabulary: str = ""


def store_listen_result(context: StepContext, result: ListenResult) -> str:
    """Keep a result; returns its key."""
    data = to_json(result)
    key = make_key("listen", {"sha256": hashlib.sha256(data).hexdigest(), "owner": context.request.owner_id})
    context.monitor.use("listen", key)
    context.results.publish(key, data)
    return key


def load_listen_result(path: Path) -> ListenResult:
    """Read a stored result."""
    return from_json(ListenResult, path.read_bytes())


def listen_result_of_recap(path: Path, transcript_key: str) -> ListenResult:
    """The same, taken from the file of a recap: recordings of version 0.1 have no stored result of this step."""
    recap = from_json(Recap, path.read_bytes())
    return ListenResult(
        transcript=recap.transcript,
        transcript_key=transcript_key,
        source=recap.source,
        coverage=replace(
            recap.coverage,
            summarized_seconds=0.0,
            failed_windows=(*recap.coverage.not_transcribed, *recap.coverage.without_speech),
        ),
        notices=tuple(notice for notice in recap.warnings if notice.code in LISTEN_NOTICES),
        stages=tuple(report for report in recap.stages if report.stage != "summary"),
        spans=recap.speech_spans,
        vocabulary=recap.vocabulary,
    )
