"""Reading a transcript with a language model: piece by piece, then the outlines of the pieces merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pipeline.errors import OllamaUnreachable
from pipeline.ollama.model_info import RunningModel
from pipeline.recap import Transcript
from pipeline.summarize.engine import SummaryOptions, spoken_seconds
from pipeline.summarize.language_model.chunking import halve, take_chunk
from pipeline.summarize.language_model.context_window import choose_window
from pipeline.summarize.language_model.extracted_points import ExtractedPoints
from pipeline.summarize.language_model.grounding import GroundingChecker
from pipeline.summarize.language_model.language_retry import LanguageRetryingCaller
from pipeline.summarize.language_model.merging import OutlineMerger
from pipeline.summarize.language_model.model_call import ModelCaller, PromptTooLong, UnusableAnswer
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.prompts import STRICT_REMINDER, system_prompt
from pipeline.summarize.language_model.response_schema import RecapAnswer
from pipeline.summarize.language_model.settings import OllamaSettings
from pipeline.summarize.language_model.token_counting import TokenCounter
from pipeline.summarize.language_model.transcript_lines import TranscriptLine, build_lines

LARGEST_WINDOW = 32768
"""Tokens, where no window is set: a larger one takes memory that a recap seldom needs."""
ANSWER_TOKENS = 2048
"""Kept free for the answer; a quarter of a small window."""
MARGIN_TOKENS = 128
"""For the marks of the chat template."""
LEAST_BUDGET = 256
LEAST_WORDS = 60
"""Of a stretch with at least as many words, an empty recap is no answer."""
MAX_HALVINGS = 2
"""How often a piece is asked again in halves after answers that cannot be used: down to a quarter."""
MAX_FAILED_CHUNKS = 3
"""A model that has not one usable answer for so many pieces at the beginning has none for the rest either."""
SHARE_READ = 0.9
"""Reading the pieces counts for this much of the progress, merging for the rest."""


class ChunkedReader:
    """Reads one transcript. Afterwards `missed` names the stretches in seconds that no answer was had for."""

    def __init__(
        self,
        settings: OllamaSettings,
        transcript: Transcript,
        language: str,
        options: SummaryOptions,
        on_progress: Callable[[float], None],
    ) -> None:
        self.lines, by_id = build_lines(transcript)
        self.evidence = GroundingChecker(transcript, by_id, language)
        self.missed: list[tuple[float, float]] = []
        self.system = system_prompt(options, language)
        self.merging = system_prompt(options, language, merging=True)
        self.on_progress = on_progress
        self.counter = TokenCounter()
        window = self._choose_window(settings)
        self.asker = ModelCaller(settings, window, min(ANSWER_TOKENS, window // 4), self.counter)
        self.questions = LanguageRetryingCaller(self.asker, language)
        self._read: list[TranscriptLine] = []
        self._missed_last = False
        self._characters = sum(len(one.text) for one in self.lines)
        self._passed = 0
        self._progress = 0.0

    @property
    def loaded(self) -> RunningModel | None:
        """The model as the server has loaded it, where it says so."""
        return self.asker.loaded

    @property
    def calls(self) -> int:
        """How often the model was asked."""
        return self.asker.calls

    @property
    def read_seconds(self) -> float:
        """Seconds of speech the model has read and answered for."""
        return spoken_seconds(self._read)

    def read_all(self) -> ExtractedPoints:
        """Read everything. Raises OllamaUnreachable where no stretch has a usable answer."""
        parts: list[ExtractedPoints] = []
        rest, pieces = self.lines, 0
        while rest and (parts or pieces < MAX_FAILED_CHUNKS):
            # each time anew: what the model counted makes the next piece larger or smaller
            piece, rest = take_chunk(rest, self._budget(self.system), self.counter)
            parts += self._read_piece(piece)
            self._passed += sum(len(one.text) for one in piece)
            pieces += 1
        if self.lines and not parts:
            raise OllamaUnreachable(
                "The summary was put together from quotes, because the language model gave no usable answer.",
                "Choose another model in OLLAMA_MODEL, then write the recap again.",
            )
        budget = partial(self._budget, self.merging)
        merger = OutlineMerger(self.questions, self.merging, self.evidence, budget, lambda _: self._tick(0, 0))
        return merger.merge(parts) if parts else ExtractedPoints()

    def _choose_window(self, settings: OllamaSettings) -> int:
        """One window for all calls of the job: set, or chosen by need, training and memory."""
        if settings.set_window:
            return settings.set_window
        prompt = self._prompt_tokens(self.system) + sum(self.counter.count(one.told) + 1 for one in self.lines)
        most = min(LARGEST_WINDOW, settings.memory_window or LARGEST_WINDOW)
        return choose_window(prompt + ANSWER_TOKENS + MARGIN_TOKENS, settings.window, most)

    def _prompt_tokens(self, system: str) -> int:
        """What a prompt has beside its lines."""
        return self.counter.count(system) + self.counter.count(STRICT_REMINDER)

    def _budget(self, system: str) -> int:
        """Tokens of a window that lines may take."""
        beside = self.asker.answer_tokens + self._prompt_tokens(system) + MARGIN_TOKENS
        return max(LEAST_BUDGET, self.asker.room - beside)

    def _read_piece(self, piece: list[TranscriptLine], halvings: int = MAX_HALVINGS) -> list[ExtractedPoints]:
        """What the piece holds; asked in halves where the answer cannot be used, and missed where these fail too."""
        try:
            findings = self._ask(piece, may_be_full=not halvings)
        except PromptTooLong:
            # says nothing about the answer: the halves keep their chances
            halves = halve(piece)
        except UnusableAnswer:
            halves = halve(piece) if halvings and len(piece) > 1 else []
            halvings -= 1
        else:
            self._read += piece
            self._missed_last = False
            return [findings]
        if not halves:
            self._miss(piece)
        return [one for half in halves for one in self._read_piece(half, halvings)]

    def _ask(self, piece: list[TranscriptLine], may_be_full: bool) -> ExtractedPoints:
        share = sum(len(one.text) for one in piece)
        told = [one.told for one in piece]
        answer = self.questions.ask(
            RecapAnswer, self.system, told, "transcript", lambda count: self._tick(count, share)
        )
        if answer.is_full and len(piece) > 1 and not may_be_full:
            raise UnusableAnswer("there may be more points than the answer has room for")
        evidence, dropped, cleared = self.evidence, self.evidence.dropped, self.evidence.cleared
        stretch = evidence.stretch((one.id for one in piece), is_translated=self.questions.is_foreign)
        findings = ExtractedPoints(
            title=evidence.check_title(answer.title, stretch),
            overview=evidence.accept(answer.overview, stretch, broad=True),
            topics=evidence.accept(answer.topics, stretch, broad=True),
            decisions=evidence.accept(answer.decisions, stretch),
            action_items=evidence.accept(answer.action_items, stretch),
            questions=evidence.accept(answer.questions, stretch),
            quotes=evidence.accept_quotes(answer.quotes, stretch),
            read=stretch.ids,
            spoken=stretch.spoken,
        )
        if findings.is_empty and _says_something(piece):
            evidence.dropped, evidence.cleared = dropped, cleared
            raise UnusableAnswer("nothing in the answer is proved by the transcript")
        self.questions.count_taken()
        return findings

    def _miss(self, piece: Sequence[TranscriptLine]) -> None:
        """Name the piece as missed, with the one before where nothing was read between."""
        start, end = piece[0].start, max(one.end for one in piece)
        if self._missed_last:
            start, before = self.missed.pop()
            end = max(end, before)
        self.missed.append((start, end))
        self._missed_last = True

    def _tick(self, tokens: int, share: int) -> None:
        """Report how far it is; `share` are the characters of the piece that is being read."""
        begun = min(0.95, tokens / self.asker.answer_tokens) * share
        done = SHARE_READ * min(1.0, (self._passed + begun) / max(1, self._characters))
        self._progress = max(self._progress, done)
        self.on_progress(self._progress)


def _says_something(piece: Sequence[TranscriptLine]) -> bool:
    return sum(len(normalize(one.text).split()) for one in piece) >= LEAST_WORDS
