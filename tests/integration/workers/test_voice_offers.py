"""Offers to merge or part speakers, from a wrong diarization of real speech to the PDF and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pypdf import PdfReader
from support.factories import make_user
from support.helpers import SAMPLES
from support.worker_jobs import get, results, upload, work

from core.clock import utc_now
from core.recordings import recaps, speaker_names, voice_answers
from core.recordings.options import recap_options_of
from pipeline.diarize import Diarization
from pipeline.engines.pyannote.engine import PyannoteDiarizer
from pipeline.recap import SpeakerTurn
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture(autouse=True)
def fresh_engines() -> None:
    step_runner.engines.cache_clear()


@pytest.fixture
def relabel(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[SpeakerTurn], str]], None]:
    """Has the diarizer call speakers by what a function says of their turns."""
    diarize = PyannoteDiarizer.diarize

    def apply(label: Callable[[SpeakerTurn], str]) -> None:
        def diarize_wrongly(*arguments: object) -> Diarization:
            right = diarize(*arguments)
            wrong = [
                tuple(replace(turn, speaker=label(turn)) for turn in each) for each in (right.turns, right.exclusive)
            ]
            return Diarization(*wrong)

        monkeypatch.setattr(PyannoteDiarizer, "diarize", diarize_wrongly)

    return apply


def shown(recording_id: str) -> tuple[list[str], list[str | None]]:
    """The names of the speakers, and who says each segment."""
    recap = recaps.load_recap(recording_id)
    assert recap is not None
    return [one.name for one in recap.transcript.speakers], [one.speaker for one in recap.transcript.segments]


def read_pdf(recording_id: str) -> str:
    path = recaps.pdf_path(recording_id)
    assert path is not None
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def test_two_people_under_one_label_are_parted_and_put_together_again(
    relabel: Callable[[Callable[[SpeakerTurn], str]], None],
) -> None:
    relabel(lambda turn: "SOMEBODY")
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    before, as_made = shown(recording_id), results(recording_id)
    (offer,) = recaps.load_transcript(recording_id).offers
    assert (offer.id, set(before[1])) == ("part-S1", {"S1"})

    assert voice_answers.set_answer(recording_id, offer.id, "accepted", utc_now())
    assert set(shown(recording_id)[1]) == {"S1", "S1b"}, "at once on the page"
    assert work() == 1
    assert get(recording_id).facts["speakers"] == ["Speaker 1", "Speaker 1b"]
    assert "Speaker 1b" in read_pdf(recording_id)
    assert {kind for kind, key in results(recording_id).items() if key != as_made[kind]} == {"pdf"}

    speaker_names.set_names(recording_id, {"S1b": "Anna"}, utc_now())
    work()
    assert "Anna" in read_pdf(recording_id)

    speaker_names.set_names(recording_id, {"S1b": ""}, utc_now())
    voice_answers.set_answer(recording_id, offer.id, None, utc_now())
    work()
    assert (shown(recording_id), results(recording_id)) == (before, as_made)
    assert "Speaker 1b" not in read_pdf(recording_id)


def test_one_person_under_two_labels_is_merged_and_split_again(
    relabel: Callable[[Callable[[SpeakerTurn], str]], None],
) -> None:
    relabel(lambda turn: f"{turn.speaker}{'later' if turn.start > 60 else ''}")
    recording_id = upload(make_user("ann"), SAMPLES / "interview.m4a")
    work()
    before = shown(recording_id)
    written = [each.written for one in recaps.load_transcript(recording_id).segments for each in one.numbers]
    assert {"80", "55", "25"} & set(written), "numbers are written in digits, too"
    offers = recaps.load_transcript(recording_id).offers
    assert offers
    assert {offer.kind for offer in offers} == {"merge"}
    for offer in offers:
        voice_answers.set_answer(recording_id, offer.id, "accepted", utc_now())
    work()
    gone = {offer.speakers[1] for offer in offers}
    assert not gone & set(shown(recording_id)[1])
    assert len(get(recording_id).facts["speakers"]) == len(before[0]) - len(gone)

    for offer in offers:
        voice_answers.set_answer(recording_id, offer.id, None, utc_now())
    work()
    assert shown(recording_id) == before


def test_answers_stay_when_the_words_are_heard_again(
    relabel: Callable[[Callable[[SpeakerTurn], str]], None],
) -> None:
    relabel(lambda turn: "SOMEBODY")
    recording_id = upload(make_user("ann"), SAMPLES / "standup.wav")
    work()
    first = recaps.get_version(recording_id).transcript_key
    voice_answers.set_answer(recording_id, "part-S1", "accepted", utc_now())
    speaker_names.set_names(recording_id, {"S1b": "Anna"}, utc_now())
    work()
    options = replace(recap_options_of(get(recording_id)), vocabulary="Grafana", instructions="Dates")
    assert recaps.rewrite(recording_id, options, utc_now())
    work()
    assert recaps.get_version(recording_id).transcript_key != first
    assert "Anna" in shown(recording_id)[0]


def test_a_dismissed_offer_makes_no_pdf() -> None:
    recording_id = upload(make_user("ann"), SAMPLES / "ten-seconds.wav")
    work()
    voice_answers.set_answer(recording_id, "merge-S1-S2", "dismissed", utc_now())
    assert work() == 0
    assert voice_answers.get_answers(recording_id) == {"merge-S1-S2": "dismissed"}
    assert voice_answers.get_accepted(recording_id) == ()
