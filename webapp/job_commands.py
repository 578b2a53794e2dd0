"""`flask recap FILE` and `flask jobs`: the main job from the command line, through the queue like any other."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import click

import config
from core import worker_register
from core.accounts import users
from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.jobs import pausing, transitions
from core.queue.notifications import notifier, notify
from core.recordings import options, queries, recaps
from core.recordings.options import UploadOptions
from core.uploads import intake
from core.uploads.intake import ArrivedFile
from pipeline import languages
from pipeline.errors import InternalError, PipelineError, UnsupportedMedia
from webapp.commands import tell_errors

STAGE_NAMES = {
    "prepare": "Prepare",
    "transcribe": "Transcribe",
    "diarize": "Find speakers",
    "summarize": "Write the recap",
    "render": "Make the PDF",
}
LOOK_SECONDS = 0.2
#: After this long without a worker the owner is told.
NO_WORKER_SECONDS = 5.0


class JobFailed(PipelineError):
    """The job ended with an error of its own; that error's words are shown."""

    code = "job_failed"


class CannotSave(PipelineError):
    """The result has nowhere to go."""

    code = "invalid_request"


@click.command("recap")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to save it; default: beside you.")
@click.option("--until", type=click.Choice(["transcribe", "diarize", "summarize"]), help="Stop there and save JSON.")
@click.option("--title", help="Title of the recap; default: the file's name.")
@click.option("--language", type=click.Choice(sorted(languages.LANGUAGES)), help="Default: find out.")
@click.option("--speakers", type=click.IntRange(1, options.MAX_SPEAKERS), help="How many speak; default: find out.")
@click.option("--email", help="Whose recording it is; default: the first administrator's.")
@tell_errors
def recap(
    file: Path,
    output: Path | None,
    until: str | None,
    title: str | None,
    language: str | None,
    speakers: int | None,
    email: str | None,
) -> None:
    """Queue FILE, follow the work, and save its PDF recap (or JSON with --until)."""
    output = output or Path(f"{file.stem}.{'json' if until else 'pdf'}")
    _check_folder(output)
    owner = _find_owner(email)
    wishes = UploadOptions(title=title, language=language, num_speakers=speakers, until=until)
    recording = intake.take_in(owner, _take_in(file), wishes, utc_now())
    notify("cpu")
    notifier.flush(5)
    try:
        done = _follow(recording.id)
    except KeyboardInterrupt:
        transitions.cancel(recording.id, utc_now())
        click.echo("\nCancelled. The recording is kept; try it again from its page.", err=True)
        raise SystemExit(130) from None
    _save(done, until, output)


def _check_folder(output: Path) -> None:
    """Before hours of work, not after them."""
    if not os.access(output.absolute().parent, os.W_OK):
        raise CannotSave(f"{output} cannot be written.", "Name another file with -o, in a folder that is there.")


def _find_owner(email: str | None) -> User:
    owner = users.find_user(email) if email else users.first_admin()
    if owner is None:
        who = f"There is no account for {email}." if email else "There is no account yet."
        raise users.AccountError(who, "Make one with `flask create-admin`, or start `make run` once.")
    return owner


def _take_in(file: Path) -> ArrivedFile:
    """Copy a file in as an upload; the original stays where it is."""
    if not file.is_file():
        raise UnsupportedMedia(f"There is no file {file}.", "Check its name and folder.")
    limit = config.load().max_upload_bytes
    if file.stat().st_size > limit:
        raise UnsupportedMedia(f"{file.name} is larger than {limit} bytes.", "Raise MAX_UPLOAD_BYTES, or cut the file.")
    return intake.copy_in(file)


def _follow(recording_id: str) -> Recording:
    """Show a bar for each stage until the job has ended. Raises JobFailed."""
    began, told, bar, stage = time.monotonic(), False, None, None
    while True:
        recording = queries.get(recording_id)
        if recording is None:
            raise InternalError("The recording was deleted while it was at work.", "Start again.")
        job = recording.job
        if job.stage != stage and job.stage in STAGE_NAMES and job.status == Status.RUNNING:
            _finish_bar(bar)
            stage = job.stage
            bar = click.progressbar(length=100, label=f"{STAGE_NAMES[job.stage]:16}", show_eta=False)
            bar.render_progress()
        if bar is not None and job.status == Status.RUNNING:
            bar.update(max(0, int(job.progress * 100) - bar.pos))
        if job.status in (Status.DONE, Status.FAILED, Status.CANCELLED):
            _finish_bar(bar)
            _raise_if_failed(job)
            return recording
        if not told and time.monotonic() - began > NO_WORKER_SECONDS and not worker_register.live_workers(utc_now()):
            click.echo("No worker is running. Start one with `make run`; this goes on by itself then.", err=True)
            told = True
        time.sleep(LOOK_SECONDS)


def _finish_bar(bar: Any) -> None:
    if bar is not None:
        bar.update(bar.length - bar.pos)
        bar.render_finish()


def _raise_if_failed(job: Any) -> None:
    if job.status == Status.FAILED:
        raise JobFailed(job.error_message, job.error_hint)
    if job.status == Status.CANCELLED:
        raise JobFailed("The job was cancelled.", "Start it again, or try it again from its page.")


def _save(recording: Recording, until: str | None, output: Path) -> None:
    from pipeline.recap import to_json

    for warning in recording.warnings:
        click.echo(f"Note: {warning['message']} {warning['hint']}", err=True)
    if until is None:
        path = recaps.result_path(recording.id, "pdf", ".pdf")
        if path is None:
            raise InternalError("The PDF is not there although the job is done.")
        shutil.copyfile(path, output)
    else:
        recap = recaps.load_recap(recording.id)
        if recap is None:
            raise InternalError("The result is not there although the job is done.")
        output.write_bytes(to_json(recap if until == "summarize" else recap.transcript))
    click.echo(f"Saved {output}")


@click.group("jobs")
def jobs_group() -> None:
    """Look at jobs, try them again, cancel them."""


@jobs_group.command("list")
@click.option("--all", "with_ended", is_flag=True, help="Ended jobs too.")
@tell_errors
def list_jobs(with_ended: bool) -> None:
    """List jobs, newest first."""
    from sqlalchemy import select
    from sqlalchemy.orm import joinedload

    from core.database.sessions import read
    from core.database.tables import Job

    query = select(Job).options(joinedload(Job.recording)).order_by(Job.queued_at.desc()).limit(100)
    if not with_ended:
        query = query.where(Job.status.in_((Status.QUEUED, Status.RUNNING)))
    with read() as session:
        rows = session.scalars(query).all()
    for job in rows:
        where = f"{job.stage or job.step} {job.progress:.0%}" if job.status == Status.RUNNING else job.error_code or ""
        click.echo(f"{job.recording_id}  {job.status:9}  {where:16}  {job.recording.title}")
    if not rows:
        click.echo("No jobs." if with_ended else "Nothing waits and nothing is at work.")


@jobs_group.command("retry")
@click.argument("recording_id")
@tell_errors
def retry_job(recording_id: str) -> None:
    """Queue an ended job again; what was finished is kept."""
    if not transitions.retry(recording_id, utc_now()):
        raise JobFailed("There is no ended job of this recording.", "`flask jobs list --all` shows them.")
    for queue in ("cpu", "gpu"):
        notify(queue)
    notifier.flush(5)
    click.echo("Queued again.")


@jobs_group.command("cancel")
@click.argument("recording_id")
@tell_errors
def cancel_job(recording_id: str) -> None:
    """Stop a job that waits or is at work."""
    if not transitions.cancel(recording_id, utc_now()):
        raise JobFailed("There is no unfinished job of this recording.", "`flask jobs list` shows them.")
    click.echo("Cancelled.")


@jobs_group.command("pause")
@tell_errors
def pause_queue() -> None:
    """Let the GPU's queue rest: jobs at work go on, waiting ones wait."""
    pausing.set_paused("gpu", utc_now())
    click.echo("The queue rests. `flask jobs resume` lets it go on.")


@jobs_group.command("resume")
@tell_errors
def resume_queue() -> None:
    """Let the queue go on."""
    pausing.set_paused("gpu", None)
    notify("gpu")
    notifier.flush(5)
    click.echo("The queue goes on.")
