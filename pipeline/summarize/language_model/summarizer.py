"""A summary by a language model in Ollama, for a recording of any length, each point with its evidence.

A transcript is read in short stretches; what is found there is checked against the lines and by cues, then summed up. A
stretch without a usable answer is retried in halves, then given up; a warning names its minutes. A call whose answer is
in the wrong language is repeated once; then the answer is used, with a warning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from pipeline.errors import PipelineError
from pipeline.languages import language_name
from pipeline.ollama.client import OllamaClient
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.recap import Notice, Summary, Transcript
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.language_model import prompts
from pipeline.summarize.language_model.chunked_reading import ChunkedReader
from pipeline.summarize.language_model.extracted_points import ExtractedPoints
from pipeline.summarize.language_model.grounded_points import as_action_item, as_point, as_topic
from pipeline.summarize.language_model.model_call import describe_loaded
from pipeline.summarize.language_model.ollama_settings import OllamaSettings

log = logging.getLogger(__name__)
VERSION = "3"
"""Raised when the same answers give another summary."""
MAX_NAMED_SPANS = 5


class OllamaSummarizer:
    """Summarizes with one model of one server; made by `choose_summarizer`."""

    def __init__(self, settings: OllamaSettings) -> None:
        self.settings = settings

    @property
    def identity(self) -> str:
        one = self.settings
        name = f"ollama/{one.model}@{one.digest}/ctx-{one.num_ctx or 'auto'}"
        return f"{name}/engine-{VERSION}/prompts-{prompts.VERSION}"

    def summarize(
        self, transcript: Transcript, options: SummaryOptions, on_progress: Callable[[float], None]
    ) -> SummaryResult:
        """Read, merge and check. Raises OllamaUnreachable or OllamaModelMissing if there is no summary."""
        language = options.language or transcript.language
        on_progress(0.0)
        reader = ChunkedReader(self.settings, transcript, language, options, on_progress)
        try:
            extracted = reader.read_all()
        finally:
            if self.settings.unload and reader.calls:
                self._unload()
        on_progress(1.0)
        return SummaryResult(
            self._compose(extracted, options, language),
            reader.read_seconds,
            tuple(_warnings(reader, language)),
            tuple(reader.missed),
            manner=", ".join(self._manner(reader)),
            dropped_points=reader.checker.dropped,
        )

    def _manner(self, reader: ChunkedReader) -> Iterator[str]:
        """How the model was run, and how often its lines were wrong."""
        if reader.loaded:
            yield describe_loaded(reader.loaded, self.settings.bytes_per_token)
        if reader.checker.anchored:
            yield f"{_counted(reader.checker.anchored, 'point', 'points')} anchored anew"

    def _compose(self, found: ExtractedPoints, options: SummaryOptions, language: str) -> Summary:
        return Summary(
            title=found.title,
            overview=tuple(as_point(f"o{n}", one) for n, one in enumerate(found.overview, 1)),
            topics=tuple(as_topic(f"t{n}", one) for n, one in enumerate(found.topics, 1)),
            decisions=tuple(as_point(f"d{n}", one) for n, one in enumerate(found.decisions, 1)),
            action_items=tuple(as_action_item(f"a{n}", one) for n, one in enumerate(found.action_items, 1)),
            questions=tuple(as_point(f"q{n}", one) for n, one in enumerate(found.questions, 1)),
            quotes=tuple(as_point(f"c{n}", one) for n, one in enumerate(found.quotes, 1)),
            engine="ollama",
            model=self.settings.model,
            template=options.template,
            language=language,
        )

    def _unload(self) -> None:
        """Free the GPU; if that fails, Ollama does so after `keep_alive`."""
        try:
            with OllamaClient(self.settings.host, connect_seconds=2.0, answer_seconds=3.0) as client:
                client.unload(self.settings.model)
        except (PipelineError, OllamaRefused) as error:
            log.warning("Ollama did not unload %s: %s", self.settings.model, for_log(error))


def _warnings(reader: ChunkedReader, language: str) -> Iterator[Notice]:
    if reader.missed:
        all_spans = [f"{_clock(start)}-{_clock(end)}" for start, end in reader.missed]
        spans = ", ".join(all_spans[:MAX_NAMED_SPANS])
        if len(all_spans) > MAX_NAMED_SPANS:
            spans += f" and {len(all_spans) - MAX_NAMED_SPANS} more parts"
        yield Notice(
            "summary_incomplete",
            f"The language model gave no usable answer for {spans}, which the summary leaves out. The transcript "
            "has it.",
            "Write the recap again, or choose another model in OLLAMA_MODEL.",
        )
    if reader.caller.foreign:
        name = language_name(language)
        yield Notice(
            "summary_language",
            f"The summary, or a part of it, is not in {name}: the language model used another language, even after "
            "a retry.",
            f"Choose a model in OLLAMA_MODEL that writes {name}, or another language, then write the recap again.",
        )
    dropped, cleared = reader.checker.dropped, reader.checker.cleared
    if dropped or cleared:
        parts = [_counted(dropped, "point", "points"), _counted(cleared, "owner or due date", "owners or due dates")]
        yield Notice(
            "summary_points_dropped",
            f"The transcript does not support {' and '.join(part for part in parts if part)} of the language model's "
            "answer, so the summary leaves that out.",
            "A larger model in OLLAMA_MODEL stays closer to what was said.",
        )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
