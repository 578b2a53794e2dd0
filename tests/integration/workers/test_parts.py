"""Recordings that are split and joined: what was heard stays, names and corrections follow, with the demo models."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from sqlalchemy import update
from support.factories import make_user
from support.helpers import SAMPLES
from support.worker_jobs import get, upload, work

from core import parts
from core.backup.make import make_backup
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Job, Recording, Status, User
from core.jobs import transitions
from core.jobs.claims import Claim
from core.recordings import edits, recaps, speaker_names
from core.retention import consistency, deletion
from core.storage import references
from core.storage.store import file_store
from pipeline.edits.edit import ASSIGN, CORRECT
from pipeline.edits.targets import find_segment_target
from pipeline.recap import Transcript
from workers import step_runner

pytestmark = [pytest.mark.usefixtures("sqlite"), pytest.mark.speech]


@pytest.fixture
def owner() -> User:
    return make_user("ann")


@pytest.fixture(autouse=True)
def fresh_engines() -> Iterator[None]:
    step_runner.engines.cache_clear()
    yield
    step_runner.engines.cache_clear()


def finish(recording_id: str) -> Recording:
    work()
    recording = get(recording_id)
    assert recording.job.status == Status.DONE, recording.job.error_message
    return recording


def transcript_of(recording: Recording) -> Transcript:
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    return recap.transcript


def words_of(*recordings: Recording) -> list[str]:
    return [word for one in recordings for segment in transcript_of(one).segments for word in segment.text.split()]


def correct(owner: User, recording: Recording, number: int, kind: str, **payload: str) -> None:
    segment = transcript_of(recording).segments[number]
    unedited = recaps.load_unedited(recording.id)
    assert unedited is not None
    edits.add_edit(
        recording.id, owner.id, kind, payload,
        lambda known, new: find_segment_target(unedited, known, segment.id, new), 10_000, utc_now(),
    )  # fmt: skip


def test_a_meeting_that_was_split_and_joined_again_has_every_word_name_and_correction(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    said = transcript_of(source)
    speaker_names.set_names(source.id, {one.id: f"Person {one.id}" for one in said.speakers}, utc_now())
    middle = len(said.segments) // 2
    correct(owner, source, 0, CORRECT, text="Corrected at the beginning.")
    correct(owner, source, len(said.segments) - 1, CORRECT, text="Corrected at the end.")
    source = finish(source.id)
    at = said.segments[middle].start
    halves = [each.id for each in parts.split(source, at, ("First", "Second"), utc_now())]
    first, second = (finish(each) for each in halves)
    assert words_of(first, second) == words_of(source)
    assert [one.name for one in transcript_of(first).speakers + transcript_of(second).speakers]
    assert {one.name for one in transcript_of(first).speakers} <= {one.name for one in transcript_of(source).speakers}
    assert first.duration_seconds == pytest.approx(at, abs=0.01)
    assert len(edits.get_edits(first.id)) == len(edits.get_edits(second.id)) == 1
    assert transcript_of(second).segments[0].start < 1.0, "times begin anew"

    joined = finish(parts.join([first, second], None, utc_now()).id)
    again = transcript_of(joined)
    assert words_of(joined) == words_of(source)
    assert [one.text for one in (again.segments[0], again.segments[-1])] == [
        "Corrected at the beginning.", "Corrected at the end.",
    ]  # fmt: skip
    assert [(one.speaker, one.start) for one in again.segments] == [
        (one.speaker, pytest.approx(one.start, abs=0.02)) for one in said.segments
    ]
    assert [one.name for one in again.speakers] == [f"Person {one.id}" for one in said.speakers]
    report = next(one for one in recaps.load_recap(joined.id).stages if one.stage == "transcribe")
    assert "joined of 2 recordings" in report.settings


def test_what_is_joined_needs_its_parts_no_longer_once_it_is_done(owner: User) -> None:
    one, other = (finish(upload(owner, SAMPLES / name)) for name in ("standup.wav", "phone-call.ogg"))
    joined = finish(parts.join([one, other], "Both", utc_now()).id)
    assert joined.duration_seconds == pytest.approx(one.duration_seconds + other.duration_seconds, abs=0.01)
    assert file_store().recording(joined.id).stat().st_size == joined.size_bytes
    assert words_of(joined) == words_of(one, other)
    assert references.key_of(joined.id, parts.part_kind(0, "speech")) is None
    for gone in (one, other):
        deletion.remove_recording(gone.id)
    assert len(words_of(joined)) > 100


def test_a_part_that_is_deleted_before_its_sound_was_copied_still_is_joined_from_its_samples(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    words = words_of(source)
    joined = parts.join([source, source], None, utc_now())
    deletion.remove_recording(source.id)
    assert words_of(finish(joined.id)) == words * 2


def test_a_part_whose_sound_is_gone_is_told(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    joined = parts.join([source, source], None, utc_now())
    key = references.key_of(source.id, "audio")
    assert key is not None
    deletion.remove_recording(source.id)
    file_store().stage(key, ".f16").unlink()
    work()
    job = get(joined.id).job
    assert (job.status, job.error_code) == (Status.FAILED, "part_missing")
    assert "deleted" in job.error_message


def test_samples_that_were_removed_to_save_space_are_decoded_again(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    key = references.key_of(source.id, "audio")
    assert key is not None
    file_store().stage(key, ".f16").unlink()
    halves = [each.id for each in parts.split(source, 20.0, ("First", "Second"), utc_now())]
    assert len(words_of(*(finish(each) for each in halves))) > 50


def test_a_speaker_told_by_hand_is_the_same_person_in_the_part(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    said = transcript_of(source)
    last = len(said.segments) - 1
    other = next(one.id for one in said.speakers if one.id != said.segments[last].speaker)
    speaker_names.set_names(source.id, {other: "Zoë"}, utc_now())
    correct(owner, source, last, ASSIGN, speaker=other)
    source = finish(source.id)
    _, second = parts.split(source, said.segments[len(said.segments) // 2].start, ("First", "Second"), utc_now())
    part = transcript_of(finish(second.id))
    assert part.name_of(part.segments[-1].speaker) == "Zoë"
    assert part.segments[-1].speaker_source == "hand"


def test_a_recording_that_is_yet_to_be_made_lacks_no_file(owner: User, tmp_path: Path) -> None:
    source = finish(upload(owner, SAMPLES / "standup.wav"))
    joined = parts.join([source, source], None, utc_now())
    assert consistency.verify(utc_now()).recordings_without_upload == frozenset()
    assert make_backup(tmp_path / "backup.tar", utc_now(), lambda *_: None).missing == ()
    finish(joined.id)
    file_store().recording(joined.id).unlink()
    assert consistency.verify(utc_now()).recordings_without_upload == {joined.id}


def test_the_day_that_a_file_tells_is_that_of_its_parts(owner: User, tmp_path: Path) -> None:
    path = tmp_path / "dated.flac"
    with av.open(str(SAMPLES / "ten-seconds.wav")) as source, av.open(str(path), "w") as target:
        target.metadata["creation_time"] = "2025-03-04T10:00:00Z"
        stream = target.add_stream("flac", rate=16000)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    source_id = finish(upload(owner, path))
    assert recaps.load_recap(source_id.id).source.recorded_on == "2025-03-04"
    joined = finish(parts.join([source_id, source_id], None, utc_now()).id)
    assert recaps.load_recap(joined.id).source.recorded_on == "2025-03-04"


def test_deleting_leaves_nothing_of_what_was_being_made(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    source = finish(upload(owner, SAMPLES / "ten-seconds.wav"))
    joined = parts.join([source, source], None, utc_now())
    note = transitions.note_file

    def delete_then_note(claim: Claim, sha256: str, size_bytes: int) -> bool:
        noted = note(claim, sha256, size_bytes)
        deletion.remove_recording(joined.id)
        return noted

    monkeypatch.setattr(transitions, "note_file", delete_then_note)
    work()
    assert file_store().recording_ids() == {source.id}


def test_what_a_deleted_source_left_goes_when_its_parts_are_made(owner: User) -> None:
    source = finish(upload(owner, SAMPLES / "ten-seconds.wav"))
    keys = {references.key_of(source.id, kind) for kind in parts.PART_RESULTS}
    joined = parts.join([source, source], None, utc_now())
    deletion.remove_recording(source.id)
    assert keys <= set(file_store().stage_sizes())
    finish(joined.id)
    assert not keys & set(file_store().stage_sizes())


def test_a_file_that_was_made_is_in_a_backup_whatever_became_of_the_job(owner: User, tmp_path: Path) -> None:
    source = finish(upload(owner, SAMPLES / "ten-seconds.wav"))
    joined = finish(parts.join([source, source], None, utc_now()).id)
    with write() as session:
        session.execute(update(Job).where(Job.recording_id == joined.id).values(step="prepare", status=Status.FAILED))
    make_backup(tmp_path / "backup.tar", utc_now(), lambda *_: None)
    with tarfile.open(tmp_path / "backup.tar") as archive:
        assert any(joined.id in name for name in archive.getnames())


def test_only_finished_recordings_are_joined(owner: User) -> None:
    source = get(upload(owner, SAMPLES / "standup.wav"))
    with pytest.raises(parts.PartNotReady):
        parts.join([source, source], None, utc_now())
