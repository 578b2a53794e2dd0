"""Whether files and database rows match, and the repair where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.database.sessions import read
from core.database.tables import Job, Recording, Result, ResumableUpload, Status
from core.jobs import transitions
from core.retention.deletion import remove_unused
from core.storage import references
from core.storage.store import file_store
from core.uploads import resumable
from pipeline.catalogue import Step

#: What pages and downloads read.
SHOWN_KINDS = ("recap", "pdf")


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
    """Compare files with rows. Files younger than `age_seconds` may belong to running work and are ignored."""
    older_than = now.timestamp() - age_seconds
    on_disk, results = file_store().recording_ids(), file_store().stage_sizes()
    with read() as session:
        known = set(session.scalars(select(Recording.id)))
        with_file = set(session.scalars(references.recordings_with_file()))
        used = set(session.scalars(references.used_keys()))
        done = set(session.scalars(select(Job.recording_id).where(Job.status == Status.DONE)))
        kept = session.execute(select(Result.recording_id, Result.key).where(Result.kind.in_(SHOWN_KINDS))).all()
        arriving = set(session.scalars(select(ResumableUpload.id).where(ResumableUpload.recording_id.is_(None))))
    partial = set(file_store().incoming_sizes())  # after the rows: an upload has its file before its row
    strange = on_disk - known - arriving
    young = {id for id in strange if file_store().recording(id).stat().st_mtime >= older_than}
    return Findings(
        uploads_without_recording=frozenset(strange - young),
        recordings_without_upload=frozenset(with_file - on_disk),
        results_without_use=frozenset(
            key for key, (_, last_used) in results.items() if key not in used and last_used < older_than
        ),
        recordings_without_result=frozenset(id for id, key in kept if id in done and key not in results),
        partial_files_without_upload=frozenset(file_store().incoming_names(older_than) - arriving),
        uploads_without_partial_file=frozenset(arriving - partial),
    )


def repair(findings: Findings, now: datetime) -> int:
    """Remove what nothing refers to and recompute lost results; returns how many findings were repaired.

    A recording whose upload is gone cannot be mended: it stays for its owner to see.
    """
    for id in findings.uploads_without_recording:
        file_store().remove_recording(id)
    remove_unused(set(findings.results_without_use))
    again = findings.recordings_without_result - findings.recordings_without_upload
    mended = sum(transitions.retry(id, now, step=Step.SUMMARIZE) for id in again)
    for id in findings.partial_files_without_upload:
        file_store().incoming(id).unlink(missing_ok=True)
    mended += sum(resumable.remove(id) for id in findings.uploads_without_partial_file)
    gone = (findings.uploads_without_recording, findings.results_without_use, findings.partial_files_without_upload)
    return mended + sum(map(len, gone))
