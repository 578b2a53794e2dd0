"""Care for the files: what is lost or left over on either side, and which results go when the store grows too large."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from library import jobs, uploads, versions
from library.database import lock_table, read, write
from library.models import Job, Recording, Result, ResumableUpload, Status, Step
from library.recordings import files, remove_unused

#: What pages and downloads read; all else only saves work when a job runs again.
KEPT_KINDS = ("recap", "pdf")


@dataclass(frozen=True, slots=True)
class Findings:
    """Where files and rows do not match: ids of recordings, keys of results, ids of unfinished uploads."""

    uploads_without_recording: frozenset[str]
    recordings_without_upload: frozenset[str]
    results_without_use: frozenset[str]
    recordings_without_result: frozenset[str]
    partial_files_without_upload: frozenset[str]
    uploads_without_partial_file: frozenset[str]

    @property
    def total(self) -> int:
        """How many there are; 0 when all is well."""
        return sum(len(getattr(self, name)) for name in self.__dataclass_fields__)


def verify(now: datetime, age_seconds: float = 3600) -> Findings:
    """Hold files against rows. Files younger than `age_seconds` may belong to work that goes on: they are left out."""
    older_than = now.timestamp() - age_seconds
    on_disk, results = files().recording_ids(), files().stage_sizes()
    with read() as session:
        known = set(session.scalars(select(Recording.id)))
        used = set(session.scalars(versions.used_keys()))
        done = set(session.scalars(select(Job.recording_id).where(Job.status == Status.DONE)))
        kept = session.execute(select(Result.recording_id, Result.key).where(Result.kind.in_(KEPT_KINDS))).all()
        arriving = set(session.scalars(select(ResumableUpload.id).where(ResumableUpload.recording_id.is_(None))))
    partial = set(files().incoming_sizes())  # after the rows: an upload has its file before its row
    strange = on_disk - known - arriving
    young = {id for id in strange if files().recording(id).stat().st_mtime >= older_than}
    return Findings(
        uploads_without_recording=frozenset(strange - young),
        recordings_without_upload=frozenset(known - on_disk),
        results_without_use=frozenset(
            key for key, (_, last_used) in results.items() if key not in used and last_used < older_than
        ),
        recordings_without_result=frozenset(id for id, key in kept if id in done and key not in results),
        partial_files_without_upload=frozenset(files().incoming_names(older_than) - arriving),
        uploads_without_partial_file=frozenset(arriving - partial),
    )


def repair(findings: Findings, now: datetime) -> int:
    """Remove what belongs to nobody, and make lost results again; returns how many findings were mended.

    A recording whose upload is gone cannot be mended: it stays for its owner to see.
    """
    for id in findings.uploads_without_recording:
        files().remove_recording(id)
    remove_unused(set(findings.results_without_use))
    again = findings.recordings_without_result - findings.recordings_without_upload
    mended = sum(jobs.retry(id, now, step=Step.PROCESS) for id in again)
    for id in findings.partial_files_without_upload:
        files().incoming(id).unlink(missing_ok=True)
    mended += sum(uploads.remove(id) for id in findings.uploads_without_partial_file)
    gone = (findings.uploads_without_recording, findings.results_without_use, findings.partial_files_without_upload)
    return mended + sum(map(len, gone))


def prune(now: datetime, max_bytes: int, max_age_seconds: float) -> tuple[int, int]:
    """Remove results that only save work, oldest use first, until the store is within its limits.

    Returns how many went and their bytes. What a page shows stays, and so does all of a job that waits or is at work.
    """
    sizes = files().stage_sizes()
    total = sum(size for size, _ in sizes.values())
    needed = _needed_keys()
    gone = freed = 0
    for key, (size, last_used) in sorted(sizes.items(), key=lambda item: item[1][1]):
        if total - freed <= max_bytes and now.timestamp() - last_used <= max_age_seconds:
            break
        if key not in needed and _remove_unneeded(key):
            gone, freed = gone + 1, freed + size
    return gone, freed


def _needed_keys() -> Set[str]:
    unfinished = Job.status.in_((Status.QUEUED, Status.RUNNING))
    with read() as session:
        kept = set(session.scalars(select(Result.key).where(Result.kind.in_(KEPT_KINDS))))
        busy = select(Result.key).join(Job, Job.recording_id == Result.recording_id).where(unfinished)
        kept |= set(session.scalars(versions.kept_keys()))
        return kept | set(session.scalars(busy))


def _remove_unneeded(key: str) -> bool:
    unfinished = Job.status.in_((Status.QUEUED, Status.RUNNING))
    with write() as session:
        lock_table(session, "result")  # no job can begin to use it between the look and the removal
        busy = select(Result.key).join(Job, Job.recording_id == Result.recording_id).where(unfinished)
        if session.scalar(busy.where(Result.key == key).limit(1)):
            return False
        files().remove_stage(key)
        return True
