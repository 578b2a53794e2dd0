"""What is known of the speakers of a recording and stays for the next: names, answers to offers, voices."""

from __future__ import annotations

import logging

from core.log_format import trace_of
from core.recordings import recaps, speaker_names, voice_answers, voice_prints
from pipeline.accepted_offers import second_id
from pipeline.errors import PipelineError
from pipeline.rename_speakers import match_offers, match_speakers
from pipeline.steps.context import StepContext
from pipeline.steps.listen_result import ListenResult
from pipeline.steps.voice_prints import measure_voices
from workers.engine_cache import EngineCache
from workers.job_monitor import JobMonitor

log = logging.getLogger(__name__)


def keep_speakers(recording_id: str, listened: ListenResult) -> None:
    """What people said about the speakers stays where only the words were heard anew."""
    version, shown = recaps.get_version(recording_id), recaps.load_transcript(recording_id)
    if version and version.transcript_key and shown and version.transcript_key != listened.transcript_key:
        ids = match_speakers(shown, listened.transcript)
        everybody = ids | {second_id(one): second_id(other) for one, other in ids.items()}
        speaker_names.copy_names(recording_id, version.transcript_key, listened.transcript_key, everybody)
        offers = match_offers(shown, listened.transcript, ids)
        voice_answers.copy_answers(recording_id, version.transcript_key, listened.transcript_key, offers)


def keep_voices(context: StepContext, cache: EngineCache, listened: ListenResult, monitor: JobMonitor) -> None:
    """Keep the voices of the speakers, by which names are proposed; a recap is worth more than they are."""
    try:
        measured = measure_voices(context, cache, listened.transcript)
    except PipelineError as error:
        log.warning("the voices were not measured: %s", error.code, extra=trace_of(error))
        return
    if measured is not None:
        recording_id, key = context.request.recording_id, listened.transcript_key
        monitor.with_retry(lambda: voice_prints.keep_prints(recording_id, key, measured.engine, measured.by_speaker))
