"""What people say about voices, laid over a recap."""

from __future__ import annotations

from dataclasses import replace

from pipeline.accepted_offers import apply_offers, show_speakers
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
    VoiceOffer,
    Word,
)
from pipeline.rename_speakers import match_offers

MERGE = VoiceOffer("merge", ("S1", "S3"), 0.9, ((0.0, 2.0), (20.0, 22.0)))
PART = VoiceOffer("part", ("S2",), 0.8, ((10.0, 12.0), (30.0, 32.0)), spans=((30.0, 32.0),))


def point(text: str, speaker: str, *segments: str) -> Point:
    return Point(id=text, text=text, speaker=speaker, start=0.0, end=1.0, segments=segments)


def recap(*offers: VoiceOffer, engine: str = "ollama") -> Recap:
    """S1, S2, S3 and S2 say a sentence each."""
    said = [("S1", 0.0), ("S2", 10.0), ("S3", 20.0), ("S2", 30.0)]
    transcript = Transcript(
        "en",
        1.0,
        40.0,
        tuple(Speaker(id, f"Speaker {id[1:]}", seconds) for id, seconds in (("S1", 2.0), ("S2", 4.0), ("S3", 2.0))),
        tuple(
            Segment(f"x{n}", at, at + 2, "Hi.", one, words=(Word(at, at + 2, "Hi.", 0.9, one, 0),))
            for n, (one, at) in enumerate(said, 1)
        ),
        tuple(SpeakerTurn(at, at + 2, one) for one, at in said),
        offers,
    )
    summary = Summary(
        title="Speaker 3 and Speaker 2",
        overview=(point("Speaker 3 greets Speaker 2.", "S3", "x3", "x2"),),
        topics=(Topic(id="t", title="Speaker 2", text="So.", speaker="S2", start=0, end=1, segments=("x4",)),),
        decisions=(point("Speaker 2 agrees.", "S2", "x4"),),
        action_items=(ActionItem(id="a", text="Calls.", start=0, end=1, segments=("x4",), owner="S2"),),
        questions=(point("Does Speaker 2 know?", "S2", "x2"),),
        quotes=(point("Speaker 3 is broken.", "S3", "x3"),),
        engine=engine,
        model="m",
        template="meeting",
        language="en",
    )
    source = Source("a.wav", "wav", "pcm", 1, "0" * 64, "2026-01-02T03:04:05Z")
    return Recap("r", "Title", source, transcript, summary, Coverage(40.0, 8.0, 8.0, 8.0))


def test_nothing_changes_until_an_offer_is_accepted() -> None:
    assert apply_offers(recap(MERGE, PART), ()) == recap(MERGE, PART)
    assert apply_offers(recap(MERGE, PART), ("merge-S1-S9",)) == recap(MERGE, PART)


def test_merged_speakers_are_one_in_words_turns_seconds_and_summary() -> None:
    made = apply_offers(recap(MERGE), [MERGE.id])
    assert made.transcript.speakers == (Speaker("S1", "Speaker 1", 4.0), Speaker("S2", "Speaker 2", 4.0))
    assert [segment.speaker for segment in made.transcript.segments] == ["S1", "S2", "S1", "S2"]
    assert [word.speaker for segment in made.transcript.segments for word in segment.words] == ["S1", "S2", "S1", "S2"]
    assert [turn.speaker for turn in made.transcript.turns] == ["S1", "S2", "S1", "S2"]
    assert [segment.id for segment in made.transcript.segments] == ["x1", "x2", "x3", "x4"]
    assert made.summary.title == "Speaker 1 and Speaker 2"
    assert (made.summary.overview[0].text, made.summary.overview[0].speaker) == ("Speaker 1 greets Speaker 2.", "S1")
    assert (made.summary.quotes[0].text, made.summary.quotes[0].speaker) == ("Speaker 3 is broken.", "S1"), "as said"


def test_a_parted_speaker_keeps_the_id_and_the_second_voice_gets_one_of_its_own() -> None:
    made = apply_offers(recap(PART), [PART.id])
    assert [speaker.id for speaker in made.transcript.speakers] == ["S1", "S2", "S3", "S2b"]
    assert made.transcript.name_of("S2b") == "Speaker 2b"
    assert [speaker.seconds for speaker in made.transcript.speakers] == [2.0, 2.0, 2.0, 2.0]
    assert [segment.speaker for segment in made.transcript.segments] == ["S1", "S2", "S3", "S2b"]
    assert [turn.speaker for turn in made.transcript.turns] == ["S1", "S2", "S3", "S2b"]


def test_points_follow_the_segments_that_they_cite() -> None:
    summary = apply_offers(recap(PART), [PART.id]).summary
    assert (summary.decisions[0].text, summary.decisions[0].speaker) == ("Speaker 2b agrees.", "S2b")
    assert (summary.topics[0].title, summary.action_items[0].owner) == ("Speaker 2b", "S2b")
    assert (summary.questions[0].text, summary.questions[0].speaker) == ("Does Speaker 2 know?", "S2")
    assert summary.title == "Speaker 3 and Speaker 2"


def test_a_summary_of_quotes_stays_as_spoken() -> None:
    summary = apply_offers(recap(MERGE, engine="extractive"), [MERGE.id]).summary
    assert (summary.overview[0].text, summary.overview[0].speaker) == ("Speaker 3 greets Speaker 2.", "S1")


def test_names_are_laid_over_and_pass_to_the_merged_speaker() -> None:
    named = show_speakers(recap(MERGE, PART), [MERGE.id, PART.id], {"S3": "Anna", "S2b": "Ben"})
    assert [speaker.name for speaker in named.transcript.speakers] == ["Anna", "Speaker 2", "Ben"]
    assert named.summary.overview[0].text == "Anna greets Speaker 2."
    both = show_speakers(recap(MERGE), [MERGE.id], {"S1": "Zoë", "S3": "Anna"})
    assert both.transcript.name_of("S1") == "Zoë"


def test_a_chain_of_merges_leads_to_the_first_speaker() -> None:
    pairs = [replace(MERGE, speakers=pair) for pair in (("S1", "S3"), ("S2", "S3"), ("S1", "S2"))]
    made = apply_offers(recap(*pairs), [offer.id for offer in pairs[:2]])
    assert [(speaker.id, speaker.seconds) for speaker in made.transcript.speakers] == [("S1", 8.0)]
    assert {segment.speaker for segment in made.transcript.segments} == {"S1"}


def test_a_speaker_is_parted_before_merging() -> None:
    both = (replace(MERGE, speakers=("S1", "S2")), PART)
    made = apply_offers(recap(*both), [offer.id for offer in both])
    assert [segment.speaker for segment in made.transcript.segments] == ["S1", "S1", "S3", "S2b"]


def test_offers_are_found_again_in_another_transcript_of_the_same_turns() -> None:
    before = recap(MERGE, PART).transcript
    after = recap(replace(MERGE, speakers=("S2", "S1")), replace(PART, speakers=("S3",))).transcript
    assert match_offers(before, after, {"S1": "S1", "S3": "S2", "S2": "S3"}) == {
        "merge-S1-S3": "merge-S2-S1",
        "part-S2": "part-S3",
    }
    assert match_offers(before, after, {"S1": "S3"}) == {}
