"""The parts that hear channels one by one: crosstalk, echoes, people, and times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.calls import RATE, delayed, in_turns, make_line
from support.voices import Sound, white_noise

from pipeline.channels.echoes import drop_echoes
from pipeline.channels.fold import fold_coverage, fold_spans, fold_transcript
from pipeline.channels.line import Line
from pipeline.channels.people import find_people
from pipeline.diarize import Diarization
from pipeline.recap import NO_SPEECH, Coverage, FailedWindow, Phrase, SpeakerTurn, WindowText, Word
from pipeline.running_gain import TARGET
from pipeline.separate_channels import Separate, separate_notice
from pipeline.speakers.assign import assign_speakers
from pipeline.transcribe import Transcription
from pipeline.voice_activity import TimeSpan

SECONDS = 10.0
NEXT = 50.0  # where the second of two such channels begins in a line: after 30 s of silence
BURSTS = np.sin(2 * np.pi * 3 * np.arange(int(SECONDS * RATE)) / RATE) > -0.3


def voice(seed: int, level: float = 0.1) -> Sound:
    """Bursts with pauses, as syllables are."""
    return (white_noise(len(BURSTS), level, seed) * BURSTS).astype(np.float32)


LEFT, RIGHT = in_turns(voice(1), voice(2))


@pytest.fixture
def line(tmp_path: Path) -> Line:
    """Two who speak in turns, ten seconds each, with an echo of the first on the second channel."""
    return make_line(tmp_path / "line", [LEFT, RIGHT + delayed(LEFT, 0.15, -20)])


def text(window: int, *words: tuple[str, float]) -> WindowText:
    """A window with words of 0.4 s at these times."""
    found = tuple(Word(start, start + 0.4, f" {word}", 0.9) for word, start in words)
    whole = "".join(word.text for word in found)
    return WindowText(window, (Phrase(found[0].start, found[-1].end, whole, -0.2, 0.0, 1.0, found),))


def level_of(sound: Sound) -> float:
    return float(np.sqrt(np.square(sound).mean()))


def test_an_echo_is_silent_and_the_voice_beside_it_is_not(line: Line) -> None:
    evened = line.even()
    own = int((NEXT + 12) * RATE), int((NEXT + 18) * RATE)
    echo = int((NEXT + 2) * RATE), int((NEXT + 8) * RATE)
    assert level_of(evened[own[0] : own[1]]) == pytest.approx(TARGET, rel=0.4)
    assert level_of(evened[echo[0] : echo[1]]) < 0.02 * TARGET
    assert level_of(evened[2 * RATE : 8 * RATE]) == pytest.approx(TARGET, rel=0.4)


def test_who_speaks_softly_while_the_other_speaks_is_still_heard(tmp_path: Path) -> None:
    both = make_line(tmp_path / "line", [voice(1), voice(2, 0.05)])
    evened = both.even()
    begin = both.stride + 2 * RATE
    assert level_of(evened[begin : begin + 6 * RATE]) == pytest.approx(TARGET, rel=0.4)


def test_slices_of_a_line_do_not_depend_on_where_they_are_cut(line: Line) -> None:
    evened = line.even()
    whole = evened[0 : len(evened)]
    cut = np.concatenate([evened[at : at + 77_777] for at in range(0, len(evened), 77_777)])
    assert len(whole) == len(evened) == len(line)
    assert np.allclose(whole, cut, atol=1e-6)


def test_a_word_that_came_through_from_another_channel_is_dropped(line: Line) -> None:
    windows = [text(0, ("hello", 3.0), ("yes", 5.0)), text(1, ("Hello,", NEXT + 3.2), ("well", NEXT + 5.1))]
    first, second = drop_echoes(windows, line)
    assert first == windows[0]
    assert [word.text for phrase in second.phrases for word in phrase.words] == [" well"]


def test_a_word_that_both_say_is_kept(tmp_path: Path) -> None:
    both = make_line(tmp_path / "line", [voice(1), voice(2)])
    windows = [text(0, ("hello", 3.0)), text(1, ("hello", both.stride / RATE + 3.2))]
    assert drop_echoes(windows, both) == tuple(windows)


def test_channels_merge_in_the_order_of_time_with_a_speaker_each(line: Line) -> None:
    words = Transcription("en", 1.0, (text(0, ("one.", 3.0), ("three.", 8.0)), text(1, ("two.", NEXT + 3.2))))
    spans = [TimeSpan(3.0, 8.4), TimeSpan(NEXT + 3.2, NEXT + 4.0)]
    transcript = fold_transcript(assign_speakers(words, find_people(spans, line), 20.0), line)
    assert [(one.id, one.start, one.speaker, one.text) for one in transcript.segments] == [
        ("s1", 3.0, "S1", "one."),
        ("s2", 3.2, "S2", "two."),
        ("s3", 8.0, "S1", "three."),
    ]
    assert [(one.id, one.name, one.seconds) for one in transcript.speakers] == [
        ("S1", "Speaker 1", 5.4),
        ("S2", "Speaker 2", 0.8),
    ]
    assert transcript.turns == (SpeakerTurn(3.0, 8.4, "S1"), SpeakerTurn(3.2, 4.0, "S2"))
    assert [word.speaker for segment in transcript.segments for word in segment.words] == ["S1", "S2", "S1"]


def test_a_channel_has_several_people_only_if_each_speaks_enough(line: Line) -> None:
    spans = [TimeSpan(0.0, 20.0), TimeSpan(NEXT, NEXT + 20.0)]
    turns = (
        SpeakerTurn(0.0, 9.0, "A"),
        SpeakerTurn(9.0, 18.0, "B"),
        SpeakerTurn(18.0, 20.0, "C"),
        SpeakerTurn(NEXT, NEXT + 17.0, "D"),
        SpeakerTurn(NEXT + 17.0, NEXT + 20.0, "A"),
    )
    found = find_people(spans, line, Diarization(turns, turns))
    assert [(turn.speaker, turn.start, turn.end) for turn in found.exclusive] == [
        ("channel 0 A", 0.0, 9.0),
        ("channel 0 B", 9.0, NEXT),
        ("channel 1", NEXT, 2 * NEXT),
    ]


def test_speech_at_the_same_time_is_covered_once(line: Line) -> None:
    spans = [TimeSpan(1.0, 5.0), TimeSpan(NEXT + 3.0, NEXT + 7.0), TimeSpan(NEXT + 19.5, NEXT + 20.3)]
    union = fold_spans(spans, line)
    assert union == (TimeSpan(1.0, 7.0), TimeSpan(19.5, 20.0))  # speech ends with the recording
    failed = (FailedWindow(NEXT + 3.0, NEXT + 4.0, "no_words"),)
    folded = fold_coverage(Coverage(20.0, 8.8, 7.8, 0.0, failed), spans, line)
    assert (folded.speech_seconds, folded.transcribed_seconds) == (6.5, 5.5)
    assert folded.failed_windows == (FailedWindow(3.0, 4.0, "no_words"),)


def test_sounds_without_speech_on_one_channel_do_not_hide_what_another_says_meanwhile(line: Line) -> None:
    spans = [TimeSpan(1.0, 5.0), TimeSpan(NEXT + 3.0, NEXT + 7.0)]
    sounds = (FailedWindow(NEXT + 3.0, NEXT + 7.0, NO_SPEECH),)
    folded = fold_coverage(Coverage(20.0, 4.0, 4.0, 0.0, sounds), spans, line)
    assert (folded.speech_seconds, folded.transcribed_seconds) == (4.0, 4.0)
    assert folded.without_speech == (FailedWindow(3.0, 7.0, NO_SPEECH),)


def test_a_reader_is_told_of_separate_channels_and_of_a_choice_in_vain() -> None:
    told = separate_notice(Separate("track", (1, 2, 4)), None)
    assert told is not None
    assert told.message == "Tracks 1, 2 and 4 were heard one by one, and tell who speaks."
    in_vain = separate_notice(None, "separate")
    assert in_vain is not None
    assert "could not" in in_vain.message
    assert separate_notice(None, "mix") is None
