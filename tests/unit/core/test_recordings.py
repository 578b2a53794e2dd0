from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from support.factories import NOW, make_recording, make_user

from core.database.sessions import write
from core.database.tables import Recording
from core.jobs import claims, speeds, time_left, transitions
from core.recordings import library, queries, recaps
from core.recordings.library import Sort, View
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.limits import AccountClosed
from pipeline.catalogue import Step

pytestmark = pytest.mark.usefixtures("sqlite")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("talk.mp3", "talk.mp3"),
        ("../../x<script>.mp3", "x<script>.mp3"),
        ("..\\..\\windows.wav", "windows.wav"),
        ("a\x00b\nc\u202e.mp3", "abc.mp3"),
        ("会" * 300 + ".mp3", "会" * 196 + ".mp3"),
        ("", "recording"),
        ("...", "recording"),
    ],
)
def test_a_filename_is_kept_as_a_name_and_never_as_a_path(given: str, kept: str) -> None:
    assert intake.clean_filename(given) == kept


@pytest.mark.parametrize(
    ("title", "filename", "kept"),
    [
        ("  Board\nmeeting ", "x.mp3", "Board meeting"),
        (None, "board_meeting.mp3", "board meeting"),
        ("", "noext", "noext"),
        ("t" * 500, "x.mp3", "t" * 200),
    ],
)
def test_a_title_is_one_line_or_made_of_the_filename(title: str | None, filename: str, kept: str) -> None:
    assert intake.clean_title(title, filename) == kept


def test_the_upload_lies_at_its_recording_and_nowhere_else() -> None:
    recording = make_recording(make_user("ann"), content=b"abc")
    files = file_store()
    assert files.recording(recording.id).read_bytes() == b"abc"
    assert list(files.incoming_folder.iterdir()) == []


def test_somebody_elses_recording_is_not_there() -> None:
    ann, bob = make_user("ann"), make_user("bob")
    recording = make_recording(ann)
    assert queries.get(recording.id, ann.id) is not None
    assert queries.get(recording.id, bob.id) is None
    assert library.find_page(bob.id, library.View(), 10) == []


def test_pages_go_from_new_to_old_without_gap_or_double() -> None:
    ann = make_user("ann")
    made = [make_recording(ann, NOW + timedelta(minutes=n // 2)).id for n in range(7)]
    seen: list[str] = []
    after = None
    while page := library.find_page(ann.id, View(), 3, after):
        seen += [recording.id for recording in page]
        after = library.place_after(page[-1], Sort.NEWEST)
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


def publish_result(recording_id: str, key: str) -> None:
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    assert held.recording_id == recording_id
    assert transitions.note_result(held, "audio", key)
    with file_store().publish(key, ".json") as path:
        path.write_bytes(b"{}")


def test_delete_removes_rows_upload_and_results() -> None:
    recording, key = make_recording(make_user("ann")), "ab" * 32
    publish_result(recording.id, key)
    deletion.remove_recording(recording.id)
    files = file_store()
    assert queries.get(recording.id) is None
    assert not files.recording(recording.id).exists()
    assert files.find(key, ".json") is None


def test_a_result_that_another_recording_uses_stays() -> None:
    owner, key = make_user("ann"), "ab" * 32
    first = make_recording(owner)
    publish_result(first.id, key)
    second = make_recording(owner)
    publish_result(second.id, key)
    deletion.remove_recording(first.id)
    assert recaps.result_path(second.id, "audio", ".json") is not None
    deletion.remove_recording(second.id)
    assert file_store().find(key, ".json") is None


def test_the_sweep_removes_results_that_nobody_uses_and_no_others() -> None:
    recording, key, orphan = make_recording(make_user("ann")), "ab" * 32, "cd" * 32
    publish_result(recording.id, key)
    with file_store().publish(orphan, ".json") as path:
        path.write_bytes(b"{}")
    for result in (key, orphan):
        os.utime(file_store().stage(result, ".json"), (1, 1))
    assert deletion.sweep_files(NOW) == 1
    assert file_store().find(key, ".json") is not None
    assert file_store().find(orphan, ".json") is None


def test_an_account_that_was_closed_meanwhile_leaves_no_upload_behind() -> None:
    ghost = make_user("ghost")
    with write() as session:
        session.delete(session.merge(ghost))
    with pytest.raises(AccountClosed):
        make_recording(ghost)
    assert list(file_store().recordings_folder.iterdir()) == []


def seconds_left(recording: Recording, now: datetime) -> float | None:
    return time_left.find_work_left(recording, speeds.speeds(), now)


def test_the_time_left_comes_from_what_stages_took_before() -> None:
    recording = make_recording(make_user("ann"))
    assert seconds_left(recording, NOW) is None
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": 100.0})
    for stage, seconds in (("transcribe", 30.0), ("diarize", 10.0), ("render", 1.0)):
        speeds.note_speed(stage, "m", seconds, 100.0)
    held = claims.claim("gpu", "w", NOW, 60)
    assert held is not None
    transitions.enter_stage(held, "transcribe", NOW)
    transitions.report_progress(held, 0.5, NOW)
    left = seconds_left(queries.get(recording.id), NOW)
    assert left == pytest.approx(15 + 10 + 1)


def test_the_first_time_the_time_left_comes_from_the_transcription_at_work() -> None:
    recording = make_recording(make_user("ann"))
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    transitions.advance(held, Step.LISTEN, NOW, recording={"duration_seconds": 100.0})
    held = claims.claim("gpu", "w", NOW, 60)
    assert held is not None
    transitions.enter_stage(held, "transcribe", NOW)
    later = NOW + timedelta(seconds=10)
    assert seconds_left(queries.get(recording.id), later) is None
    transitions.report_progress(held, 0.5, later)
    left = seconds_left(queries.get(recording.id), later)
    assert left == pytest.approx(10 + 20)
