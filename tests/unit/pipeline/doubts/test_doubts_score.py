"""How the benchmark counts what a list of doubts finds."""

from __future__ import annotations

from benchmarks.doubts_score import review
from pipeline.doubts.doubt import Doubt, Kind
from pipeline.recap import Segment, Speaker, Transcript, Word

SAID = ("Anna", "the new library opens on monday"), ("Ben", "that is too late for us")
HEARD = ("S1", "the blue library opens monday"), ("S2", "that is too late"), ("S1", "for us")


def transcript() -> Transcript:
    segments, second = [], 0.0
    for number, (speaker, text) in enumerate(HEARD):
        words = tuple(Word(second + at, second + at + 0.9, word, 0.9, speaker) for at, word in enumerate(text.split()))
        segments.append(Segment(f"g{number}", second, words[-1].end, text, speaker, words=words))
        second = words[-1].end + 0.1
    return Transcript("en", 1.0, 11.0, (Speaker("S1", "", 1.0), Speaker("S2", "", 1.0)), tuple(segments))


def truth() -> dict[str, object]:
    turns = [{"speaker": who, "text": text, "start": number} for number, (who, text) in enumerate(SAID)]
    return {"language": "en", "speakers": ["Anna", "Ben"], "turns": turns}


def doubt(kind: Kind, start: float, end: float, rank: float) -> Doubt:
    return Doubt(f"{start}", kind, start, end, None, None, "", None, None, rank, 1.0, "", end - start + 0.6)


def test_errors_are_words_heard_wrongly_or_not_at_all_and_those_of_a_wrong_speaker() -> None:
    scored = review("a", transcript(), truth(), [])
    assert sorted(kind for kind, _, _ in scored.errors) == ["left out", "speaker", "speaker", "wrong"]
    assert (scored.words, scored.duration) == (11, 11.0)


def test_the_list_is_heard_from_the_top_until_the_share_is_spent() -> None:
    doubts = [doubt("speaker", 9.0, 10.9, 0.5), doubt("words", 1.0, 1.9, 0.9)]
    scored = review("a", transcript(), truth(), doubts)
    found, seconds = scored.hear(1 / 11)
    assert ({kind for kind, _, _ in found}, round(seconds, 2)) == ({"wrong"}, 1.5)
    found, seconds = scored.hear(3 / 11)
    assert sorted(kind for kind, _, _ in found) == ["speaker", "speaker", "wrong"]


def test_speech_without_words_costs_as_many_as_are_said_in_that_time() -> None:
    scored = review("a", transcript(), truth(), [doubt("missing", 3.95, 3.99, 0.9)])
    assert scored.hear(0.0)[0] == set()
    assert {kind for kind, _, _ in scored.hear(0.1)[0]} == {"left out"}
