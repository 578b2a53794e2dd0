"""Names are proposed only for voices that are surely known."""

from __future__ import annotations

import math

from pipeline.speakers.known_voices import Voice, propose_names


def voice(degrees: float) -> Voice:
    """A voice in a plane: two are the more alike, the nearer their directions."""
    return (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def names(voices: dict[str, float], known: dict[str, list[float]]) -> dict[str, str]:
    found = propose_names(
        {speaker: voice(one) for speaker, one in voices.items()},
        {name: [voice(one) for one in several] for name, several in known.items()},
    )
    return {speaker: one.name for speaker, one in found.items()}


def test_each_speaker_gets_the_name_of_the_same_voice() -> None:
    assert names({"s1": 0, "s2": 90}, {"Anna": [2, -3], "Ben": [88]}) == {"s1": "Anna", "s2": "Ben"}


def test_a_stranger_gets_no_name() -> None:
    assert names({"s1": 0, "s2": 90}, {"Carol": [180]}) == {}
    assert names({"s1": 0}, {"Carol": [60]}) == {}


def test_a_name_goes_to_the_more_similar_of_two_speakers() -> None:
    assert names({"s1": 10, "s2": 2}, {"Anna": [0]}) == {"s2": "Anna"}


def test_a_voice_that_fits_two_names_gets_neither() -> None:
    assert names({"s1": 0, "s2": 90}, {"Anna": [1], "Carla": [-1]}) == {}


def test_who_sounds_like_the_others_must_be_more_alike() -> None:
    assert names({"s1": 0, "s2": -90}, {"Anna": [55]}) == {}
    assert names({"s1": 0, "s2": 50}, {"Anna": [-38]}) == {}  # as near to one as people are to each other here
    assert names({"s1": 0, "s2": 50}, {"Anna": [2]}) == {"s1": "Anna"}


def test_the_confidence_grows_with_the_similarity_and_ends_at_one() -> None:
    def confidence(degrees: float) -> float:
        found = propose_names({"s1": voice(0), "s2": voice(90)}, {"Anna": [voice(degrees)]})
        return found["s1"].confidence

    assert 0 < confidence(30) < confidence(10) < confidence(0) == 1.0


def test_nobody_known_or_nobody_there_is_no_error() -> None:
    assert propose_names({}, {"Anna": [voice(0)]}) == {}
    assert propose_names({"s1": voice(0)}, {}) == {}
    assert propose_names({"s1": voice(0)}, {"Anna": []}) == {}
