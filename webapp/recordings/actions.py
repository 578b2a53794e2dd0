"""What users can do with a recording, through a page or through the API."""

from __future__ import annotations

from core import ollama_circuit
from core.clock import utc_now
from core.database.tables import Recording, Status, User, Version
from core.jobs import transitions
from core.queue import notifications
from core.recordings import queries, recaps
from core.recordings.options import RecapOptions
from pipeline.catalogue import Step
from pipeline.recap import Recap
from webapp import errors
from webapp.settings import current_settings


def find(recording_id: str, owner: User) -> Recording:
    """A recording of this user. Raises NotFound, also if it belongs to another user."""
    recording = queries.get(recording_id, owner.id)
    if recording is None:
        raise errors.NotFound("There is no such recording.")
    return recording


def cancel(recording: Recording) -> None:
    """Cancel the job. Raises Conflict if it has ended."""
    if not transitions.cancel(recording.id, utc_now()):
        raise errors.Conflict("This recording is not being processed.", "There is nothing to cancel.")


def retry(recording: Recording) -> None:
    """Continue where a failed or cancelled job stopped. Raises Conflict."""
    if recording.job.status not in (Status.FAILED, Status.CANCELLED):
        raise errors.Conflict("Only a failed or cancelled recording can be retried.")
    _start_again(recording, None)


def process_again(recording: Recording, options: RecapOptions | None = None) -> None:
    """Do what is missing and write the recap again, with new options or as before.

    Raises Conflict if the job is unfinished, or if it cannot succeed.
    """
    # an explicit request does not wait until the circuit to Ollama closes
    ollama_circuit.allow_trial(current_settings().ollama_name)
    job = recording.job
    if job.status == Status.FAILED and not job.error_retryable and recording.version is None:
        raise errors.Conflict(job.error_message, job.error_hint)
    if options is None:
        _start_again(recording, Step.LISTEN if lacks_speakers(recording) else Step.SUMMARIZE)
    else:
        _check_and_notify(recording, recaps.rewrite(recording.id, options, utc_now()))


def lacks_speakers(recording: Recording) -> bool:
    """Whether the speakers of the transcript are unknown, but may still be identified."""
    return any(warning["code"] == "diarization_missing" for warning in recording.warnings)


def find_version(recording: Recording, number: int) -> Version:
    """A version of the recap. Raises NotFound."""
    version = recaps.get_version(recording.id, number)
    if version is None:
        raise errors.NotFound(
            "There is no such version of this recap.", "The oldest versions are deleted when there are many."
        )
    return version


def load_recap(recording: Recording, number: int | None = None) -> Recap:
    """The current recap, or a version of it. Raises NotFound, NotReady, and Conflict if its file is lost."""
    if number is not None:
        find_version(recording, number)
    recap = recaps.load_recap(recording.id, number)
    if recap is None and (number is not None or recording.job.status == Status.DONE):
        raise errors.Conflict("The file of this recap is missing.", "Write the recap again to recreate it.")
    if recap is None:
        raise errors.not_ready(recording, "The result is not available yet.")
    return recap


def use_version(recording: Recording, number: int) -> None:
    """Make a version the current one once its PDF is made. Raises NotFound, and Conflict if the job is unfinished."""
    load_recap(recording, number)
    _check_and_notify(recording, recaps.use_version(recording.id, number, utc_now()))


def _start_again(recording: Recording, step: Step | None) -> None:
    _check_and_notify(recording, transitions.retry(recording.id, utc_now(), step=step))


def _check_and_notify(recording: Recording, has_started: bool) -> None:
    if not has_started:
        raise errors.Conflict("This recording is still being processed.", "Wait until it is done, or cancel it.")
    started = queries.get(recording.id)
    if started is not None:
        notifications.notify(started.job.queue)
