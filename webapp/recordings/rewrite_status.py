"""The status of a recap that is being written again, in one line above the current recap."""

from __future__ import annotations

from dataclasses import dataclass

from core.database.tables import Recording, Status
from webapp.recordings.states import RecordingState, current_stage


@dataclass(frozen=True, slots=True)
class RewriteStatus:
    """The status in words. `kind` is waiting, running, failed or cancelled; `percent` draws a progress bar."""

    kind: str
    head: str
    text: str
    percent: int | None = None


def describe_rewrite(recording: Recording, state: RecordingState, *, has_worker: bool) -> RewriteStatus | None:
    """The status of the rewrite; None if there is none. `has_worker`: whether a live worker serves its queue."""
    job = recording.job
    if job.status == Status.DONE:
        return None
    if state.kind == "waiting":
        return RewriteStatus("waiting", "The recap will be written again", _describe_waiting(state, has_worker))
    if state.kind == "running":
        stage = current_stage(recording)
        head = "Writing the recap again" if stage.name == "summarize" else stage.doing
        return RewriteStatus("running", head, state.text.capitalize(), state.percent)
    return RewriteStatus(state.kind, "", job.error_message or "")


def _describe_waiting(state: RecordingState, has_worker: bool) -> str:
    if not has_worker:
        return "No worker is running. Processing starts as soon as one is"
    if state.head == "Next":
        return f"Next in line, {state.text}" if state.text else "Next in line"
    return state.text[:1].upper() + state.text[1:]
