from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from support.sample_truth import LISTED, read_truth, transcript_of

from pipeline.recap import ActionItem, Point, Segment, Speaker, Summary, Transcript
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer

KINDS = ("decisions", "action_items", "questions")


def summarize(transcript: Transcript, **options: Any) -> Summary:
    return ExtractiveSummarizer().summarize(transcript, SummaryOptions(**options), lambda _: None).summary


def conversation(language: str, *lines: tuple[str, str]) -> Transcript:
    names = list(dict.fromkeys(name for name, _ in lines))
    segments = tuple(
        Segment(f"g{number}", number * 4.0, number * 4.0 + 3.5, text, f"s{names.index(name)}")
        for number, (name, text) in enumerate(lines)
    )
    speakers = tuple(Speaker(f"s{number}", name, 1.0) for number, name in enumerate(names))
    return Transcript(language, 1.0, len(lines) * 4.0, speakers, segments)


def matches(wanted: dict[str, Any], point: Point) -> bool:
    """Said in the same words; for a task, said with the same due date where the truth names the sentence before it."""
    beside = isinstance(point, ActionItem) and point.due == wanted["due"] and abs(point.start - wanted["end"]) < 3.0
    return point.text == wanted["text"] or beside


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LISTED)
def test_four_of_five_points_are_found_with_at_most_one_false_for_each_true_one(name: str, kind: str) -> None:
    truth = read_truth(name)
    found: Sequence[Point] = getattr(summarize(transcript_of(truth)), kind)
    hits = [wanted for wanted in truth[kind] if any(matches(wanted, point) for point in found)]
    assert len(hits) >= 0.8 * len(truth[kind])
    assert len(found) - len(hits) <= len(hits)


@pytest.mark.parametrize("name", LISTED)
def test_owners_and_due_dates_are_those_that_were_said(name: str) -> None:
    truth = read_truth(name)
    transcript = transcript_of(truth)
    found = {item.text: (transcript.owner_name(item), item.due) for item in summarize(transcript).action_items}
    for wanted in truth["action_items"]:
        if wanted["text"] in found:
            assert found[wanted["text"]] == (wanted["owner"], wanted["due"])


def test_an_owner_who_speaks_is_kept_by_id_so_that_a_new_name_shows() -> None:
    transcript = conversation("en", ("Ann", "Ben, please call the printer on Monday."), ("Ben", "Sure, no problem."))
    (item,) = summarize(transcript).action_items
    assert item.owner == "s1"
    assert transcript.rename({"s1": "Benjamin"}).owner_name(item) == "Benjamin"
    assert item.segments == ("g0", "g1")


def test_an_owner_who_is_not_there_is_kept_by_the_name_said() -> None:
    (item,) = summarize(conversation("en", ("Ann", "Victor will check the invoices by Friday."))).action_items
    assert (item.owner, item.due) == ("Victor", "by Friday")


def test_every_point_lies_within_the_segments_it_cites_and_says_what_they_say() -> None:
    transcript = transcript_of(read_truth("launch-planning"))
    by_id = {segment.id: segment for segment in transcript.segments}
    summary = summarize(transcript)
    points = [*summary.overview, *summary.decisions, *summary.action_items, *summary.questions, *summary.quotes]
    assert points
    for point in points:
        first = by_id[point.segments[0]]
        assert point.text in first.text
        assert first.start <= point.start < point.end <= first.end
        assert point.speaker == first.speaker


def test_the_overview_has_three_to_five_sentences_of_different_parts() -> None:
    for name in ("launch-planning", "long-meeting"):
        transcript = transcript_of(read_truth(name))
        overview = summarize(transcript).overview
        assert 3 <= len(overview) <= 5
        assert overview[0].start < transcript.duration_seconds / 2 < overview[-1].start


def test_topics_follow_the_agenda() -> None:
    topics = summarize(transcript_of(read_truth("launch-planning"))).topics
    assert [topic.title for topic in topics] == ["Product launch", "User survey", "Budget", "Office move"]
    assert all(before.end <= after.start + 5 for before, after in pairwise(topics))


EVERYDAY = (
    ("Ann", "So I think we're all set then, let's go with option B for the vendor."),
    ("Bob", "Yeah, makes sense."),
    ("Ann", "Can you send me the slides by tomorrow morning?"),
    ("Bob", "Sure, I'll do that tonight."),
    ("Ann", "I'll be honest, I didn't like the draft."),
    ("Bob", "I will never understand why they did that."),
    ("Cas", "I'm going to follow up with legal about the contract."),
    ("Bob", "We'll need to update the budget before the board meeting."),
    ("Ann", "If it rains tomorrow, we will stay at home, I guess."),
    ("Bob", "It was decided to close the Berlin office."),
    ("Ann", "Who owns the release process?"),
    ("Cas", "Honestly, I have no idea."),
    ("Ann", "Do we know when the parts arrive?"),
    ("Bob", "They arrive on Monday."),
    ("Cas", "We didn't agree on a date."),
    ("Bob", "It's still unclear whether the customer will pay."),
    ("Cas", "I'll see you on Monday."),
)


def test_everyday_talk_is_told_apart_from_decisions_tasks_and_questions() -> None:
    summary = summarize(conversation("en", *EVERYDAY))
    texts = [text for _, text in EVERYDAY]
    assert [point.text for point in summary.decisions] == [texts[0], texts[9]]
    assert [(item.text, item.owner, item.due) for item in summary.action_items] == [
        (texts[2], "s1", "by tomorrow morning"),
        (texts[6], "s2", None),
        (texts[7], None, "before the board meeting"),
    ]
    assert [point.text for point in summary.questions] == [texts[10], texts[15]]


LANGUAGES = {
    "nl": (
        ("Jan", "We hebben besloten om de lancering uit te stellen tot juni."),
        ("Eva", "Ik stuur morgen de nieuwe lijst naar iedereen."),
        ("Jan", "Piet, kun je vóór vrijdag de leverancier bellen?"),
        ("Eva", "Wie gaat het contract controleren?"),
        ("Jan", "Dat weet ik nog niet."),
    ),
    "de": (
        ("Jan", "Wir haben beschlossen, den Start auf Juni zu verschieben."),
        ("Eva", "Ich schicke morgen die neue Liste an alle."),
        ("Jan", "Peter, kannst du bis Freitag den Lieferanten anrufen?"),
        ("Eva", "Wer wird den Vertrag prüfen?"),
        ("Jan", "Das weiß ich noch nicht."),
    ),
    "fr": (
        ("Jean", "Nous avons décidé de reporter le lancement au mois de juin."),
        ("Eve", "Je vais envoyer la nouvelle liste demain matin."),
        ("Jean", "Pierre, peux-tu appeler le fournisseur avant vendredi ?"),
        ("Eve", "Qui va vérifier le contrat cette année ?"),
        ("Jean", "Je ne sais pas encore."),
    ),
    "es": (
        ("Juan", "Hemos decidido aplazar el lanzamiento hasta junio."),
        ("Eva", "Voy a enviar la nueva lista mañana por la mañana."),
        ("Juan", "Pedro, ¿puedes llamar al proveedor antes del viernes?"),
        ("Eva", "¿Quién va a revisar el contrato?"),
        ("Juan", "Todavía no lo sé."),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cues_of_other_languages_find_a_decision_two_tasks_and_an_open_question(language: str) -> None:
    lines = LANGUAGES[language]
    summary = summarize(conversation(language, *lines))
    assert [point.text for point in summary.decisions] == [lines[0][1]]
    assert [(item.text, item.owner) for item in summary.action_items] == [
        (lines[1][1], "s1"),
        (lines[2][1], lines[2][1].split(",")[0]),
    ]
    assert all(item.due for item in summary.action_items)
    assert [point.text for point in summary.questions] == [lines[3][1]]


def test_a_language_without_cues_gives_an_overview_and_says_what_is_missing() -> None:
    lines = [("Ada", f"Questo è il punto numero {number} della nostra lunga riunione.") for number in range(8)]
    result = ExtractiveSummarizer().summarize(conversation("it", *lines), SummaryOptions(), lambda _: None)
    assert result.summary.overview
    assert [warning.code for warning in result.warnings] == ["summary_unknown_language"]


def test_nothing_said_gives_an_empty_summary() -> None:
    result = ExtractiveSummarizer().summarize(Transcript("en", 0.0, 3600.0, (), ()), SummaryOptions(), lambda _: None)
    assert (result.summary.overview, result.summarized_seconds, result.warnings) == ((), 0.0, ())


def test_text_without_punctuation_still_gives_sentences_and_tasks() -> None:
    text = "we decided to move the launch to june"
    summary = summarize(conversation("en", ("Ann", text), ("Ben", "i will send the list to everyone by friday")))
    assert [point.text for point in summary.decisions] == [text]
    assert [item.due for item in summary.action_items] == ["by friday"]


def garbled(transcript: Transcript, share: float) -> Transcript:
    """The transcript with a share of its words misheard."""
    chance = random.Random(7)
    heard = ("the", "and", "supply", "our", "wind", "it")
    segments = tuple(
        replace(
            one,
            text=" ".join(w if chance.random() > share else chance.choice(heard) for w in one.text.split()),
            words=(),
        )
        for one in transcript.segments
    )
    return replace(transcript, segments=segments)


def test_most_points_survive_a_tenth_of_the_words_misheard() -> None:
    found = dict.fromkeys(KINDS, 0)
    wanted = dict.fromkeys(KINDS, 0)
    for name in LISTED:
        truth = read_truth(name)
        summary = summarize(garbled(transcript_of(truth), 0.1))
        for kind in KINDS:
            wanted[kind] += len(truth[kind])
            points: Sequence[Point] = getattr(summary, kind)
            found[kind] += sum(any(abs(p.start - w["start"]) < 3.0 for p in points) for w in truth[kind])
    assert all(found[kind] >= 0.5 * wanted[kind] for kind in KINDS), (found, wanted)


def test_three_hours_of_talk_take_seconds_and_little_memory() -> None:
    transcript = transcript_of(read_truth("long-meeting"))
    span = transcript.duration_seconds
    segments = tuple(
        replace(one, id=f"{one.id}-{round_}", start=one.start + round_ * span, end=one.end + round_ * span, words=())
        for round_ in range(12)
        for one in transcript.segments
    )
    long = replace(transcript, duration_seconds=12 * span, segments=segments)
    assert sum(len(one.text.split()) for one in segments) > 30_000
    begun = time.process_time()
    summarize(long)
    assert time.process_time() - begun < 20
    tracemalloc.start()
    summarize(long)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


def test_who_cancels_stops_the_work() -> None:
    class Stop(Exception):
        pass

    def cancel(_: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        ExtractiveSummarizer().summarize(conversation("en", ("Ann", "Hello.")), SummaryOptions(), cancel)


def test_quotes_in_another_language_than_asked_for_say_so() -> None:
    transcript = transcript_of(read_truth("standup"))
    options = SummaryOptions(language="nl")
    result = ExtractiveSummarizer().summarize(transcript, options, lambda _: None)
    assert result.summary.language == "en"
    (warning,) = result.warnings
    assert warning.code == "summary_language"
    assert "not in Dutch: quotes stay in English" in warning.message
