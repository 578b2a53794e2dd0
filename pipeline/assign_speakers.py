"""Assigns a speaker to each word and cuts the words into segments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.diarize import Diarization
from pipeline.recap import Segment, Speaker, SpeakerTurn, Transcript, Word
from pipeline.transcribe import Transcription

#: A word outside all turns is assigned to the nearest turn within this many seconds.
NEAREST_SECONDS = 1.0
SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")
CLOSING = "\"'”’)]»"


def assign_speakers(transcription: Transcription, diarization: Diarization, duration_seconds: float) -> Transcript:
    """Assign each word to a speaker; cut the text into segments at changes of speaker and ends of sentences.

    A word gets the speaker of the turn that it overlaps most, else of the nearest turn within a second, else none. The
    turns are those of the exclusive diarization. Speakers are numbered in the order of their first word; a speaker
    without words is left out. O((w + t) log t) for w words and t turns.
    """
    finder = _TurnFinder(diarization.exclusive)
    drafts: list[Segment] = []
    for text in transcription.windows:
        for phrase in text.phrases:
            words = [replace(word, speaker=finder.speaker_of(word)) for word in phrase.words]
            for group in _split(words):
                drafts.append(_segment(group, phrase.avg_logprob, phrase.no_speech_prob))
    drafts.sort(key=lambda segment: segment.start)
    ids = _name_speakers(drafts)
    segments = tuple(
        replace(
            segment,
            id=f"s{number}",
            speaker=ids.get(segment.speaker or ""),
            words=tuple(replace(word, speaker=ids.get(word.speaker or "")) for word in segment.words),
        )
        for number, segment in enumerate(drafts, 1)
    )
    speakers = tuple(
        Speaker(id, f"Speaker {number}", round(finder.seconds_of(label), 3))
        for number, (label, id) in enumerate(ids.items(), 1)
    )
    return Transcript(
        language=transcription.language,
        language_probability=transcription.language_probability,
        duration_seconds=duration_seconds,
        speakers=speakers,
        segments=segments,
        turns=tuple(replace(turn, speaker=ids[turn.speaker]) for turn in diarization.turns if turn.speaker in ids),
    )


class _TurnFinder:
    """Finds the turn to which a word belongs, by bisection."""

    def __init__(self, turns: Sequence[SpeakerTurn]) -> None:
        self.turns = sorted(turns, key=lambda turn: (turn.start, turn.end))
        self.starts = [turn.start for turn in self.turns]

    def speaker_of(self, word: Word) -> str | None:
        # turns do not overlap, so only those from the last one that begins before the word can touch it
        first = max(0, bisect_right(self.starts, word.start) - 1)
        last = bisect_right(self.starts, word.end)
        near = self.turns[first : last + 1]
        if not near:
            return None
        best = max(near, key=lambda turn: min(word.end, turn.end) - max(word.start, turn.start))
        # negative overlap is the distance
        overlap = min(word.end, best.end) - max(word.start, best.start)
        return best.speaker if overlap > -NEAREST_SECONDS else None

    def seconds_of(self, speaker: str) -> float:
        return sum(turn.end - turn.start for turn in self.turns if turn.speaker == speaker)


def _split(words: Iterable[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in words:
        before = groups[-1][-1] if groups else None
        if before is None or before.speaker != word.speaker or _ends_sentence(before):
            groups.append([])
        groups[-1].append(word)
    return groups


def _ends_sentence(word: Word) -> bool:
    return word.text.rstrip().rstrip(CLOSING).endswith(SENTENCE_ENDS)


def _segment(words: Sequence[Word], avg_logprob: float, no_speech_prob: float) -> Segment:
    whole = "".join(word.text for word in words)
    return Segment(
        id="",
        start=words[0].start,
        end=max(word.end for word in words),
        text=whole.strip(),
        speaker=words[0].speaker,
        avg_logprob=avg_logprob,
        no_speech_prob=no_speech_prob,
        words=tuple(_place_words(words, len(whole) - len(whole.lstrip()))),
    )


def _place_words(words: Iterable[Word], leading_spaces: int) -> Iterator[Word]:
    """The words without the spaces around them, each with its position in the segment's text."""
    position = -leading_spaces
    for word in words:
        text = word.text.strip()
        spaces = len(word.text) - len(word.text.lstrip())
        yield replace(word, text=text, position=position + spaces if text else None)
        position += len(word.text)


def _name_speakers(segments: Iterable[Segment]) -> dict[str, str]:
    """Ids by engine label, in the order of the first word."""
    ids: dict[str, str] = {}
    for segment in segments:
        if segment.speaker is not None and segment.speaker not in ids:
            ids[segment.speaker] = f"S{len(ids) + 1}"
    return ids
