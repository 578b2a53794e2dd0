"""Subtitles are read in time and cut where speech pauses, in every script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pysubs2
import pytest
from support.export_reading import export
from support.recaps import assembly_recap, sample_recap

from pipeline.overlays import WrittenNumber
from pipeline.recap import Recap, Segment, Speaker, Word
from pipeline.render.exports.cues import LEAST_SECONDS, MOST_SECONDS, Cue, list_cues
from pipeline.render.exports.spoken_tokens import LINE_WIDTH, measure


def recap_of(*segments: Segment, names: Sequence[str] = ("Anna", "Ben")) -> Recap:
    """A recap of a transcript; the speakers are s0, s1 and so on."""
    base = sample_recap("ten-seconds")
    speakers = tuple(Speaker(f"s{number}", name, 1.0) for number, name in enumerate(names))
    return replace(base, transcript=replace(base.transcript, speakers=speakers, segments=segments))


def says(text: str, start: float, end: float, speaker: str | None = "s0", *, parts: Sequence[str] = ()) -> Segment:
    """A segment whose words (from space to space, or `parts`) take even shares of the time."""
    words, step = [], (end - start) / max(1, len(parts or text.split()))
    for number, part in enumerate(parts or text.split()):
        words.append(Word(start + number * step, start + (number + 1) * step, part, 0.9))
    return Segment(f"g{start}", start, end, text, speaker, words=tuple(words))


def check_rules(cues: Sequence[Cue]) -> None:
    """At most two lines of 42 columns and seven seconds; none overlaps another of its voice."""
    assert cues
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < measure(line) <= LINE_WIDTH for line in cue.lines)
        assert 0 < cue.end - cue.start <= MOST_SECONDS + 0.001
    for voice in {cue.voice for cue in cues}:
        own = [cue for cue in cues if cue.voice == voice]
        assert all(before.end <= after.start for before, after in pairwise(own))


def text_of(cues: Sequence[Cue]) -> list[str]:
    return [" ".join(cue.lines) for cue in cues]


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("recap", [sample_recap(), assembly_recap(turns=400)], ids=["meeting", "assembly"])
def test_the_subtitles_of_a_meeting_keep_the_rules_and_every_word(recap: Recap, labels: bool) -> None:
    cues = list_cues(recap, labels=labels)
    check_rules(cues)
    said = sorted(word for segment in recap.transcript.segments for word in segment.text.split())
    if not labels:
        assert sorted(word for text in text_of(cues) for word in text.split()) == said


def test_a_cue_lasts_a_second_unless_the_same_voice_goes_on_sooner() -> None:
    cues = list_cues(sample_recap())
    for cue in cues:
        following = [one.start for one in cues if one.voice == cue.voice and one.start > cue.start]
        assert cue.end - cue.start >= LEAST_SECONDS - 0.001 or cue.end == min(following)


def test_most_cues_end_where_a_sentence_or_a_clause_does() -> None:
    cues = list_cues(sample_recap())
    assert all(cue.lines[-1].endswith((".", "?", ",", "!")) for cue in cues)


def test_a_long_sentence_is_cut_at_its_comma() -> None:
    text = "We looked at all of the offers that came in until Friday, and we think that the second one is the best."
    cues = list_cues(recap_of(says(text, 0, 9)))
    assert len(cues) == 2
    assert cues[0].lines[-1].endswith("Friday,")


def test_without_punctuation_a_cue_ends_at_the_pause() -> None:
    text = "so what we do now is that we wait for the answer and then somebody calls the town hall again and asks"
    words = text.split()
    times = [number * 0.3 + (0.8 if number >= 10 else 0.0) for number in range(len(words))]
    spoken = tuple(Word(at, at + 0.3, word, 0.9) for at, word in zip(times, words, strict=True))
    segment = Segment("g1", 0, times[-1] + 0.3, " ".join(words), "s0", words=spoken)
    first, second = list_cues(recap_of(segment))
    assert " ".join(first.lines).split() == words[:10]
    assert first.end <= 3.1
    assert second.start == pytest.approx(times[10])


def test_no_cue_goes_on_over_a_long_pause() -> None:
    cues = list_cues(recap_of(says("One moment.", 0, 1), says("Here it is.", 9, 10)))
    assert [(cue.start, cue.end) for cue in cues] == [(0, 1), (9, 10)]


def test_a_voice_is_named_where_it_begins() -> None:
    recap = recap_of(
        says("Hello there.", 0, 1), says("How are you?", 3, 4), says("Fine.", 5, 6, "s1"), says("Good.", 7, 8)
    )
    texts = [event.plaintext for event in pysubs2.SSAFile.from_string(export(recap, "srt").decode(), format_="srt")]
    assert texts == ["Anna: Hello there.", "How are you?", "Ben: Fine.", "Anna: Good."]
    assert text_of(list_cues(recap)) == ["Hello there.", "How are you?", "Fine.", "Good."]


def test_without_speakers_nobody_is_named() -> None:
    recap = recap_of(says("Hello there.", 0, 1, None), names=())
    assert export(recap, "srt").decode() == "1\n00:00:00,000 --> 00:00:01,000\nHello there.\n\n"
    assert export(recap, "vtt").decode() == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello there.\n\n"


def test_a_name_longer_than_a_line_is_cut() -> None:
    cues = list_cues(recap_of(says("Yes, of course, as we said.", 0, 2), names=("W" * 90,)), labels=True)
    check_rules(cues)
    assert cues[0].lines == ("W" * 40 + "…:", "Yes, of course, as we said.")


def test_voices_that_talk_at_once_have_cues_at_once() -> None:
    cues = list_cues(recap_of(says("I think that we should go.", 0, 3), says("No, wait.", 1, 2, "s1")))
    assert [(cue.name, cue.start, cue.end) for cue in cues] == [("Anna", 0, 3), ("Ben", 1, 2)]


def test_numbers_are_written_as_people_read_them() -> None:
    segment = says("It costs twenty five thousand euros.", 0, 3)
    segment = replace(segment, numbers=(WrittenNumber(9, "twenty five thousand", "25,000"),))
    assert text_of(list_cues(recap_of(segment))) == ["It costs 25,000 euros."]


CHINESE = "今天我们先讨论产品发布的时间，然后再看一下预算的情况，最后决定谁来负责和供应商谈价格的事情。"
JAPANESE = "本日の会議では、まず製品の発売時期について話し合い、それから予算の状況を確認します。"
THAI = "วันนี้เราจะพูดคุยเกี่ยวกับการเปิดตัวผลิตภัณฑ์ใหม่และงบประมาณสำหรับการตลาดในไตรมาสหน้าครับ"


@pytest.mark.parametrize("text", [CHINESE, JAPANESE, THAI])
@pytest.mark.parametrize("has_words", [True, False])
def test_scripts_without_spaces_are_cut_between_characters(text: str, has_words: bool) -> None:
    parts = [text[place : place + 3] for place in range(0, len(text), 3)] if has_words else []
    segment = says(text, 0, 12, parts=parts)
    cues = list_cues(recap_of(segment if has_words else replace(segment, words=())))
    check_rules(cues)
    assert "".join(line for cue in cues for line in cue.lines) == text
    assert not any(line.startswith(("，", "。", "、", "\u0e31", "\u0e33")) for cue in cues for line in cue.lines)
    assert cues[-1].end > 9


def test_wide_characters_count_double_and_marks_nothing() -> None:
    assert measure("会议") == 4
    assert measure("cafe\u0301") == 4
    assert measure("ที่") == 1


def test_a_word_longer_than_two_lines_is_cut() -> None:
    check_rules(list_cues(recap_of(says("x" * 300, 0, 6))))
