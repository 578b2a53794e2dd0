"""Reading a transcript with a language model: piece by piece, then the overviews of the pieces merged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pipeline.errors import OllamaUnreachable
from pipeline.recap import Transcript
from pipeline.summarize.asking import Asker, OllamaSettings, TooLong, Unusable
from pipeline.summarize.engine import SummaryOptions, spoken_seconds
from pipeline.summarize.evidence import Answer, Evidence, Finding, MergedAnswer, normalized
from pipeline.summarize.pieces import Line, TokenCounter, build_lines, choose_window, split_lines
from pipeline.summarize.prompts import system_prompt, wrap

LARGEST_WINDOW = 32768
"""Tokens, where no window is set: a larger one takes memory that a recap seldom needs."""
MOST_ANSWER_TOKENS = 2048
MARGIN_TOKENS = 128
"""For the marks of the chat template."""
LEAST_WORDS = 60
"""Of a stretch with at least as many words, an empty recap is no answer."""
MOST_OVERVIEW = 6
MOST_QUOTES = 6
SHARE_READ = 0.9
"""Reading the pieces counts for this much of the progress, merging for the rest."""


@dataclass(slots=True)
class Findings:
    """What was found in one stretch, or in all."""

    title: str = ""
    overview: list[Finding] = field(default_factory=list)
    topics: list[Finding] = field(default_factory=list)
    decisions: list[Finding] = field(default_factory=list)
    action_items: list[Finding] = field(default_factory=list)
    questions: list[Finding] = field(default_factory=list)
    quotes: list[Finding] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.overview or self.topics or self.decisions or self.action_items or self.questions)


class Reader:
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
        self.evidence = Evidence(transcript, by_id)
        self.missed: list[tuple[float, float]] = []
        self.system = system_prompt(options, language)
        self.merging = system_prompt(options, language, merging=True)
        self.on_progress = on_progress
        self.counter = TokenCounter()
        self.window = self._choose_window(settings)
        self.asker = Asker(settings, self.window, min(MOST_ANSWER_TOKENS, self.window // 4), self.counter)
        self._read: list[Line] = []
        self._characters = sum(len(one.text) for one in self.lines)
        self._passed = 0
        self._progress = 0.0

    @property
    def calls(self) -> int:
        """How often the model was asked."""
        return self.asker.calls

    @property
    def read_seconds(self) -> float:
        """Seconds of speech the model has read and answered for."""
        return spoken_seconds(self._read)

    def read_all(self) -> Findings:
        """Read everything. Raises OllamaUnreachable where no stretch has a usable answer."""
        parts: list[Findings] = []
        for piece in split_lines(self.lines, self._budget(self.system), self.counter):
            parts += self._read_piece(piece)
            self._passed += sum(len(one.text) for one in piece)
        if self.lines and not parts:
            raise OllamaUnreachable(
                "The summary was put together from quotes, because the language model gave no usable answer.",
                "Choose another model in OLLAMA_MODEL, then write the recap again.",
            )
        return self._merge(parts)

    def _choose_window(self, settings: OllamaSettings) -> int:
        if settings.num_ctx:
            return min(settings.num_ctx, settings.window or settings.num_ctx)
        prompt = self.counter.count(self.system) + sum(self.counter.count(one.text) + 1 for one in self.lines)
        return choose_window(prompt + MOST_ANSWER_TOKENS + MARGIN_TOKENS, settings.window, LARGEST_WINDOW)

    def _budget(self, system: str) -> int:
        """Tokens of a window that lines may take."""
        return max(256, self.window - self.asker.answer_tokens - self.counter.count(system) - MARGIN_TOKENS)

    def _read_piece(self, piece: list[Line], may_halve: bool = True) -> list[Findings]:
        """What the piece holds; asked in halves where one answer fails, and missed where these fail too."""
        try:
            findings = self._ask(piece)
        except TooLong:
            # says nothing about the answer: the halves keep their second chance
            again, second_chance = True, may_halve
        except Unusable:
            again, second_chance = may_halve, False
        else:
            self._read += piece
            return [findings]
        if len(piece) > 1 and again:
            middle = len(piece) // 2
            halves = (piece[:middle], piece[middle:])
            return [one for half in halves for one in self._read_piece(half, second_chance)]
        self._miss(piece)
        return []

    def _ask(self, piece: list[Line]) -> Findings:
        user = wrap((one.text for one in piece), "transcript")
        share = sum(len(one.text) for one in piece)
        answer = self.asker.ask(Answer, self.system, user, lambda tokens: self._tick(tokens, share))
        seen = {one.id for one in piece}
        accept, dropped = self.evidence.accept, self.evidence.dropped
        findings = Findings(
            title=" ".join(answer.title.split()),
            overview=accept(answer.overview, seen),
            topics=accept(answer.topics, seen),
            decisions=accept(answer.decisions, seen),
            action_items=accept(answer.action_items, seen),
            questions=accept(answer.questions, seen),
            quotes=accept(answer.quotes, seen, quoted=True),
        )
        if findings.is_empty and sum(len(one.text.split()) for one in piece) >= LEAST_WORDS:
            self.evidence.dropped = dropped
            raise Unusable("nothing in the answer is proved by the transcript")
        return findings

    def _miss(self, piece: list[Line]) -> None:
        start, end = piece[0].start, max(one.end for one in piece)
        if self.missed and start - self.missed[-1][1] < 1.0:
            start, _ = self.missed.pop()
        self.missed.append((start, end))

    def _merge(self, parts: Sequence[Findings]) -> Findings:
        """All parts as one: the lists joined by code, so that no finding is lost; only the outline is written anew."""
        if len(parts) < 2:
            return parts[0] if parts else Findings()
        outline = self._outline(parts)
        return Findings(
            title=outline.title,
            overview=outline.overview,
            topics=outline.topics,
            decisions=_distinct([one for part in parts for one in part.decisions]),
            action_items=_distinct([one for part in parts for one in part.action_items]),
            questions=_distinct([one for part in parts for one in part.questions]),
            quotes=_spread(_distinct([one for part in parts for one in part.quotes]), MOST_QUOTES),
        )

    def _outline(self, parts: Sequence[Findings]) -> Findings:
        """Title, overview and topics of several parts, by the model in as many rounds as the window needs."""
        while len(parts) > 1:
            groups = self._groups(parts)
            if len(groups) == len(parts):
                return _joined(parts)
            parts = [self._outline_group(group) if len(group) > 1 else group[0] for group in groups]
        return parts[0]

    def _groups(self, parts: Sequence[Findings]) -> list[list[Findings]]:
        """Neighbouring parts whose notes fit one prompt together."""
        budget = self._budget(self.merging)
        groups: list[list[Findings]] = []
        filled = 0
        for part in parts:
            size = sum(self.counter.count(line) + 1 for line in _notes(part))
            if not groups or filled + size > budget:
                groups.append([])
                filled = 0
            groups[-1].append(part)
            filled += size
        return groups

    def _outline_group(self, group: list[Findings]) -> Findings:
        notes = [line for part in group for line in _notes(part)]
        seen = {id_ for part in group for one in (*part.overview, *part.topics) for id_ in one.ids}
        try:
            answer = self.asker.ask(MergedAnswer, self.merging, wrap(notes, "notes"), lambda _: self._tick(0, 0))
        except (Unusable, TooLong):
            return _joined(group)
        overview = self.evidence.accept(answer.overview, seen)
        topics = self.evidence.accept(answer.topics, seen)
        return Findings(" ".join(answer.title.split()), overview, topics) if overview else _joined(group)

    def _tick(self, tokens: int, share: int) -> None:
        """Report how far it is; `share` are the characters of the piece that is being read."""
        begun = min(0.95, tokens / self.asker.answer_tokens) * share
        done = SHARE_READ * min(1.0, (self._passed + begun) / max(1, self._characters))
        self._progress = max(self._progress, done)
        self.on_progress(self._progress)


def _notes(part: Findings) -> list[str]:
    lines = [f"[{','.join(one.ids)}] {one.text}" for one in part.overview]
    return lines + [f"[{','.join(one.ids)}] Topic: {one.title}. {one.text}" for one in part.topics]


def _joined(parts: Sequence[Findings]) -> Findings:
    """An outline without the model: some sentences of each part, and all topics."""
    return Findings(
        title=parts[0].title,
        overview=_spread([one for part in parts for one in part.overview], MOST_OVERVIEW),
        topics=_distinct([one for part in parts for one in part.topics]),
    )


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """In order of time, each wording once."""
    kept = {normalized(one.title or one.text): one for one in reversed(findings)}
    return sorted(kept.values(), key=lambda one: one.start)


def _spread(findings: Sequence[Finding], count: int) -> list[Finding]:
    """At most so many of the findings, evenly taken."""
    if len(findings) <= count:
        return list(findings)
    return [findings[index * len(findings) // count] for index in range(count)]
