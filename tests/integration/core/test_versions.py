"""Versions of a recap: which are kept, which is shown, and that no file in use goes."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import inspect
from support.factories import NOW, make_recording, make_user

from core import recap_versions
from core.database import schema, sessions
from core.database.sessions import read, write
from core.database.tables import Recording, Result, Status
from core.jobs import claims, speeds, time_left, transitions
from core.recordings import options, queries, recaps, speaker_names
from core.recordings.options import RecapOptions
from core.retention import consistency, deletion, pruning
from core.storage.store import file_store
from pipeline.catalogue import Step
from pipeline.errors import InternalError

pytestmark = pytest.mark.usefixtures("any_database")
LATER = NOW + timedelta(days=99)


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def keep_file(name: str, suffix: str) -> None:
    with file_store().publish(key_of(name), suffix) as path:
        path.write_bytes(name.encode())


def is_there(name: str) -> bool:
    return any(file_store().stage(key_of(name), suffix).exists() for suffix in (".json", ".pdf"))


def columns(says: str, template: str = "meeting") -> dict[str, Any]:
    about = {"template": template, "language": "en", "engine": "ollama", "model": "m", "digest": key_of(says)}
    facts = {"speakers": [], "decisions": len(says), "summary": about}
    return {"facts": facts, "warnings": [], "detected_language": "en"}


def process(recording: Recording, recap: str, says: str, heard: str | None = None) -> None:
    """The step that writes a recap, as a worker does it."""
    held = claims.claim("gpu", "w", NOW, 60)
    assert held is not None
    assert held.recording_id == recording.id
    transitions.enter_stage(held, "summarize", NOW)
    if heard:
        assert transitions.note_result(held, "transcript", key_of(heard))
    assert transitions.note_result(held, "recap", key_of(recap))
    keep_file(recap, ".json")
    assert transitions.advance(held, Step.RENDER, NOW, recording=columns(says))


def render(recording: Recording, recap: str) -> None:
    """The step that makes the PDF of a recap."""
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert held.recording_id == recording.id
    assert transitions.note_result(held, "pdf", key_of(f"pdf of {recap}"))
    keep_file(f"pdf of {recap}", ".pdf")
    assert transitions.finish(held, NOW)


def written(recap: str = "one", owner: str = "ann", heard: str | None = None) -> Recording:
    """A recording whose first recap is there."""
    recording = make_recording(make_user(owner))
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": 60.0})
    process(recording, recap, recap, heard)
    render(recording, recap)
    return get(recording)


def rewrite(recording: Recording, recap: str, says: str | None = None, **choices: str) -> None:
    assert recaps.rewrite(recording.id, RecapOptions(**choices), NOW)
    process(recording, recap, says or recap)
    render(recording, recap)


def get(recording: Recording) -> Recording:
    found = queries.get(recording.id)
    assert found is not None
    return found


def numbers(recording: Recording) -> list[int]:
    return [each.number for each in recap_versions.list_versions(recording.id)]


def shown(recording: Recording) -> tuple[int | None, bytes, bytes | None]:
    """The number of the version that is shown, what its recap says, and its PDF."""
    version, pdf = recaps.get_version(recording.id), recaps.pdf_path(recording.id)
    assert version is not None
    recap = file_store().find(version.key, ".json")
    assert recap is not None
    return get(recording).version, recap.read_bytes(), pdf.read_bytes() if pdf else None


def test_a_recap_that_says_something_else_keeps_the_one_before() -> None:
    recording = written()
    rewrite(recording, "two", template="lecture")
    assert numbers(recording) == [2, 1]
    assert shown(recording) == (2, b"two", b"pdf of two")
    assert [each.options.get("template") for each in recap_versions.list_versions(recording.id)] == ["lecture", None]
    assert get(recording).facts["decisions"] == 3


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
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": 60.0})
    process(recording, "one", "one")
    assert shown(recording) == (None, b"one", None)
    assert get(recording).facts["decisions"] == 3
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")


def test_the_old_recap_is_shown_until_the_pdf_of_the_new_one_is_there() -> None:
    recording = written()
    before = shown(recording)
    assert recaps.rewrite(recording.id, RecapOptions(template="lecture"), NOW)
    assert shown(recording) == before
    process(recording, "two or more", "two or more")
    assert shown(recording) == before
    assert get(recording).facts["decisions"] == len("one"), "lists tell of what is shown"
    render(recording, "two or more")
    assert shown(recording) == (2, b"two or more", b"pdf of two or more")
    assert get(recording).facts["decisions"] == len("two or more")


def test_a_renderer_that_fails_leaves_the_old_recap_and_a_second_try_shows_the_new_one() -> None:
    recording = written()
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "two", "two")
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    transitions.fail(held, InternalError(), NOW)
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
    held = claims.claim("gpu", "w", NOW, 60)
    assert held is not None
    assert transitions.note_result(held, "transcript", key_of("heard anew"))
    assert transitions.note_result(held, "recap", key_of("never shown"))
    if end == "failed":
        assert transitions.fail(held, InternalError(), NOW)
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
    job = get(recording).job
    assert (job.status, job.step, job.queue, job.error_code) == (Status.QUEUED, Step.RENDER, "cpu", None)
    assert speaker_names.get_names(recording.id) == {"S1": "Anna"}, "what the renderer goes by"
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("one")
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")


def test_a_name_starts_nothing_where_no_recap_is_shown() -> None:
    recording = make_recording(make_user("ann"))
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert transitions.note_result(held, "transcript", key_of("heard"))
    assert transitions.cancel(recording.id, NOW)
    assert speaker_names.set_names(recording.id, {"S1": "Anna"}, NOW)
    assert get(recording).job.status == Status.CANCELLED


def test_an_earlier_version_is_used_again_once_its_pdf_is_made() -> None:
    recording = written()
    rewrite(recording, "two", template="lecture", instructions="The sums.")
    assert recaps.use_version(recording.id, 1, NOW)
    job = get(recording).job
    assert (job.status, job.step, job.queue) == (Status.QUEUED, Step.RENDER, "cpu")
    assert shown(recording) == (2, b"two", b"pdf of two")
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("one")
    render(recording, "one")
    assert shown(recording) == (1, b"one", b"pdf of one")
    assert numbers(recording) == [2, 1]
    assert options.recap_options_of(get(recording)) == RecapOptions(), (
        "what it was written by is what the next one goes by"
    )


def test_nothing_changes_while_a_job_is_not_over() -> None:
    recording = written()
    rewrite(recording, "two")
    recaps.rewrite(recording.id, RecapOptions(template="lecture"), NOW)
    assert not recaps.use_version(recording.id, 1, NOW)
    assert not recaps.rewrite(recording.id, RecapOptions(template="council"), NOW)
    assert options.recap_options_of(get(recording)).template == "lecture"
    with read() as session:
        assert session.get_one(Result, (recording.id, "recap")).key == key_of("two")


def test_an_unknown_version_is_not_used() -> None:
    recording = written()
    assert not recaps.use_version(recording.id, 7, NOW)
    assert get(recording).job.status == Status.DONE


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


def make_old() -> None:
    for path in file_store().stages_folder.glob("*/*"):
        os.utime(path, (1, 1))


def test_no_care_removes_a_version_that_can_be_looked_at() -> None:
    recording = written()
    rewrite(recording, "two")
    rewrite(recording, "three")
    make_old()
    assert consistency.verify(LATER).total == 0
    pruning.prune(LATER, max_bytes=0, max_age_seconds=0)
    make_old()
    deletion.sweep_files(LATER)
    names = [f"{kind}{recap}" for kind in ("", "pdf of ") for recap in ("one", "two", "three")]
    deletion.remove_unused({key_of(name) for name in names})
    assert all(is_there(name) for name in names)


def test_the_file_of_a_version_that_went_is_swept() -> None:
    recording = written()
    for number in range(2, 23):
        rewrite(recording, f"recap {number}")
    make_old()
    deletion.sweep_files(LATER)
    assert not is_there("one")
    assert not is_there("recap 2")
    assert is_there("recap 3")


def test_deleting_a_recording_removes_the_files_of_all_its_versions() -> None:
    recording = written()
    rewrite(recording, "two")
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "three", "three")
    deletion.remove_recording(recording.id)
    assert not list(file_store().stages_folder.glob("*/*"))
    assert recap_versions.list_versions(recording.id) == []


def test_a_version_that_another_recording_uses_too_stays_with_it() -> None:
    first, second = written("same", "ann"), written("same", "bob")
    rewrite(second, "other")
    deletion.remove_recording(first.id)
    assert is_there("same")
    assert recaps.use_version(second.id, 1, NOW)
    render(second, "same")
    assert shown(second) == (1, b"same", b"pdf of same")


def test_what_was_heard_does_not_count_for_a_recap_that_is_written_again() -> None:
    recording = written()
    for stage, seconds in (("transcribe", 600.0), ("diarize", 300.0), ("summarize", 60.0), ("render", 6.0)):
        speeds.note_speed(stage, "m", seconds, 60.0)
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    assert time_left.find_work_left(get(recording), speeds.speeds(), NOW) == pytest.approx(66)
    process(recording, "two", "two")
    assert time_left.find_work_left(get(recording), speeds.speeds(), NOW) == pytest.approx(6)


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
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert transitions.finish(held, NOW, recording={"duration_seconds": 3.0})
    assert (get(recording).duration_seconds, get(recording).version) == (3.0, None)
    with write() as session:
        recap_versions.show(session, recording.id, None)
    assert get(recording).version is None
