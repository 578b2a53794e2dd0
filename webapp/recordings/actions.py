"""What can be done with a recording, by a button or by the API."""

from __future__ import annotations

import config
from library import jobs, ollama_health, queue, recordings
from library.models import Recording, Status, Step, User, utc_now
from webapp import errors


def find(recording_id: str, owner: User) -> Recording:
    """A recording of this user. Raises NotFound, also for somebody else's."""
    found = recordings.get(recording_id, owner.id)
    if found is None:
        raise errors.NotFound("There is no such recording.")
    return found


def cancel(recording: Recording) -> None:
    """Stop the work. Raises Conflict where there is none."""
    if not jobs.cancel(recording.id, utc_now()):
        raise errors.Conflict("Nothing is being done with this recording.", "There is nothing to cancel.")


def retry(recording: Recording) -> None:
    """Go on where a failed or cancelled job stopped. Raises Conflict."""
    if recording.job.status not in (Status.FAILED, Status.CANCELLED):
        raise errors.Conflict("Only a failed or cancelled recording can be tried again.")
    _start_again(recording, None)


def process_again(recording: Recording) -> None:
    """Do what is missing and write the recap again. Raises Conflict while the job is not over, or cannot get there."""
    # who asks for it by hand need not wait until Ollama has rested
    ollama_health.allow_trial(config.load().ollama_host)
    job = recording.job
    if job.status == Status.FAILED and not job.error_retryable:
        raise errors.Conflict(job.error_message, job.error_hint)
    _start_again(recording, Step.PROCESS)


def _start_again(recording: Recording, step: Step | None) -> None:
    if not jobs.retry(recording.id, utc_now(), step=step):
        raise errors.Conflict("This recording is still being worked on.", "Wait until it is done, or cancel it.")
    changed = recordings.get(recording.id)
    if changed is not None:
        queue.wake(changed.job.queue)
