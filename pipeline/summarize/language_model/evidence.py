"""Whether lines bear a text: by its content words, numbers, names and negation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.languages import base_code
from pipeline.recap import Segment, Transcript
from pipeline.summarize.cues import cues_for
from pipeline.summarize.language_model.normalization import normalize
from pipeline.summarize.language_model.spoken_content import SpokenContent
from pipeline.summarize.language_model.transcript_lines import displayed_name

MIN_SHARE = 0.5
"""Of the content words of a text, that its lines have to have."""
STEM_LETTERS = 5
COURTESY_WORDS = 2
NEGATIONS = frozenset(
    """no not nor never none nobody nothing neither without cannot cant dont doesnt didnt wont wouldnt shouldnt isnt
    arent wasnt werent hasnt havent couldnt aint nicht nie niemals kein keine keinen keiner keinem nichts niemand ohne
    niet nooit geen niets zonder non ne pas jamais rien aucun aucune sans nunca ni sin ningún ninguna nadie nada
    tampoco""".split()
)
"""Words that reverse the meaning of a sentence, normalized, in the languages of the cues."""
NOUNS_ARE_CAPITALIZED = frozenset({"de"})
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_CLAUSE_END = re.compile(
    r"[.,;:!?…]+\s|\s(?:and|but|so|because|und|aber|weil|en|maar|want|et|mais|car|y|pero|porque)\s"
)
_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b[^\W\d_a-zà-ÿ][\w'’-]+")


class Evidence:
    """Compares texts with what was said.

    With `is_translated` a text is in another language than the transcript, and only its numbers and the names of
    speakers are compared.
    """

    def __init__(self, transcript: Transcript, *, is_translated: bool) -> None:
        self.transcript = transcript
        self.is_translated = is_translated
        self.language = base_code(transcript.language)
        cues = cues_for(transcript.language)
        self._courtesy = cues.courtesy if cues else None
        self._stop_words = cues.stop_words if cues else frozenset[str]()
        self._names = {one.id: normalize(displayed_name(one.name)).split() for one in transcript.speakers}
        self._stems_said: dict[str, frozenset[str]] = {}

    def stems(self, text: str) -> frozenset[str]:
        """The beginnings of the content words of a text: over three letters, no stop words."""
        words = normalize(text).split()
        return frozenset(one[:STEM_LETTERS] for one in words if len(one) > 3 and one not in self._stop_words)

    def stems_of(self, segment: Segment) -> frozenset[str]:
        """The stems of a segment and of its speaker's name."""
        if segment.id not in self._stems_said:
            name = " ".join(self._names.get(segment.speaker or "", ()))
            self._stems_said[segment.id] = self.stems(f"{name} {segment.text}")
        return self._stems_said[segment.id]

    def share(self, text: str, segments: Iterable[Segment]) -> float:
        """The share of the text's content words that the segments have; 1 if it has none."""
        wanted = self.subject_words(text)
        said = frozenset[str]().union(*(self.stems_of(one) for one in segments))
        return len(wanted & said) / len(wanted) if wanted else 1.0

    def bears(self, text: str, segments: Sequence[Segment]) -> bool:
        """Whether the segments say what the text says, as far as words can tell."""
        if not segments or not normalize(text) or self.is_courtesy(text) or self._is_said_in_courtesy(text, segments):
            return False
        said = SpokenContent.of(segments, self.transcript)
        if said.find_unsaid_numbers(text) or not self._has_speakers(text, segments, said.words):
            return False
        if self.is_translated:
            return True
        return (
            self.share(text, segments) >= MIN_SHARE
            and self._has_names(text, said.words)
            and not self._contradicts(text, segments)
        )

    def subject_words(self, text: str) -> frozenset[str]:
        """The stems of a text that tell lines apart: all but the names of speakers, if there are any."""
        return self._without_names(self.stems(text)) or self.stems(text)

    def is_courtesy(self, text: str) -> bool:
        """Whether the text is a greeting or thanks, and no more."""
        if self._courtesy is None or not self._courtesy.search(text):
            return False
        return len(self._without_names(self.stems(text))) <= COURTESY_WORDS

    def _is_said_in_courtesy(self, text: str, segments: Sequence[Segment]) -> bool:
        """Whether the sentences most like the text are greetings and the like."""
        wanted = self.subject_words(text)
        sentences = [part for one in segments for part in _SENTENCE_END.split(one.text)]
        shared = [len(wanted & self.stems(one)) for one in sentences]
        likest = [one for one, count in zip(sentences, shared, strict=True) if count == max(shared)]
        return all(self.is_courtesy(one) for one in likest)

    def is_about(self, title: str, segments: Sequence[Segment]) -> bool:
        """Whether a title is about what the segments say."""
        said = SpokenContent.of(segments, self.transcript)
        is_known = self.is_translated or self.share(title, segments) >= MIN_SHARE
        return bool(normalize(title)) and is_known and not said.find_unsaid_numbers(title)

    def _has_speakers(self, text: str, segments: Sequence[Segment], said: frozenset[str]) -> bool:
        """Whether each speaker that the text names speaks in the segments, or is mentioned there.

        A text that begins with a name tells what this speaker said, or was told: in the line most like it.
        """
        present = {one.speaker for one in segments}
        if any(speaker not in present and said.isdisjoint(self._names[speaker]) for speaker in self.named(text)):
            return False
        subject = self.subject_of(text)
        if subject is None or self.is_translated:
            return True
        return any(
            one.speaker == subject or not set(self._names[subject]).isdisjoint(normalize(one.text).split())
            for one in self.likest(text, segments)
        )

    def subject_of(self, text: str) -> str | None:
        """The id of the speaker with whose name the text begins."""
        plain = f"{normalize(text)} "
        return next((one for one in self.named(text) if plain.startswith(" ".join((*self._names[one], "")))), None)

    def likest(self, text: str, segments: Sequence[Segment]) -> list[Segment]:
        """The segments that have most words of the text."""
        wanted = self.subject_words(text)
        shared = [len(wanted & self.stems(one.text)) for one in segments]
        return [one for one, count in zip(segments, shared, strict=True) if count == max(shared)]

    def named(self, text: str) -> list[str]:
        """The ids of the speakers whose names are in the text."""
        words = f" {normalize(text)} "
        return [speaker for speaker, name in self._names.items() if name and f" {' '.join(name)} " in words]

    def _without_names(self, stems: frozenset[str]) -> frozenset[str]:
        return stems - {word[:STEM_LETTERS] for name in self._names.values() for word in name}

    def _has_names(self, text: str, said: frozenset[str]) -> bool:
        """Whether every name within the text was said; the first word of a sentence is no sure name."""
        if self.language in NOUNS_ARE_CAPITALIZED:
            return True
        known = {word for name in self._names.values() for word in name}
        beginnings = {one[:STEM_LETTERS] for one in said}
        names = (normalize(one) for one in _NAME.findall(text))
        return all(
            part in known or part[:STEM_LETTERS] in beginnings
            for name in names
            for part in name.split()
            if len(part) > 2
        )

    def _contradicts(self, text: str, segments: Sequence[Segment]) -> bool:
        """Whether the text denies what was said, or the other way round, by the clause that is most like it."""
        wanted = self.stems(text)
        is_denied = _is_negative(text)
        if is_denied:
            return not any(_is_negative(one.text) for one in segments)
        clauses = [part for one in segments for part in _CLAUSE_END.split(one.text) if part.strip()]
        shared = [(len(wanted & self.stems(one)), _is_negative(one)) for one in clauses]
        most = max((count for count, _ in shared), default=0)
        return most > 0 and all(negative for count, negative in shared if count == most)


def _is_negative(text: str) -> bool:
    return not NEGATIONS.isdisjoint(normalize(text).split())
