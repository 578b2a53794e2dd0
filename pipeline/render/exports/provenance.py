"""Coverage and provenance in words: what the recap covers, and how it was made from which file."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reading.provenance import describe_kind, name_reason, name_stage
from pipeline.recap import Recap
from pipeline.render import formatting
from pipeline.render.corrections import describe_corrections
from pipeline.render.exports.content import Content
from pipeline.render.exports.text import clean

HEADING = "Coverage and provenance"


def list_provenance(recap: Recap, content: Content) -> list[tuple[str, str]]:
    """Names with their values: coverage, warnings, how it was made, changed spellings, the file."""
    rows = (*_list_coverage(recap, content), *content.notices, *_list_stages(recap), *_list_source(recap, content))
    return [(clean(name), clean(value)) for name, value in rows if clean(value)]


def _list_coverage(recap: Recap, content: Content) -> Iterator[tuple[str, str]]:
    coverage = recap.coverage
    total = coverage.audio_seconds or recap.transcript.duration_seconds
    yield "Recording", content.clock(total)
    for name, seconds in (("Speech", coverage.speech_seconds), ("Summarised", coverage.summarized_seconds)):
        yield name, f"{content.clock(seconds)} ({formatting.percent(seconds, total)})"
    for window in coverage.failed_windows:
        yield f"{content.clock(window.start)} – {content.clock(window.end)}", name_reason(window.code)


def _list_stages(recap: Recap) -> Iterator[tuple[str, str]]:
    for stage in recap.stages:
        yield name_stage(stage.stage), f"{stage.engine}. {stage.settings}. {formatting.elapsed(stage.seconds)}"
    spelled = {(one.written, one.heard) for segment in recap.transcript.segments for one in segment.spellings}
    for written, heard in sorted(spelled):
        yield "Spelled by the vocabulary", f"{written} (heard: {heard})"


def _list_source(recap: Recap, content: Content) -> Iterator[tuple[str, str]]:
    yield "Corrected by hand", describe_corrections(recap)
    source = recap.source
    yield "File", f"{source.filename}, {formatting.size(source.size_bytes)}, {describe_kind(source)}"
    if content.when:
        yield "Uploaded", f"{formatting.date_and_time(content.when)} ({content.when.tzinfo})"
    yield "SHA-256", source.sha256
    yield "Recap", recap.id
