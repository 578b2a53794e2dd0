"""Step `summarize`: from the transcript to the recap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from pipeline.edits.corrections import list_corrections
from pipeline.errors import OllamaUnreachable, PipelineError
from pipeline.recap import NOT_SUMMARIZED, FailedWindow, Notice, Recap, Summary, to_json
from pipeline.request import Engine, Engines
from pipeline.results import make_key
from pipeline.steps.context import StepContext
from pipeline.steps.listen_result import ListenResult
from pipeline.summarize.due_days import with_due_days
from pipeline.summarize.engine import Summarizer, SummaryOptions, SummaryResult, spoken_seconds
from pipeline.vocabulary.entries import terms_of


def summarize(context: StepContext, listened: ListenResult, engines: Engines) -> Recap:
    """Summarise a transcript and compose the recap; loads no speech engine."""
    if not listened.transcript.segments:
        return compose_without_summary(context, listened)
    context.monitor.enter("summarize")
    notice: Notice | None
    if "summarize" in context.request.skip:
        summarizer, notice = _extractive(), _skipped_error().notice()
    else:
        summarizer, notice = engines.summarizer(context.request.model)
    try:
        result = _summarize_with(context, summarizer, listened)
    except PipelineError as error:
        if not error.code.startswith("ollama_"):
            raise
        notice = error.notice()
        result = _summarize_with(context, _extractive(), listened)
    return _compose(context, listened, result, [*([notice] if notice else []), *result.warnings])


def compose_without_summary(context: StepContext, listened: ListenResult) -> Recap:
    """The recap of a recording whose transcript is all that was asked for, or in which nobody speaks."""
    summary = Summary(
        "", (), (), (), (), (), (), engine="none", model=None, template="none", language=listened.transcript.language
    )
    return _compose(context, listened, SummaryResult(summary, 0.0), ())


def _summarize_with(context: StepContext, summarizer: Summarizer, listened: ListenResult) -> SummaryResult:
    corrections = list_corrections(context.request.edits)
    options = replace(context.request.summary, terms=terms_of(context.vocabulary), corrections=corrections)

    def describe(result: SummaryResult) -> Engine:
        settings = ", ".join(filter(None, (f"template {options.template}", result.manner)))
        return Engine(summarizer.identity, summarizer.identity, settings)

    _, result = context.results.run(
        "summary",
        _options_with_take(context, options, summarizer, listened.transcript_key),
        summarizer.identity,
        [listened.transcript_key],
        SummaryResult,
        lambda: summarizer.summarize(listened.transcript, options, context.monitor.progress),
        describe,
    )
    return result


def _options_with_take(
    context: StepContext, options: SummaryOptions, summarizer: Summarizer, transcript_key: str
) -> dict[str, Any]:
    """The options as they go into the key.

    A summary that left something out is not reused when the recap is written again: the next take is made.
    """
    plain: dict[str, Any] = asdict(options)
    for name in ("terms", "corrections"):  # the key of the time before there were any
        if not plain[name]:
            del plain[name]
    take = 0
    while True:
        key = make_key("summary", plain, summarizer.identity, [transcript_key])
        found = context.store.find(key, ".json")
        known = context.results.read(key, SummaryResult, listed=False) if found else None
        if known is None or not known.missed:
            return plain
        take += 1
        plain["take"] = take


def _compose(context: StepContext, listened: ListenResult, result: SummaryResult, notices: Iterable[Notice]) -> Recap:
    request, coverage = context.request, listened.coverage
    unread = tuple(FailedWindow(round(a, 3), round(b, 3), NOT_SUMMARIZED) for a, b in result.missed)
    spoken = spoken_seconds(listened.transcript.segments) or 1.0
    summarized = coverage.speech_seconds * min(1.0, result.summarized_seconds / spoken)
    failed = sorted((*coverage.failed_windows, *unread), key=lambda window: window.start)
    recap = Recap(
        id=request.recording_id,
        title=request.title,
        source=listened.source,
        transcript=listened.transcript,
        summary=with_due_days(result.summary, _recorded_on(listened), listened.transcript.language),
        coverage=replace(coverage, summarized_seconds=round(summarized, 3), failed_windows=tuple(failed)),
        warnings=(*listened.notices, *notices),
        stages=(*listened.stages, *context.results.reports),
        recording_url=request.recording_url,
        timezone=request.timezone,
        organisation=request.organisation,
        speech_spans=listened.spans,
        vocabulary=listened.vocabulary,
    )
    data = to_json(recap)
    key = make_key("recap", {"sha256": hashlib.sha256(data).hexdigest(), "owner": request.owner_id})
    context.monitor.use("recap", key)
    context.results.publish(key, data)
    return recap


def _recorded_on(listened: ListenResult) -> date | None:
    """The day of the meeting, where the file tells it."""
    return date.fromisoformat(listened.source.recorded_on) if listened.source.recorded_on else None


def _extractive() -> Summarizer:
    from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer

    return ExtractiveSummarizer()


def _skipped_error() -> OllamaUnreachable:
    """Why the language model was not asked at all."""
    return OllamaUnreachable(
        "The summary is made of quotes, because writing it took far too long or stopped the worker three times.",
        "Name a smaller model in OLLAMA_MODEL, then write the recap again.",
    )
