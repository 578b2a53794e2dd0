"""The summariser of a job: Ollama, if it answers and is not to rest, with the GPU's memory seen to; else quotes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

import config
from core import ollama_circuit
from core.clock import utc_now
from core.ollama_placement import shares_gpu
from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.chat import ChatLimits
from pipeline.ollama.errors import OllamaRefused, for_log
from pipeline.ollama.failures import FailureReason
from pipeline.ollama.model_memory import find_model_memory
from pipeline.ollama.model_names import name_key
from pipeline.ollama.retry import longest_waits
from pipeline.recap import Notice, Transcript
from pipeline.summarize.engine import Summarizer, SummaryOptions, SummaryResult
from pipeline.summarize.language_model.chunked_reading import LARGEST_WINDOW
from pipeline.summarize.language_model.context_window import choose_window
from pipeline.summarize.language_model.ollama_settings import OllamaSettings
from pipeline.summarize.language_model.summarizer import OllamaSummarizer
from pipeline.summarize.selection import choose_summarizer
from workers.failed_models import find_failed_models
from workers.gpu_memory import GpuMemory, SpeechModels

log = logging.getLogger(__name__)

#: Ollama's list is there or not: it is waited for less long than an answer is.
FIRST_LIST_WAIT_SECONDS, LIST_WAIT_FACTOR = 0.5, 2.0
FIRST_WAIT_SECONDS, WAIT_FACTOR = 1.0, 3.0
#: Failures that a damaged model, or one too large for the machine, brings about as well.
MODEL_REASONS = frozenset(
    (
        FailureReason.ERROR,
        FailureReason.SILENT,
        FailureReason.STALLED,
        FailureReason.BROKE_OFF,
        FailureReason.SLOW,
        FailureReason.ENDLESS,
    )
)
#: A cautious estimate of a transcript as a prompt: bytes a token, tokens for who speaks, tokens beside the transcript.
BYTES_A_TOKEN, TOKENS_A_SEGMENT, TOKENS_BESIDE = 3, 16, 4096


class SharedCircuit:
    """The `pipeline.ollama.failures.Health` of one Ollama, kept in the database for all workers.

    With `is_own_choice` a user named the model: what may lie in that is not held against Ollama, which others use too.
    """

    def __init__(self, host: str, timezone: str, *, is_own_choice: bool = False) -> None:
        self.host, self.zone, self.is_own_choice = host, ZoneInfo(timezone), is_own_choice

    @property
    def open_until(self) -> datetime | None:
        """The end of the rest in the zone of the pages; with the database away Ollama may be asked."""
        try:
            until = ollama_circuit.open_until(self.host, utc_now())
        except SQLAlchemyError as error:
            log.warning("whether Ollama rests is not known: %s", type(error).__name__)
            return None
        return until.astimezone(self.zone) if until else None

    def record_failure(self, reason: str) -> None:
        if self.is_own_choice and reason in MODEL_REASONS:
            return
        try:
            until = ollama_circuit.note_failure(self.host, reason, utc_now())
        except SQLAlchemyError as error:
            log.warning("a failure of Ollama was not counted: %s", type(error).__name__)
            return
        if until:
            log.warning("Ollama is paused until %s", until.astimezone(self.zone).strftime("%H:%M %Z"))

    def record_success(self) -> None:
        try:
            ollama_circuit.note_success(self.host)
        except SQLAlchemyError as error:
            log.warning("a success of Ollama was not noted: %s", type(error).__name__)


class SharingSummarizer:
    """A summariser by Ollama that sees to the memory of the GPU it shares with the speech models."""

    def __init__(self, settings: OllamaSettings, memory: GpuMemory, speech: SpeechModels) -> None:
        self.settings, self.memory, self.speech = settings, memory, speech

    @property
    def identity(self) -> str:
        return OllamaSummarizer(self.settings).identity

    def summarize(
        self, transcript: Transcript, options: SummaryOptions, on_progress: Callable[[float], None]
    ) -> SummaryResult:
        """Make room, summarise, and let the model stay loaded only where the speech models fit beside it."""
        on_progress(0.0)
        one = self.settings
        try:
            model = find_model_memory(one.host, one.model)
        except (OllamaRefused, OllamaUnreachable, OllamaModelMissing) as error:  # the chat itself will tell
            log.warning("Ollama did not tell what %s takes: %s", one.model, for_log(error))
        else:
            room = self.memory.make_room_for_summary(model, estimate_window(transcript, one), self.speech)
            one = replace(one, memory_window=room.window, unload=not room.may_stay_loaded)
        return OllamaSummarizer(one).summarize(transcript, options, on_progress)


def estimate_window(transcript: Transcript, settings: OllamaSettings) -> int:
    """The window in tokens that the transcript will want, by a cautious estimate."""
    if settings.set_window:
        return settings.set_window
    spoken = sum(len(one.text.encode()) // BYTES_A_TOKEN + TOKENS_A_SEGMENT for one in transcript.segments)
    return choose_window(spoken + TOKENS_BESIDE, settings.window, LARGEST_WINDOW)


def choose_summarizer_now(
    settings: config.Settings,
    model: str | None,
    memory: GpuMemory | None,
    speech: SpeechModels,
    checkpoint: Callable[[], None],
) -> tuple[Summarizer, Notice | None]:
    """The summariser that answers now; a notice where it is not the language model.

    `memory` is that of a GPU which Ollama shares, None if it has its own. `checkpoint` may raise to stop a wait.
    """
    is_own_choice = bool(model) and name_key(model or "") != name_key(settings.ollama_model or "")
    chosen, notice = choose_summarizer(
        settings.ollama_host,
        model or settings.ollama_model,
        None if settings.ollama_num_ctx == "auto" else settings.ollama_num_ctx,
        # the site's own model may run elsewhere, a user's choice may not
        allow_remote=not is_own_choice,
        circuit=SharedCircuit(settings.ollama_name, settings.timezone, is_own_choice=is_own_choice),
        retry_seconds=longest_waits(FIRST_LIST_WAIT_SECONDS, LIST_WAIT_FACTOR, settings.ollama_retries),
        on_tick=checkpoint,
        failed=find_failed_models(),
    )
    if not isinstance(chosen, OllamaSummarizer):
        return chosen, notice
    own_settings = replace(
        chosen.settings,
        retry_seconds=longest_waits(FIRST_WAIT_SECONDS, WAIT_FACTOR, settings.ollama_retries),
        limits=ChatLimits(
            first_token=settings.ollama_first_token_seconds, between_tokens=settings.ollama_token_seconds
        ),
    )
    if memory:
        return SharingSummarizer(own_settings, memory, speech), notice
    # on a machine of its own Ollama may keep the model for the next job
    return OllamaSummarizer(replace(own_settings, unload=shares_gpu(settings))), notice
