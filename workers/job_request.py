"""What a job asks of the pipeline: the recording, and all that people chose and corrected so far."""

from __future__ import annotations

from dataclasses import replace

import config
from core import recap_versions
from core.database.tables import Recording
from core.jobs.claims import Claim
from core.letterhead import get_letterhead
from core.recordings import edits, recap_templates, reviews, speaker_names, voice_answers
from core.recordings.details import details_of
from core.storage import references
from core.storage.store import file_store
from pipeline.details.names import add_names
from pipeline.diarize import DiarizeOptions
from pipeline.render.letterhead import Letterhead
from pipeline.request import Request
from pipeline.summarize.engine import SummaryOptions
from workers.job_monitor import JobMonitor


def request_sound(recording: Recording) -> Request:
    """What `prepare` needs of a recording."""
    return Request(
        recording_id=recording.id,
        owner_id=recording.owner_id,
        upload=file_store().recording(recording.id),
        title=recording.title,
        filename=recording.filename,
        size_bytes=recording.size_bytes,
        sha256=recording.sha256,
        uploaded_at=recording.created_at.isoformat().replace("+00:00", "Z"),
        track=recording.track,
        channels=recording.channels,
    )


def make_request(recording: Recording, claim: Claim, settings: config.Settings, monitor: JobMonitor) -> Request:
    """The request of a claimed job, as the recording is now; waits where the database is away."""
    url = f"{settings.site_url}/recordings/{recording.id}" if settings.site_url else None
    return replace(
        request_sound(recording),
        language=recording.language,
        summary=monitor.with_retry(lambda: _summary_options(recording)),
        model=recording.model,
        speakers=DiarizeOptions(recording.num_speakers, recording.min_speakers, recording.max_speakers),
        until=recording.until,
        skip=claim.skip,
        recording_url=url,
        timezone=settings.timezone,
        organisation=settings.organisation,
        names=monitor.with_retry(lambda: speaker_names.get_names(recording.id)),
        accepted_offers=monitor.with_retry(lambda: voice_answers.get_accepted(recording.id)),
        edits=monitor.with_retry(lambda: edits.get_edits(recording.id)),
        known_speech=monitor.with_retry(lambda: _known_speech(recording)),
        vocabulary=heard_vocabulary(recording),
        details=details_of(recording),
        is_draft=monitor.with_retry(lambda: _is_draft(recording.id)),
        letterhead=monitor.with_retry(lambda: _letterhead(recording)),
    )


def heard_vocabulary(recording: Recording) -> str:
    """The names and terms with which a recording is heard: its own, and the names of attendees."""
    return add_names(recording.vocabulary or "", details_of(recording))


def _is_draft(recording_id: str) -> bool:
    """Whether the recap of which the PDF is made waits for a review."""
    key = references.key_of(recording_id, "recap")
    return key is not None and reviews.is_draft_result(recording_id, key)


def _letterhead(recording: Recording) -> Letterhead | None:
    """The letterhead of the recap of which the PDF is made."""
    key = references.key_of(recording.id, "recap")
    return get_letterhead((key and recap_versions.find_template(recording.id, key)) or recording.template)


def _known_speech(recording: Recording) -> tuple[str, str] | None:
    """The keys of the words that people read already; None before the first recap, unless parts of it have one."""
    if recording.version is None and not recording.parts:
        return None
    keys = [references.key_of(recording.id, kind) for kind in ("speech", "transcribe")]
    return (keys[0], keys[1]) if keys[0] and keys[1] else None


def _summary_options(recording: Recording) -> SummaryOptions:
    """What the recap shall be like; the template's text is the one of this moment."""
    template, instructions = recap_templates.resolve(recording.template, recording.instructions)
    return SummaryOptions(recording.summary_language, template, instructions)
