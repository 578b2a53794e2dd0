"""Reads a transcript with a language model, chunk by chunk, and has the outlines of the chunks merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.model_info import RunningModel
from pipeline.recap import Transcript
from pipeline.summarize.engine import SummaryOptions, spoken_seconds
from pipeline.summarize.language_model.chunking import halve, take_chunk
from pipeline.summarize.language_model.context_window import choose_window
from pipeline.summarize.language_model.cross_check import cross_check
from pipeline.summarize.language_model.cue_points import find_cue_points
from pipeline.summarize.language_model.extracted_points import (
    MAX_OVERVIEW,
    MIN_OVERVIEW,
    ExtractedPoints,
    as_topic_of,
    fill,
    sample_evenly,
)
from pipeline.summarize.language_model.grounded_points import GroundedPoint
from pipeline.summarize.language_model.grounding import GroundingChecker
from pipeline.summarize.language_model.language_retry import LanguageRetryingCaller
from pipeline.summarize.language_model.merging import OutlineMerger
from pipeline.summarize.language_model.missed_ranges import MissedRanges
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.ollama_settings import OllamaSettings
from pipeline.summarize.language_model.prompts import STRICT_REMINDER, system_prompt
from pipeline.summarize.language_model.response_schema import Kind, StretchAnswer, stretch_schema
from pipeline.summarize.language_model.second_look import look_again
from pipeline.summarize.language_model.stretches import count_points, stretches, worth_reading
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import TranscriptLine, build_lines

LARGEST_WINDOW = 32768
"""Tokens, if no window is configured: a recap seldom needs the memory of a larger one."""
ANSWER_TOKENS = 2048
"""Reserved for the answer; at most a quarter of the window."""
MARGIN_TOKENS = 128
"""Reserved for the control tokens of the chat template."""
MIN_BUDGET = 256
EXPECTED_TOKENS = 150
"""Of one answer, for the progress."""
MIN_WORDS = 60
"""From this many words on, an empty recap of a chunk is not accepted."""
MAX_HALVINGS = 2
"""How often a chunk is halved and retried after unusable answers: down to a quarter."""
MAX_FAILED_CHUNKS = 3
"""A model without a usable answer for this many chunks at the beginning is given up."""
READING_SHARE = 0.9
"""Reading is this share of the progress, merging the rest."""


class ChunkedReader:
    """Reads one transcript, once."""

    def __init__(
        self,
        settings: OllamaSettings,
        transcript: Transcript,
        language: str,
        options: SummaryOptions,
        on_progress: Callable[[float], None],
    ) -> None:
        self.lines, by_id = build_lines(transcript)
        self.checker = GroundingChecker(transcript, by_id, language)
        self.cues = find_cue_points(transcript)
        self._missed = MissedRanges()
        self.system = system_prompt(options, language)
        self.merging = system_prompt(options, language, merging=True)
        self.on_progress = on_progress
        self.counter = TokenCounter()
        window = self._choose_window(settings)
        self.model = ModelCaller(settings, window, min(ANSWER_TOKENS, window // 4), self.counter)
        self.caller = LanguageRetryingCaller(self.model, language)
        self._read: list[TranscriptLine] = []
        self._characters = sum(len(one.text) for one in self.lines)
        self._passed = 0
        self._progress = 0.0

    @property
    def missed(self) -> list[tuple[float, float]]:
        """The ranges in seconds without a usable answer."""
        return self._missed.ranges

    @property
    def loaded(self) -> RunningModel | None:
        """The model as the server has loaded it; None if the server does not say."""
        return self.model.loaded

    @property
    def calls(self) -> int:
        """The number of calls to the model."""
        return self.model.calls

    @property
    def read_seconds(self) -> float:
        """Seconds of speech in chunks with a usable answer."""
        return spoken_seconds(self._read)

    def read_all(self) -> ExtractedPoints:
        """Read everything. Raises OllamaUnreachable if no chunk has a usable answer."""
        parts: list[ExtractedPoints] = []
        chunks = 0
        for stretch in stretches(self.lines, self.counter, self.cues.topic_starts):
            rest = stretch
            while rest and (parts or chunks < MAX_FAILED_CHUNKS):
                # recomputed each time: the token counts of the model make the next chunk larger or smaller
                chunk, rest = take_chunk(rest, self._budget(self.system), self.counter)
                parts += self._read_chunk(chunk)
                self._passed += sum(len(one.text) for one in chunk)
                chunks += 1
        if self.lines and not parts:
            raise OllamaUnreachable(
                "The summary was put together from quotes, because the language model gave no usable answer.",
                "Choose another model in OLLAMA_MODEL, then write the recap again.",
            )
        return self._sum_up(self._cross_check(parts)) if parts else ExtractedPoints()

    def _cross_check(self, parts: list[ExtractedPoints]) -> list[ExtractedPoints]:
        """Let cues and model check each other."""
        transcript, checker = self.checker.transcript, self.checker
        evidence = checker.evidence(checker.excerpt(()))
        return cross_check(
            parts, self.cues, transcript, evidence, lambda doubts: look_again(self.model, doubts, transcript)
        )

    def _sum_up(self, parts: list[ExtractedPoints]) -> ExtractedPoints:
        """All points; what the whole is about, and of several parts what each is about."""
        budget = partial(self._budget, self.merging)
        merger = OutlineMerger(self.caller, self.merging, self.checker, budget, lambda count: self._tick(count, 0))
        whole = replace(merger.merge(parts), quotes=self.cues.quotes)
        # quotes fill what the model left short, but not in another language than the recap's
        quotes, best = ([], []) if self.checker.is_translated else (self.cues.overview, self.cues.best)
        # the facts and decisions of a short meeting tell it whole
        overview = sample_evenly(whole.told, MAX_OVERVIEW) if len(parts) == 1 else whole.overview
        whole = replace(whole, overview=fill(overview, quotes, MIN_OVERVIEW))
        if len(parts) == 1:
            return whole
        return replace(whole, topics=[topic for part in parts for topic in as_topic_of(part, best)])

    def _choose_window(self, settings: OllamaSettings) -> int:
        """One window for all calls of the job: configured, or chosen by need, training and memory."""
        if settings.set_window:
            return settings.set_window
        prompt = self._prompt_tokens(self.system) + sum(self.counter.count(one.prompt_text) + 1 for one in self.lines)
        most = min(LARGEST_WINDOW, settings.memory_window or LARGEST_WINDOW)
        return choose_window(prompt + ANSWER_TOKENS + MARGIN_TOKENS, settings.window, most)

    def _prompt_tokens(self, system: str) -> int:
        """Tokens of a prompt without its lines."""
        return self.counter.count(system) + self.counter.count(STRICT_REMINDER)

    def _budget(self, system: str) -> int:
        """Tokens of the window that are available for lines."""
        beside = self.model.answer_tokens + self._prompt_tokens(system) + MARGIN_TOKENS
        return max(MIN_BUDGET, self.model.allocated_window - beside)

    def _read_chunk(self, chunk: list[TranscriptLine], halvings: int = MAX_HALVINGS) -> list[ExtractedPoints]:
        """The points of a chunk, halved if the answer is unusable; a chunk that still fails is recorded as missed."""
        try:
            extracted = self._extract(chunk, may_be_full=not halvings)
        except PromptTooLong:
            # this was not an unusable answer, so the halves keep their retries
            halves = halve(chunk)
        except UnusableAnswer:
            halves = halve(chunk) if halvings and len(chunk) > 1 else []
            halvings -= 1
        else:
            self._read += chunk
            self._missed.has_read()
            return [extracted]
        if not halves:
            self._missed.add(chunk)
        return [one for half in halves for one in self._read_chunk(half, halvings)]

    def _extract(self, chunk: list[TranscriptLine], may_be_full: bool) -> ExtractedPoints:
        share = sum(len(one.text) for one in chunk)
        shown = worth_reading(chunk, self.checker.transcript.language)
        least, most = count_points(shown)
        answer = self.caller.ask(
            StretchAnswer,
            stretch_schema([one.id for one in shown], least, most),
            self.system,
            [one.prompt_text for one in shown],
            "transcript",
            lambda count: self._tick(count, share),
        )
        checker = self.checker
        counts = checker.counts
        excerpt = checker.excerpt((one.id for one in chunk), is_translated=self.caller.is_foreign)

        def accepted(kind: Kind) -> list[GroundedPoint]:
            return checker.accept([one for one in answer.points if one.kind == kind], excerpt)

        extracted = ExtractedPoints(
            title=checker.check_title(answer.title, excerpt),
            overview=accepted("fact"),
            decisions=accepted("decision"),
            action_items=accepted("task"),
            questions=accepted("question"),
            read=excerpt.segments,
        )
        found = [*extracted.decisions, *extracted.action_items, *extracted.questions]
        if len(found) >= most and not extracted.overview and not may_be_full:
            checker.counts = counts
            raise UnusableAnswer("the answer may have more points than fit into its list")
        if extracted.is_empty and _has_content(chunk):
            checker.counts = counts
            raise UnusableAnswer("no point of the answer is supported by the transcript")
        self.caller.count_taken()
        return extracted

    def _tick(self, tokens: int, share: int) -> None:
        """Report the progress; `share` is the number of characters in the current chunk."""
        begun = min(0.95, tokens / EXPECTED_TOKENS) * share
        done = READING_SHARE * min(1.0, (self._passed + begun) / max(1, self._characters))
        self._progress = max(self._progress, done)
        self.on_progress(self._progress)


def _has_content(chunk: Sequence[TranscriptLine]) -> bool:
    return sum(len(normalize(one.text).split()) for one in chunk) >= MIN_WORDS
