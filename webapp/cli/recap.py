"""`flask recap FILE`: make a recap from the command line, through the queue like any other recording."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import click

import config
from core.accounts import users
from core.accounts.passwords import AccountError
from core.clock import utc_now
from core.database.tables import Job, Recording, Status, User
from core.jobs import transitions
from core.letterhead import get_letterhead
from core.queue.notifications import notifier
from core.recordings import options, queries, recaps
from core.recordings.options import UploadOptions
from core.uploads import intake
from core.uploads.limits import is_too_large
from pipeline import languages
from pipeline.errors import InternalError, PipelineError, UnsupportedMedia
from pipeline.recap import Recap, to_json
from pipeline.render.exports.catalogue import FORMATS
from pipeline.separate_channels import Channels
from pipeline.vocabulary.entries import InvalidVocabulary, clean_vocabulary
from webapp.cli.errors import tell_errors
from webapp.cli.progress_bars import StageBars
from webapp.cli.recap_details import read_details
from webapp.cli.worker_absence import WorkerAbsence

POLL_SECONDS = 0.2
ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)


class JobFailed(PipelineError):
    """The job failed. Carries the message and hint of the job's own error."""

    code = "job_failed"


class CannotSave(PipelineError):
    """The output file cannot be written."""

    code = "invalid_request"


@click.command("recap")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Output file; its ending is the format.")
@click.option("--until", type=click.Choice(["transcribe", "diarize", "summarize"]), help="Stop there and save JSON.")
@click.option("--title", help="Title of the recap. Default: the file's name.")
@click.option("--language", type=click.Choice(sorted(languages.LANGUAGES)), help="Default: detect automatically.")
@click.option(
    "--speakers",
    type=click.IntRange(1, options.MAX_SPEAKERS),
    help="Default: detect automatically.",
)
@click.option(
    "--track",
    type=click.Choice(["all", *map(str, range(1, options.MAX_TRACK + 1))]),
    default="all",
    metavar="all|1|2|…",
    help="Sound track to listen to, if there are several. Default: all.",
)
@click.option(
    "--channels",
    type=click.Choice([str(one) for one in Channels]),
    default=str(Channels.AUTO),
    help="Whether each channel or track is a person. Default: found out.",
)
@click.option(
    "--vocabulary",
    type=click.Path(path_type=Path),
    help="Text file with names and terms, one a line. Default: those of the owner's account.",
)
@click.option("--calendar", type=click.Path(path_type=Path), help="Calendar file (.ics) with the meeting.")
@click.option(
    "--attendees", type=click.Path(path_type=Path), help="Text file with names, one a line; `(absent)` marks apologies."
)
@click.option("--email", help="Owner of the recording. Default: the first administrator.")
@tell_errors
def recap(
    file: Path,
    output: Path | None,
    until: str | None,
    title: str | None,
    language: str | None,
    speakers: int | None,
    track: str,
    channels: str,
    vocabulary: Path | None,
    calendar: Path | None,
    attendees: Path | None,
    email: str | None,
) -> None:
    """Queue FILE, show the progress, and save its recap: the ending of the output file chooses the format.

    Without one, that is PDF, or JSON with --until.
    """
    usual = "json" if until else "pdf"
    output = output or Path(f"{file.stem}.{usual}")
    kind = output.suffix.removeprefix(".").lower() or usual
    _check_kind(kind, until)
    _check_folder(output)
    owner = _find_owner(email)
    _check_file(file)
    meeting = read_details(calendar, attendees, config.load().timezone)
    upload_options = UploadOptions(
        title=title or meeting.title,
        language=language,
        num_speakers=speakers,
        track=None if track == "all" else int(track),
        channels=None if channels == Channels.AUTO else channels,
        until=until,
        vocabulary=_read_vocabulary(vocabulary) if vocabulary else None,
        details=meeting.details,
    )
    recording = intake.take_in_copy(owner, file, upload_options, utc_now())
    notifier.flush(5)
    try:
        recording = _follow(recording.id)
    except KeyboardInterrupt:
        transitions.cancel(recording.id, utc_now())
        click.echo("\nCancelled. The recording is kept. Retry it from its page.", err=True)
        raise SystemExit(130) from None
    _save(recording, until, kind, output)


def _check_kind(kind: str, until: str | None) -> None:
    """Raises CannotSave for a format that is unknown, or needs a stage that is not asked for."""
    if kind not in FORMATS:
        raise CannotSave(f"There is no format {kind[:20]!r}.", f"End the output file in one of: {', '.join(FORMATS)}.")
    if kind == "pdf" and until:
        raise CannotSave("There is no PDF with --until.", "Choose another format with -o, such as json or txt.")


def _check_folder(output: Path) -> None:
    """Fail before hours of work, not after. Raises CannotSave."""
    if not os.access(output.absolute().parent, os.W_OK):
        raise CannotSave(f"{output} cannot be written.", "Choose another file with -o, in an existing folder.")


def _find_owner(email: str | None) -> User:
    owner = users.find_user(email) if email else users.first_admin()
    if owner is None:
        message = f"There is no account for {email}." if email else "There is no account yet."
        raise AccountError(message, "Create one with `flask create-admin`, or start `make run` once.")
    return owner


def _check_file(file: Path) -> None:
    """Raises UnsupportedMedia if the file is missing or larger than allowed."""
    if not file.is_file():
        raise UnsupportedMedia(f"There is no file {file}.", "Check its name and folder.")
    if is_too_large(file.stat().st_size):
        limit = config.load().max_upload_bytes
        raise UnsupportedMedia(f"{file.name} is larger than {limit} bytes.", "Raise MAX_UPLOAD_BYTES, or cut the file.")


def _read_vocabulary(file: Path) -> str:
    """The vocabulary in a text file. Raises InvalidVocabulary."""
    try:
        return clean_vocabulary(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidVocabulary(f"The file {file} cannot be read.", "Check its name and folder.") from error
    except UnicodeDecodeError as error:
        raise InvalidVocabulary(f"The file {file} is not text in UTF-8.", "Save it as plain text in UTF-8.") from error


def _follow(recording_id: str) -> Recording:
    """Show a bar per stage until the job has ended. Raises JobFailed."""
    absence, bars = WorkerAbsence(), StageBars()
    while True:
        recording = queries.get(recording_id)
        if recording is None:
            raise InternalError("The recording was deleted while it was being processed.", "Start again.")
        job = recording.job
        if job.status == Status.RUNNING:
            bars.update(job.stage, job.progress)
        if job.status in ENDED:
            bars.close()
            _raise_if_failed(job)
            return recording
        absence.tell()
        time.sleep(POLL_SECONDS)


def _raise_if_failed(job: Job) -> None:
    if job.status == Status.FAILED:
        raise JobFailed(job.error_message, job.error_hint)
    if job.status == Status.CANCELLED:
        raise JobFailed("The job was cancelled.", "Start it again, or retry it from its page.")


def _save(recording: Recording, until: str | None, kind: str, output: Path) -> None:
    for warning in recording.warnings:
        click.echo(f"Note: {warning['message']} {warning['hint']}", err=True)
    pdf = recaps.pdf_path(recording.id)
    if kind == "pdf":
        if pdf is None:
            raise InternalError("The job is done, but its PDF is missing.")
        shutil.copyfile(pdf, output)
    else:
        recap = recaps.load_recap(recording.id)
        if recap is None:
            raise InternalError("The job is done, but its result is missing.")
        _write(recap, until, kind, output, pdf)
    click.echo(f"Saved {output}")


def _write(recap: Recap, until: str | None, kind: str, output: Path, pdf: Path | None) -> None:
    """Write a format that is made of the stored recap. With `until`, JSON is what the pipeline itself keeps."""
    from pipeline.render.exports.archive import ZipPart, iterate_zip
    from pipeline.render.exports.writers import writers_with

    letterhead = get_letterhead(recap.summary.template)
    with output.open("wb") as stream:
        if kind == "zip":
            stream.writelines(iterate_zip(ZipPart(recap, pdf, letterhead)))
        elif kind == "json" and until:
            stream.write(to_json(recap if until == "summarize" else recap.transcript))
        else:
            writers_with(letterhead)[kind](recap, stream)
