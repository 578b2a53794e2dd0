"""Assigns a speaker to each word and cuts the words into segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.diarize import Diarization
from pipeline.recap import Segment, Speaker, SpeakerTurn, Transcript, VoiceOffer, WindowText, Word
from pipeline.speakers.corrected_turns import move_stretch
from pipeline.speakers.decide import Settled, VoiceJudge, settle_words
from pipeline.speakers.sentences import cut_sentences, ends_sentence
from pipeline.speakers.turn_finder import TurnFinder
from pipeline.speakers.voices import Voices
from pipeline.transcribe import Transcription

NO_VOICES = Voices()


def assign_speakers(
    transcription: Transcription, diarization: Diarization, duration_seconds: float, voices: Voices = NO_VOICES
) -> Transcript:
    """Assign each word to a speaker; cut the text into segments at changes of speaker and ends of sentences.

    A word gets the speaker of the turn that it overlaps most, else of the nearest turn within a second, else none. The
    turns are those of the exclusive diarization. Where the voice of a sentence surely is another's, its words and its
    part of the turns change hands. Speakers are numbered in the order of their first word; a speaker without words is
    left out. O((w + t) log t) for w words and t turns, and O(m t) for m sentences that change hands.
    """
    finder = TurnFinder(diarization.exclusive)
    windows = [
        [finder.label(word) for phrase in text.phrases for word in phrase.words] for text in transcription.windows
    ]
    sentences = [sentence for words in windows for sentence in cut_sentences(words)]
    judge = VoiceJudge(voices, sentences, diarization.turns)
    settled = [settle_words(words, judge) for words in windows]
    drafts = [
        segment
        for text, words in zip(transcription.windows, settled, strict=True)
        for segment in _cut_segments(text, words)
    ]
    drafts.sort(key=lambda segment: segment.start)
    ids = _name_speakers(drafts)
    exclusive, turns = diarization.exclusive, diarization.turns
    for old, start, end, new in _find_moves(windows, settled):
        exclusive, turns = (tuple(move_stretch(one, start, end, old, new)) for one in (exclusive, turns))
    return Transcript(
        language=transcription.language,
        language_probability=transcription.language_probability,
        duration_seconds=duration_seconds,
        speakers=tuple(
            Speaker(id, f"Speaker {number}", _seconds_of(label, exclusive))
            for number, (label, id) in enumerate(ids.items(), 1)
        ),
        segments=tuple(_with_ids(segment, number, ids) for number, segment in enumerate(drafts, 1)),
        turns=tuple(replace(turn, speaker=ids[turn.speaker]) for turn in turns if turn.speaker in ids),
        offers=tuple(_name_offers(voices.offers, ids)),
    )


def _cut_segments(text: WindowText, words: Sequence[Settled]) -> Iterator[Segment]:
    rest = iter(words)
    for phrase in text.phrases:
        for group in _split([next(rest) for _ in phrase.words]):
            yield _segment(group, phrase.avg_logprob, phrase.no_speech_prob)


def _split(words: Iterable[Settled]) -> list[list[Settled]]:
    groups: list[list[Settled]] = []
    for one in words:
        before = groups[-1][-1] if groups else None
        if before is None or before.word.speaker != one.word.speaker or ends_sentence(before.word):
            groups.append([])
        groups[-1].append(one)
    return groups


def _segment(group: Sequence[Settled], avg_logprob: float, no_speech_prob: float) -> Segment:
    words = [one.word for one in group]
    whole = "".join(word.text for word in words)
    surest = [one.confidence for one in group if one.confidence is not None]
    return Segment(
        id="",
        start=words[0].start,
        end=max(word.end for word in words),
        text=whole.strip(),
        speaker=words[0].speaker,
        avg_logprob=avg_logprob,
        no_speech_prob=no_speech_prob,
        words=tuple(_place_words(words, len(whole) - len(whole.lstrip()))),
        speaker_source=_source_of(group),
        speaker_confidence=min(surest, default=None),
    )


def _source_of(group: Sequence[Settled]) -> str | None:
    if group[0].word.speaker is None:
        return None
    return "voice" if any(one.source == "voice" for one in group) else "turn"


def _place_words(words: Iterable[Word], leading_spaces: int) -> Iterator[Word]:
    """The words without the spaces around them, each with its position in the segment's text."""
    position = -leading_spaces
    for word in words:
        text = word.text.strip()
        spaces = len(word.text) - len(word.text.lstrip())
        yield replace(word, text=text, position=position + spaces if text else None)
        position += len(word.text)


def _find_moves(
    windows: Iterable[Sequence[Word]], settled: Iterable[Sequence[Settled]]
) -> Iterator[tuple[str | None, float, float, str]]:
    """The stretches that change hands: from whom, start and end in seconds, to whom."""
    for words, ends in zip(windows, settled, strict=True):
        changes = [
            (before.speaker, one.word.speaker if one.source == "voice" else None, before)
            for before, one in zip(words, ends, strict=True)
        ]
        for (old, new), group in groupby(changes, lambda change: change[:2]):
            if new is not None:
                moved = [word for _, _, word in group]
                yield old, moved[0].start, max(word.end for word in moved), new


def _name_speakers(segments: Iterable[Segment]) -> dict[str, str]:
    """Ids by engine label, in the order of the first word."""
    ids: dict[str, str] = {}
    for segment in segments:
        if segment.speaker is not None and segment.speaker not in ids:
            ids[segment.speaker] = f"S{len(ids) + 1}"
    return ids


def _name_offers(offers: Iterable[VoiceOffer], ids: dict[str, str]) -> Iterator[VoiceOffer]:
    """The offers about speakers with words, whose ids are in the order of their first words."""
    order = list(ids)
    for offer in offers:
        if all(label in ids for label in offer.speakers):
            labels = sorted(offer.speakers, key=order.index)
            examples = offer.examples if tuple(labels) == offer.speakers else offer.examples[::-1]
            yield replace(offer, speakers=tuple(ids[label] for label in labels), examples=examples)


def _with_ids(segment: Segment, number: int, ids: dict[str, str]) -> Segment:
    return replace(
        segment,
        id=f"s{number}",
        speaker=ids.get(segment.speaker or ""),
        words=tuple(replace(word, speaker=ids.get(word.speaker or "")) for word in segment.words),
    )


def _seconds_of(label: str, turns: Iterable[SpeakerTurn]) -> float:
    return round(sum(turn.end - turn.start for turn in turns if turn.speaker == label), 3)
