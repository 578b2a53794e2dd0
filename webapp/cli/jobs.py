"""`flask jobs`: list, retry and cancel jobs; pause and resume the queue."""

from __future__ import annotations

import click

from core.clock import utc_now
from core.database.tables import Job, Status
from core.jobs import listing, pausing, transitions
from core.jobs.queues import QUEUES
from core.queue.notifications import notifier, notify
from pipeline.errors import PipelineError
from webapp.cli.errors import tell_errors


class NoSuchJob(PipelineError):
    """The recording has no job in the required state."""

    code = "job_failed"


@click.group("jobs")
def jobs_group() -> None:
    """List, retry, cancel and pause jobs."""


@jobs_group.command("list")
@click.option("--all", "with_ended", is_flag=True, help="Include ended jobs.")
@tell_errors
def list_jobs(with_ended: bool) -> None:
    """List jobs, newest first."""
    jobs = listing.list_jobs(with_ended=with_ended)
    for job in jobs:
        click.echo(f"{job.recording_id}  {job.status:9}  {_details(job):16}  {job.recording.title}")
    if not jobs:
        click.echo("No jobs." if with_ended else "No jobs are waiting or running.")


def _details(job: Job) -> str:
    return f"{job.stage or job.step} {job.progress:.0%}" if job.status == Status.RUNNING else job.error_code or ""


@jobs_group.command("retry")
@click.argument("recording_id")
@tell_errors
def retry_job(recording_id: str) -> None:
    """Queue an ended job again. Finished stages are kept."""
    if not transitions.retry(recording_id, utc_now()):
        raise NoSuchJob("This recording has no ended job.", "`flask jobs list --all` lists all jobs.")
    _notify_workers(*QUEUES)
    click.echo("Queued again.")


@jobs_group.command("cancel")
@click.argument("recording_id")
@tell_errors
def cancel_job(recording_id: str) -> None:
    """Cancel a waiting or running job."""
    if not transitions.cancel(recording_id, utc_now()):
        raise NoSuchJob("This recording has no unfinished job.", "`flask jobs list` lists unfinished jobs.")
    click.echo("Cancelled.")


@jobs_group.command("pause")
@tell_errors
def pause_queue() -> None:
    """Pause the GPU queue. Running jobs finish; waiting jobs wait."""
    pausing.set_paused("gpu", utc_now())
    click.echo("The queue is paused. `flask jobs resume` resumes it.")


@jobs_group.command("resume")
@tell_errors
def resume_queue() -> None:
    """Resume the GPU queue."""
    pausing.set_paused("gpu", None)
    _notify_workers("gpu")
    click.echo("The queue is running.")


def _notify_workers(*queues: str) -> None:
    for queue in queues:
        notify(queue)
    notifier.flush(5)
