from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.diarize import Diarization
from pipeline.recap import Phrase, SpeakerTurn, Transcript, WindowText, Word
from pipeline.speakers.assign import assign_speakers
from pipeline.speakers.voices import SentenceVoice, Voices
from pipeline.transcribe import Transcription

A, B = (0.8, 0.1), (0.1, 0.8)  # similarities of a sentence of A, and of B, to both
BETWEEN = (0.5, 0.45)
AGREEING = [SpeakerTurn(n * 10.0, n * 10.0 + 10, "AB"[n % 2]) for n in range(8)]
STRANGE = SpeakerTurn(80.0, 90.0, "A")


def sentence(start: float, *texts: str) -> tuple[Word, ...]:
    """Words of a second each."""
    return tuple(Word(start + n, start + n + 1.0, f" {text}", 0.9) for n, text in enumerate(texts))


def meeting(
    last: Sequence[Word],
    voices: Mapping[tuple[float, float], tuple[float, float]],
    turns: Sequence[SpeakerTurn] = (STRANGE,),
    usual: tuple[tuple[float, float], tuple[float, float]] = (A, B),
) -> Transcript:
    """Eight sentences whose voices agree with their turns, and one more, with the voices measured in it."""
    heard = [sentence(turn.start + 1, "We", "talk", "here.") for turn in AGREEING]
    known = [SentenceVoice(turn.start + 1, turn.start + 4, usual["AB".index(turn.speaker)]) for turn in AGREEING]
    measured = [SentenceVoice(start, end, similarities) for (start, end), similarities in voices.items()]
    windows = [
        WindowText(number, (Phrase(words[0].start, words[-1].end, "", -0.2, 0.0, 1.1, tuple(words)),))
        for number, words in enumerate([*heard, last])
    ]
    every = (*AGREEING, *turns)
    exclusive = tuple(turn for turn in every if turn.speaker in "AB")
    return assign_speakers(
        Transcription("en", 1.0, tuple(windows)),
        Diarization(tuple(SpeakerTurn(t.start, t.end, t.speaker.upper()) for t in every), exclusive),
        100.0,
        Voices(("A", "B"), (*known, *measured)),
    )


def last_of(transcript: Transcript) -> list[tuple[str | None, str, str | None]]:
    """Speaker, text and source of the segments from second 80 on."""
    return [(one.speaker, one.text, one.speaker_source) for one in transcript.segments if one.start >= 80]


def test_a_sentence_in_the_voice_of_another_speaker_changes_hands() -> None:
    transcript = meeting(sentence(82, "Great,", "thanks."), {(82, 84): B})
    assert last_of(transcript) == [("S2", "Great, thanks.", "voice")]
    assert {one.speaker_source for one in transcript.segments if one.start < 80} == {"turn"}


def test_the_turns_follow_the_sentence() -> None:
    transcript = meeting(sentence(82, "Great,", "thanks."), {(82, 84): B})
    assert [(turn.start, turn.end, turn.speaker) for turn in transcript.turns[-3:]] == [
        (80, 82, "S1"),
        (82, 84, "S2"),
        (84, 90, "S1"),
    ]
    assert [speaker.seconds for speaker in transcript.speakers] == [48.0, 42.0]


def test_a_voice_that_is_not_clear_leaves_the_turn_as_it_is() -> None:
    transcript = meeting(sentence(82, "Great,", "thanks."), {(82, 84): BETWEEN[::-1]})
    assert last_of(transcript) == [("S1", "Great, thanks.", "turn")]
    assert transcript.segments[-1].speaker_confidence < 0.5 < transcript.segments[0].speaker_confidence


def test_a_voice_like_nobodys_leaves_the_turn_as_it_is() -> None:
    assert last_of(meeting(sentence(82, "Great,", "thanks."), {(82, 84): (-0.5, 0.3)}))[0][2] == "turn"


def test_limits_come_from_the_recording() -> None:
    alike = ((0.5, 0.4), (0.4, 0.5))  # a model by which all people sound alike
    voices = {(82.0, 84.0): (0.4, 0.5)}
    assert last_of(meeting(sentence(82, "Great,", "thanks."), voices))[0][0] == "S1"
    assert last_of(meeting(sentence(82, "Great,", "thanks."), voices, usual=alike))[0][0] == "S2"


def test_where_voices_do_not_tell_people_apart_turns_stay() -> None:
    transcript = meeting(sentence(82, "Great,", "thanks."), {(82, 84): B}, usual=(A, A))
    assert last_of(transcript) == [("S1", "Great, thanks.", "turn")]


def test_without_measured_voices_turns_decide_alone() -> None:
    transcript = meeting(sentence(82, "Great,", "thanks."), {})
    assert last_of(transcript) == [("S1", "Great, thanks.", "turn")]
    assert transcript.segments[-1].speaker_confidence is None


CHANGE = (SpeakerTurn(80.0, 84.0, "A"), SpeakerTurn(84.0, 90.0, "B"))


def test_a_change_of_speaker_inside_a_sentence_stays_where_both_voices_are_clear() -> None:
    words = sentence(81, "so", "we", "decide", "yes", "we", "do")
    transcript = meeting(words, {(81, 87): A, (81, 84): A, (84, 87): B}, CHANGE)
    assert last_of(transcript) == [("S1", "so we decide", "turn"), ("S2", "yes we do", "turn")]


def test_a_turn_that_cuts_off_the_end_of_a_sentence_is_mended() -> None:
    words = sentence(81, "We", "ordered", "food", "today.")
    transcript = meeting(words, {(81, 85): A, (81, 84): A, (84, 85): BETWEEN}, CHANGE)
    assert [segment.speaker for segment in transcript.segments if segment.start >= 80] == ["S1"]
    assert transcript.segments[-1].speaker_source == "voice"


def test_overlapped_speech_stays_as_the_turns_say() -> None:
    both = (STRANGE, SpeakerTurn(81.0, 86.0, "b"))  # in the turns, not in the exclusive ones
    assert last_of(meeting(sentence(82, "Great,", "thanks."), {(82, 84): B}, both))[0][2] == "turn"


def test_words_in_no_turn_go_to_the_speaker_whose_voice_they_have() -> None:
    transcript = meeting(sentence(85, "Great,", "thanks."), {(85, 87): B}, turns=())
    assert last_of(transcript) == [("S2", "Great, thanks.", "voice")]
    assert (85, 87, "S2") in [(turn.start, turn.end, turn.speaker) for turn in transcript.turns]
