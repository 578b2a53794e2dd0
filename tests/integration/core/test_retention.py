from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from support.factories import NOW, make_recording, make_user

import config
from core.database.tables import Status
from core.jobs import claims, transitions
from core.recordings import queries
from core.retention import consistency, deletion, pruning
from core.retention.pruning import SPARE_BYTES
from core.storage.files import FileStore
from core.storage.store import file_store
from pipeline.errors import StorageFull

pytestmark = pytest.mark.usefixtures("any_database")
DAY = 86400.0


def finish_with(results: dict[str, str]) -> str:
    """A done recording with results of 1,000 bytes each, by kind and key."""
    recording = make_recording(make_user(f"u{os.urandom(3).hex()}"))
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    for kind, key in results.items():
        assert transitions.note_result(held, kind, key)
        write_result(key)
    assert transitions.finish(held, NOW)
    return recording.id


def write_result(key: str, age: float = 0) -> None:
    with file_store().publish(key, ".json") as path:
        path.write_bytes(b"x" * 1000)
    at = NOW.timestamp() - age
    os.utime(file_store().stage(key, ".json"), (at, at))


def there(key: str) -> bool:
    return file_store().stage(key, ".json").exists()


AUDIO, RECAP, OTHER = "aa" * 32, "bb" * 32, "cc" * 32


def test_a_store_in_order_has_no_findings() -> None:
    finish_with({"audio": AUDIO, "recap": RECAP})
    assert consistency.verify(NOW + timedelta(days=1)).total == 0


def test_orphans_are_found_both_ways_and_mended() -> None:
    lost_result, lost_upload = finish_with({"recap": RECAP}), finish_with({"audio": AUDIO})
    files = file_store()
    files.stage(RECAP, ".json").unlink()
    files.remove_recording(lost_upload)
    write_result(OTHER, age=2 * DAY)
    files.recording("stranger").write_bytes(b"x")
    os.utime(files.recording("stranger"), (1, 1))

    later = NOW + timedelta(days=1)
    findings = consistency.verify(later)
    assert findings.results_without_use == {OTHER}
    assert findings.uploads_without_recording == {"stranger"}
    assert findings.recordings_without_upload == {lost_upload}
    assert findings.recordings_without_result == {lost_result}

    assert consistency.repair(findings, later) == 3
    assert not there(OTHER)
    assert queries.get(lost_result).job.status == Status.QUEUED
    assert consistency.verify(later).recordings_without_upload == {lost_upload}


def test_files_of_work_that_goes_on_are_no_orphans() -> None:
    file_store().make_folders()
    write_result(OTHER)
    file_store().recording("arriving").write_bytes(b"x")
    now = NOW.timestamp()
    os.utime(file_store().recording("arriving"), (now, now))
    assert consistency.verify(NOW + timedelta(minutes=5)).total == 0


def write_samples(key: str, age: float) -> None:
    """The decoded samples beside a result, 1,000 bytes."""
    with file_store().publish(key, ".f16") as path:
        path.write_bytes(b"x" * 1000)
    at = NOW.timestamp() - age
    os.utime(file_store().stage(key, ".f16"), (at, at))


def has_samples(key: str) -> bool:
    return file_store().stage(key, ".f16").exists()


def test_the_least_recently_used_caches_go_first_and_only_as_many_as_needed() -> None:
    finish_with({"audio": AUDIO})
    finish_with({"audio": OTHER})
    write_samples(AUDIO, age=5)
    write_samples(OTHER, age=10)
    assert pruning.prune(NOW, max_bytes=3000, max_age_seconds=DAY) == (1, 1000)
    assert has_samples(AUDIO)
    assert not has_samples(OTHER)
    assert there(AUDIO)
    assert there(OTHER)


def test_old_caches_go_whatever_their_size() -> None:
    finish_with({"audio": AUDIO, "summary": OTHER})
    write_samples(AUDIO, age=2 * DAY)
    set_age(OTHER, age=2 * DAY)
    file_store().save_part(RECAP, 0, b"x" * 1000)
    os.utime(file_store().stage(RECAP, ".parts") / "000000.json", (1, 1))
    assert pruning.prune(NOW, max_bytes=10**9, max_age_seconds=DAY) == (3, 3000)
    assert there(AUDIO)
    assert not there(OTHER)


def set_age(key: str, age: float) -> None:
    at = NOW.timestamp() - age
    os.utime(file_store().stage(key, ".json"), (at, at))


@pytest.mark.parametrize("kind", ["audio", "speech", "transcribe", "diarize", "transcript", "listen"])
def test_what_a_transcript_is_made_of_stays_as_long_as_its_recording(kind: str) -> None:
    recording_id = finish_with({kind: AUDIO})
    set_age(AUDIO, age=99 * DAY)
    assert pruning.prune(NOW, max_bytes=0, max_age_seconds=0) == (0, 0)
    assert there(AUDIO)
    deletion.remove_recording(recording_id)
    assert not there(AUDIO)


def test_what_a_page_shows_never_goes() -> None:
    finish_with({"recap": RECAP, "pdf": OTHER})
    assert pruning.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (0, 0)
    assert there(RECAP)
    assert there(OTHER)


def test_what_a_job_at_work_uses_never_goes() -> None:
    make_recording(make_user("ann"))
    held = claims.claim("cpu", "w", NOW, 60)
    assert held is not None
    transitions.note_result(held, "audio", AUDIO)
    write_samples(AUDIO, age=5)
    assert pruning.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (0, 0)
    transitions.cancel(held.recording_id, NOW)
    assert pruning.prune(NOW + timedelta(days=99), max_bytes=0, max_age_seconds=0) == (1, 1000)


def test_room_for_new_samples_is_charged_to_the_limit_before_they_are_written(
    settings_of: Callable[..., config.Settings],
) -> None:
    finish_with({"audio": AUDIO})
    finish_with({"audio": OTHER})
    write_samples(AUDIO, age=5)
    write_samples(OTHER, age=10)
    settings_of(STAGE_MAX_BYTES=5000)  # all there is takes 4,000
    pruning.make_room(500)
    assert has_samples(OTHER)
    pruning.make_room(1500)
    assert (has_samples(AUDIO), has_samples(OTHER)) == (True, False)


def test_caches_make_way_where_the_disk_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    finish_with({"audio": AUDIO})
    write_samples(AUDIO, age=5)

    def free_bytes(_store: FileStore) -> int:
        return SPARE_BYTES + 5000 - (1000 if has_samples(AUDIO) else 0)

    monkeypatch.setattr(FileStore, "free_bytes", free_bytes)
    pruning.make_room(4000)
    assert has_samples(AUDIO)
    pruning.make_room(4500)
    assert not has_samples(AUDIO)
    with pytest.raises(StorageFull):
        pruning.make_room(5001)


def test_work_stops_before_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileStore, "free_bytes", lambda _store: SPARE_BYTES - 1)
    with pytest.raises(StorageFull):
        pruning.make_room(0)
