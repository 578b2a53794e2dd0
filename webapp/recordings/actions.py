"""What can be done with a recording, by a button or by the API."""

from __future__ import annotations

import config
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


def find(recording_id: str, owner: User) -> Recording:
    """A recording of this user. Raises NotFound, also for somebody else's."""
    found = queries.get(recording_id, owner.id)
    if found is None:
        raise errors.NotFound("There is no such recording.")
    return found


def cancel(recording: Recording) -> None:
    """Stop the work. Raises Conflict where there is none."""
    if not transitions.cancel(recording.id, utc_now()):
        raise errors.Conflict("Nothing is being done with this recording.", "There is nothing to cancel.")


def retry(recording: Recording) -> None:
    """Go on where a failed or cancelled job stopped. Raises Conflict."""
    if recording.job.status not in (Status.FAILED, Status.CANCELLED):
        raise errors.Conflict("Only a failed or cancelled recording can be tried again.")
    _start_again(recording, None)


def process_again(recording: Recording, choices: RecapOptions | None = None) -> None:
    """Do what is missing and write the recap again, as now chosen or as before.

    Raises Conflict while the job is not over, or where it cannot get there.
    """
    # who asks for it by hand need not wait until Ollama has rested
    ollama_circuit.allow_trial(config.load().ollama_host)
    job = recording.job
    if job.status == Status.FAILED and not job.error_retryable and recording.version is None:
        raise errors.Conflict(job.error_message, job.error_hint)
    if choices is None:
        _start_again(recording, Step.LISTEN if lacks_speakers(recording) else Step.SUMMARIZE)
    else:
        _check_and_wake(recording, recaps.write_again(recording.id, choices, utc_now()))


def lacks_speakers(recording: Recording) -> bool:
    """Whether the transcript of a recording has no speakers, though they may be identified still."""
    return any(warning["code"] == "diarization_missing" for warning in recording.warnings)


def find_version(recording: Recording, number: int) -> Version:
    """A version of this recording. Raises NotFound."""
    found = recaps.get_version(recording.id, number)
    if found is None:
        raise errors.NotFound("There is no such version of this recap.", "The oldest go when there are many.")
    return found


def load_recap(recording: Recording, number: int | None = None) -> Recap:
    """The recap that is shown, or a version of it. Raises NotFound, NotReady, and Conflict where its file is lost."""
    if number is not None:
        find_version(recording, number)
    found = recaps.load_recap(recording.id, number)
    if found is None and (number is not None or recording.job.status == Status.DONE):
        raise errors.Conflict("This recap is not on this server's disk.", "Write it again: it is made anew.")
    if found is None:
        raise errors.not_ready(recording, "The result is not there yet.")
    return found


def use_version(recording: Recording, number: int) -> None:
    """Show a version from when its PDF is there. Raises NotFound, and Conflict while the job is not over."""
    load_recap(recording, number)
    _check_and_wake(recording, recaps.use_version(recording.id, number, utc_now()))


def _start_again(recording: Recording, step: Step | None) -> None:
    _check_and_wake(recording, transitions.retry(recording.id, utc_now(), step=step))


def _check_and_wake(recording: Recording, started: bool) -> None:
    if not started:
        raise errors.Conflict("This recording is still being worked on.", "Wait until it is done, or cancel it.")
    changed = queries.get(recording.id)
    if changed is not None:
        notifications.notify(changed.job.queue)
