from __future__ import annotations

from pipeline.recap import (
    ActionItem,
    Coverage,
    Point,
    Recap,
    Segment,
    Source,
    Speaker,
    SpeakerTurn,
    Summary,
    Topic,
    Transcript,
)
from pipeline.rename_speakers import match_speakers, rename_speakers


def point(text: str) -> Point:
    return Point(id="p1", text=text, speaker="s1", start=0.0, end=1.0, segments=("x1",))


def recap(engine: str = "ollama") -> Recap:
    speakers = tuple(Speaker(f"s{n}", f"Speaker {n}", 5.0) for n in (1, 2, 12))
    transcript = Transcript("en", 1.0, 20.0, speakers, (Segment("x1", 0.0, 1.0, "Speaker 1 is broken.", "s2"),))
    summary = Summary(
        title="What Speaker 2 said",
        overview=(point("Speaker 1 asked Speaker 12; Speaker 2's answer was no."),),
        topics=(
            Topic(id="t1", title="Speaker 1 and money", text="Speaker 1 tells.", start=0, end=1, segments=("x1",)),
        ),
        decisions=(point("Speaker 2 leads."),),
        action_items=(ActionItem(id="a1", text="Speaker 1 calls.", start=0, end=1, segments=("x1",), owner="s1"),),
        questions=(point("Does Speaker 12 agree?"),),
        quotes=(point("Speaker 1 is broken."),),
        engine=engine,
        model="m",
        template="meeting",
        language="en",
    )
    source = Source("a.wav", "wav", "pcm", 1, "0" * 64, "2026-01-02T03:04:05Z")
    return Recap("r", "Title", source, transcript, summary, Coverage(20.0, 5.0, 5.0, 5.0))


def test_a_new_name_shows_wherever_the_summary_tells_of_the_speaker() -> None:
    made = rename_speakers(recap(), {"s1": "Anna", "s2": "Bram"})
    assert [one.name for one in made.transcript.speakers] == ["Anna", "Bram", "Speaker 12"]
    summary = made.summary
    assert summary.title == "What Bram said"
    assert summary.overview[0].text == "Anna asked Speaker 12; Bram's answer was no."
    assert (summary.topics[0].title, summary.topics[0].text) == ("Anna and money", "Anna tells.")
    assert summary.decisions[0].text == "Bram leads."
    assert made.transcript.owner_name(summary.action_items[0]) == "Anna"
    assert summary.action_items[0].text == "Anna calls."
    assert summary.questions[0].text == "Does Speaker 12 agree?"


def test_what_was_said_stays_as_it_was_said() -> None:
    made = rename_speakers(recap(), {"s1": "Anna"})
    assert made.summary.quotes == recap().summary.quotes
    assert made.transcript.segments == recap().transcript.segments
    spoken = rename_speakers(recap("extractive"), {"s1": "Anna"})
    assert spoken.summary == recap("extractive").summary
    assert spoken.transcript.name_of("s1") == "Anna"


def test_two_speakers_can_exchange_their_names() -> None:
    made = rename_speakers(recap(), {"s1": "Speaker 2", "s2": "Speaker 1"})
    assert made.summary.overview[0].text == "Speaker 2 asked Speaker 12; Speaker 1's answer was no."


def test_a_name_is_text_and_never_a_pattern() -> None:
    made = rename_speakers(recap(), {"s1": r"\g<0> (.*) \1"})
    assert made.summary.decisions[0].text == "Speaker 2 leads."
    assert made.summary.action_items[0].text == r"\g<0> (.*) \1 calls."


def test_names_of_nobody_in_the_recording_change_nothing() -> None:
    assert rename_speakers(recap(), {}) == recap()
    assert rename_speakers(recap(), {"s9": "Anna"}) == recap()
    assert rename_speakers(recap(), {"s1": "Speaker 1"}) == recap()


def turns(*speakers: str, shift: float = 0.0) -> Transcript:
    """A transcript with a turn of ten seconds for each of these."""
    found = tuple(SpeakerTurn(n * 10.0 + shift, n * 10.0 + 9 + shift, each) for n, each in enumerate(speakers))
    return Transcript("en", 1.0, 60.0, (), (), found)


def test_speakers_of_one_diarization_are_known_by_their_turns_whatever_their_numbers() -> None:
    assert match_speakers(turns("S1", "S2", "S1"), turns("S2", "S1", "S2")) == {"S1": "S2", "S2": "S1"}
    assert match_speakers(turns("S1", "S2"), turns("S1", "S2", shift=0.5)) == {}, "another diarization"
    assert match_speakers(turns("S1", "S2", "S1"), turns("S1", "S2", "S3")) == {"S2": "S2"}, "one became two"
