from __future__ import annotations

import os
from datetime import timedelta

import pytest
from library_factories import NOW, make_recording, make_user

from library import care, jobs, recordings
from library.models import Status

pytestmark = pytest.mark.usefixtures("any_database")
DAY = 86400.0


def finish_with(results: dict[str, str]) -> str:
    """A done recording with results of 1,000 bytes each, by kind and key."""
    recording = make_recording(make_user(f"u{os.urandom(3).hex()}"))
    held = jobs.claim("cpu", "w", NOW, 60)
    assert held is not None
    for kind, key in results.items():
        assert jobs.note_result(held, kind, key)
        write_result(key)
    assert jobs.finish(held, NOW)
    return recording.id


def write_result(key: str, age: float = 0) -> None:
    with recordings.files().publish(key, ".json") as path:
        path.write_bytes(b"x" * 1000)
    at = NOW.timestamp() - age
    os.utime(recordings.files().stage(key, ".json"), (at, at))


def there(key: str) -> bool:
    return recordings.files().stage(key, ".json").exists()


AUDIO, RECAP, OTHER = "aa" * 32, "bb" * 32, "cc" * 32


def test_a_store_in_order_has_no_findings() -> None:
    finish_with({"audio": AUDIO, "recap": RECAP})
    assert care.verify(NOW + timedelta(days=1)).total == 0


def test_orphans_are_found_both_ways_and_mended() -> None:
    lost_result, lost_upload = finish_with({"recap": RECAP}), finish_with({"audio": AUDIO})
    files = recordings.files()
    files.stage(RECAP, ".json").unlink()
    files.remove_recording(lost_upload)
    write_result(OTHER, age=2 * DAY)
    files.recording("stranger").write_bytes(b"x")
    os.utime(files.recording("stranger"), (1, 1))

    later = NOW + timedelta(days=1)
    findings = care.verify(later)
    assert findings.results_without_use == {OTHER}
    assert findings.uploads_without_recording == {"stranger"}
    assert findings.recordings_without_upload == {lost_upload}
    assert findings.recordings_without_result == {lost_result}

    assert care.repair(findings, later) == 3
    assert not there(OTHER)
    assert recordings.get(lost_result).job.status == Status.QUEUED
    assert care.verify(later).recordings_without_upload == {lost_upload}


def test_files_of_work_that_goes_on_are_no_orphans() -> None:
    recordings.files().make_folders()
    write_result(OTHER)
    recordings.files().recording("arriving").write_bytes(b"x")
    now = NOW.timestamp()
    os.utime(recordings.files().recording("arriving"), (now, now))
    assert care.verify(NOW + timedelta(minutes=5)).total == 0


def test_the_oldest_results_go_first_and_only_as_many_as_needed() -> None:
    finish_with({"audio": AUDIO, "speech": OTHER})
    write_again(OTHER, age=10)
    assert care.prune(NOW, max_bytes=1000, max_age_seconds=DAY) == (1, 1000)
    assert there(AUDIO)
    assert not there(OTHER)


def write_again(key: str, age: float) -> None:
    at = NOW.timestamp() - age
    os.utime(recordings.files().stage(key, ".json"), (at, at))


def test_old_results_go_whatever_their_size() -> None:
    finish_with({"audio": AUDIO})
    write_again(AUDIO, age=2 * DAY)
    assert care.prune(NOW, max_bytes=10**9, max_age_seconds=DAY) == (1, 1000)


def test_what_a_page_shows_never_goes() -> None:
    finish_with({"recap": RECAP, "pdf": OTHER})
    assert care.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (0, 0)
    assert there(RECAP)
    assert there(OTHER)


def test_what_a_job_at_work_uses_never_goes() -> None:
    make_recording(make_user("ann"))
    held = jobs.claim("cpu", "w", NOW, 60)
    assert held is not None
    jobs.note_result(held, "audio", AUDIO)
    write_result(AUDIO)
    assert care.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (0, 0)
    jobs.cancel(held.recording_id, NOW)
    assert care.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (1, 1000)
