"""Versions of a recap: which are kept, and which is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import inspect
from support.factories import NOW, make_recording, make_user
from support.recap_history import key_of, numbers, process, render, rewrite, shown, take, written
from support.worker_jobs import get

from core import recap_versions
from core.database import schema, sessions
from core.database.sessions import read, write
from core.database.tables import Recording, Result, Status
from core.jobs import speeds, time_left, transitions
from core.recordings import options, recaps, speaker_names
from core.recordings.options import RecapOptions
from pipeline.catalogue import Step
from pipeline.errors import InternalError

pytestmark = pytest.mark.usefixtures("any_database")
LATER = NOW + timedelta(days=99)


def test_a_recap_that_says_something_else_keeps_the_one_before() -> None:
    recording = written()
    rewrite(recording, "two", template="lecture")
    assert numbers(recording) == [2, 1]
    assert shown(recording) == (2, b"two", b"pdf of two")
    assert [each.options.get("template") for each in recap_versions.list_versions(recording.id)] == ["lecture", None]
    assert get(recording.id).facts["decisions"] == 3


def test_a_recap_that_says_the_same_takes_the_place_of_the_one_before() -> None:
    recording = written()
    rewrite(recording, "one, made anew", says="one")
    assert numbers(recording) == [1]
    assert shown(recording) == (1, b"one, made anew", b"pdf of one, made anew")


def test_a_recap_that_was_there_before_is_shown_and_not_kept_twice() -> None:
    recording = written()
    rewrite(recording, "two")
    rewrite(recording, "one")
    assert numbers(recording) == [2, 1]
    assert shown(recording) == (1, b"one", b"pdf of one")


def test_before_the_first_pdf_the_recap_can_be_read_and_nothing_is_shown_for_good() -> None:
    recording = make_recording(make_user("ann"))
    claim = take("cpu")
    transitions.advance(claim, Step.LISTEN, NOW, recording={"duration_seconds": 60.0})
    process(recording, "one", "one")
    assert shown(recording) == (None, b"one", None)
    assert get(recording.id).facts["decisions"] == 3
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")


def test_the_old_recap_is_shown_until_the_pdf_of_the_new_one_is_there() -> None:
    recording = written()
    before = shown(recording)
    assert recaps.rewrite(recording.id, RecapOptions(template="lecture"), NOW)
    assert shown(recording) == before
    process(recording, "two or more", "two or more")
    assert shown(recording) == before
    assert get(recording.id).facts["decisions"] == len("one"), "lists tell of what is shown"
    render(recording, "two or more")
    assert shown(recording) == (2, b"two or more", b"pdf of two or more")
    assert get(recording.id).facts["decisions"] == len("two or more")


def test_a_renderer_that_fails_leaves_the_old_recap_and_a_second_try_shows_the_new_one() -> None:
    recording = written()
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "two", "two")
    claim = take("cpu")
    transitions.fail(claim, InternalError(), NOW)
    assert shown(recording) == (1, b"one", b"pdf of one")
    assert numbers(recording) == [2, 1]
    assert transitions.retry(recording.id, NOW)
    render(recording, "two")
    assert shown(recording) == (2, b"two", b"pdf of two")


def test_a_second_try_of_the_whole_step_leaves_no_copies() -> None:
    recording = written()
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "two", "two")
    transitions.cancel(recording.id, NOW)
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "two with another title", "two")
    render(recording, "two with another title")
    assert numbers(recording) == [2, 1]


def end_in_vain(recording: Recording, end: str) -> None:
    """Have a recap that is asked for again come to nothing, after another transcript was made."""
    recaps.rewrite(recording.id, RecapOptions(template="lecture"), NOW)
    claim = take("gpu")
    assert transitions.note_result(claim, "transcript", key_of("heard anew"))
    assert transitions.note_result(claim, "recap", key_of("never shown"))
    if end == "failed":
        assert transitions.fail(claim, InternalError(), NOW)
    else:
        assert transitions.cancel(recording.id, NOW)


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_name_reaches_the_recap_that_is_shown_where_another_came_to_nothing(end: str) -> None:
    recording = written(heard="heard")
    end_in_vain(recording, end)
    assert speaker_names.set_names(recording.id, {"S1": "Anna"}, NOW)
    version = recaps.get_version(recording.id)
    assert version is not None
    assert speaker_names.get_names(recording.id, version.transcript_key) == {"S1": "Anna"}
    job = get(recording.id).job
    assert (job.status, job.step, job.queue, job.error_code) == (Status.QUEUED, Step.RENDER, "cpu", None)
    assert speaker_names.get_names(recording.id) == {"S1": "Anna"}, "what the renderer goes by"
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("one")
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")


def test_a_name_starts_nothing_where_no_recap_is_shown() -> None:
    recording = make_recording(make_user("ann"))
    claim = take("cpu")
    assert transitions.note_result(claim, "transcript", key_of("heard"))
    assert transitions.cancel(recording.id, NOW)
    assert speaker_names.set_names(recording.id, {"S1": "Anna"}, NOW)
    assert get(recording.id).job.status == Status.CANCELLED


def test_an_earlier_version_is_used_again_once_its_pdf_is_made() -> None:
    recording = written()
    rewrite(recording, "two", template="lecture", instructions="The sums.")
    assert recaps.use_version(recording.id, 1, NOW)
    job = get(recording.id).job
    assert (job.status, job.step, job.queue) == (Status.QUEUED, Step.RENDER, "cpu")
    assert shown(recording) == (2, b"two", b"pdf of two")
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("one")
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")
    assert numbers(recording) == [2, 1]
    assert options.recap_options_of(get(recording.id)) == RecapOptions(), (
        "what it was written by is what the next one goes by"
    )


def test_nothing_changes_while_a_job_is_not_over() -> None:
    recording = written()
    rewrite(recording, "two")
    recaps.rewrite(recording.id, RecapOptions(template="lecture"), NOW)
    assert not recaps.use_version(recording.id, 1, NOW)
    assert not recaps.rewrite(recording.id, RecapOptions(template="council"), NOW)
    assert options.recap_options_of(get(recording.id)).template == "lecture"
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("two")


def test_an_unknown_version_is_not_used() -> None:
    recording = written()
    assert not recaps.use_version(recording.id, 7, NOW)
    assert get(recording.id).job.status == Status.DONE


def test_twenty_are_kept_and_the_oldest_go_but_never_the_one_shown() -> None:
    recording = written()
    for number in range(2, 21):
        rewrite(recording, f"recap {number}")
    assert numbers(recording) == list(range(20, 0, -1))
    recaps.use_version(recording.id, 2, NOW)
    render(recording, "recap 2")
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "recap 21", "recap 21")
    assert numbers(recording) == list(range(21, 1, -1))
    recaps.rewrite(recording.id, RecapOptions(), NOW) or transitions.cancel(recording.id, NOW)
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "recap 22", "recap 22")
    assert numbers(recording) == [*range(22, 3, -1), 2], "2 is shown still"
    assert shown(recording) == (2, b"recap 2", b"pdf of recap 2")


def test_what_was_heard_does_not_count_for_a_recap_that_is_written_again() -> None:
    recording = written()
    for stage, seconds in (("transcribe", 600.0), ("diarize", 300.0), ("summarize", 60.0), ("render", 6.0)):
        speeds.note_speed(stage, "m", seconds, 60.0)
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    assert time_left.find_work_left(get(recording.id), speeds.speeds(), NOW) == pytest.approx(66)
    process(recording, "two", "two")
    assert time_left.find_work_left(get(recording.id), speeds.speeds(), NOW) == pytest.approx(6)


def test_recaps_from_before_there_were_versions_become_the_first() -> None:
    from alembic import command
    from alembic.config import Config

    recording = written()
    settings = Config()
    settings.set_main_option("script_location", str(schema.MIGRATIONS))
    with sessions.engine().execution_options(write=True).begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0004")
        assert not inspect(connection).has_table("version")
        command.upgrade(settings, "head")
    assert numbers(recording) == [1]
    assert shown(recording) == (1, b"one", b"pdf of one")
    rewrite(recording, "two")
    assert numbers(recording) == [2, 1]


def test_facts_without_a_recap_are_written_as_they_are() -> None:
    recording = make_recording(make_user("ann"))
    claim = take("cpu")
    assert transitions.finish(claim, NOW, recording={"duration_seconds": 3.0})
    assert (get(recording.id).duration_seconds, get(recording.id).version) == (3.0, None)
    with write() as session:
        recap_versions.show(session, recording.id, None)
    assert get(recording.id).version is None
