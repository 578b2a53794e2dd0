"""What web server, workers and commands ask about recordings."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session, joinedload

import config
from library import jobs, speakers, versions
from library.database import lock_table, read, write
from library.files import Files
from library.models import Job, Recording, Result, ResumableUpload, Status, Step, Trace, User, Version, Worker, new_id
from library.text import on_one_line
from pipeline.recap import Recap, Segment, Transcript, WindowText, from_json
from pipeline.rename import rename_speakers

#: Languages that can be asked for, by code, with the name a person knows.
LANGUAGES = {
    "en": "English", "nl": "Dutch", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish",
    "cs": "Czech", "el": "Greek", "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "uk": "Ukrainian",
    "ru": "Russian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip
MAX_SPEAKERS = 50
MAX_FILENAME = 200
MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """What a recap shall be like; None means: the default. `model` is the language model, by its name in Ollama."""

    template: str | None = None
    summary_language: str | None = None
    model: str | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True)
class Wishes(Choices):
    """What the uploader asks for; None means: find out."""

    title: str | None = None
    language: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrived whole: where it lies, its name as given, its size in bytes and its SHA-256 in hex."""

    path: Path
    filename: str
    size_bytes: int
    sha256: str


@cache
def _files(root: Path) -> Files:
    return Files(root)


def files() -> Files:
    """The files of this machine's DATA_DIR."""
    return _files(config.load().data_dir)


def clean_filename(name: str) -> str:
    """The last part of an uploaded file's name, without control characters, at most 200 characters.

    It is shown and written into documents, never used as a path.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    if len(name) > MAX_FILENAME:
        stem, dot, suffix = name.rpartition(".")
        suffix = dot + suffix if stem and len(suffix) <= 8 else ""
        name = name[: MAX_FILENAME - len(suffix)] + suffix
    return name or "recording"


def clean_title(title: str | None, filename: str) -> str:
    """The title as given on one line, else one made of the file's name."""
    text = on_one_line(title or "")
    if not text:
        text = filename.rpartition(".")[0] or filename
        text = " ".join(text.replace("_", " ").split()) or filename
    return text[:MAX_TITLE]


def add(owner: User, upload: Upload, wishes: Wishes, now: datetime) -> Recording:
    """Take in an uploaded file: move it to its place, then write recording and job in one transaction."""
    recording = make(new_id(), owner.id, upload, wishes, now)
    files().keep_upload(upload.path, recording.id)
    try:
        with write() as session:
            insert(session, recording, now)
    except BaseException:
        files().remove_recording(recording.id)
        raise
    return recording


def make(recording_id: str, owner_id: str, upload: Upload, wishes: Wishes, now: datetime) -> Recording:
    """The row of a file that arrived whole, not yet written."""
    filename = clean_filename(upload.filename)
    return Recording(
        id=recording_id,
        owner_id=owner_id,
        title=clean_title(wishes.title, filename),
        filename=filename,
        size_bytes=upload.size_bytes,
        sha256=upload.sha256,
        language=wishes.language,
        num_speakers=wishes.num_speakers,
        min_speakers=wishes.min_speakers,
        max_speakers=wishes.max_speakers,
        until=wishes.until,
        template=wishes.template,
        summary_language=wishes.summary_language,
        model=wishes.model,
        instructions=wishes.instructions,
        facts={},
        warnings=[],
        created_at=now,
    )


def insert(session: Session, recording: Recording, now: datetime) -> None:
    """Write a recording together with its job."""
    session.add(recording)
    session.flush()
    recording.job = jobs.add(session, recording, now)


def earlier_copy(recording: Recording) -> Recording | None:
    """The last recording before this one that its owner made of the same file, None where there is none."""
    same = (Recording.owner_id == recording.owner_id, Recording.sha256 == recording.sha256)
    before = (Recording.id != recording.id, Recording.created_at <= recording.created_at)
    with read() as session:
        return session.scalar(select(Recording).where(*same, *before).order_by(Recording.created_at.desc()).limit(1))


def get(recording_id: str, owner_id: str | None = None) -> Recording | None:
    """A recording with its job; with `owner_id`, None where it is somebody else's."""
    condition = Recording.id == recording_id
    if owner_id is not None:
        condition = and_(condition, Recording.owner_id == owner_id)
    with read() as session:
        return session.scalar(select(Recording).options(joinedload(Recording.job)).where(condition))


def page(owner_id: str, limit: int, after: tuple[datetime, str] | None = None) -> list[Recording]:
    """Recordings of a user, newest first; `after` is time and id of the last one of the page before."""
    query = select(Recording).options(joinedload(Recording.job)).where(Recording.owner_id == owner_id)
    if after is not None:
        at, last = after
        query = query.where(or_(Recording.created_at < at, and_(Recording.created_at == at, Recording.id < last)))
    with read() as session:
        return list(session.scalars(query.order_by(Recording.created_at.desc(), Recording.id.desc()).limit(limit)))


def remove(recording_id: str) -> None:
    """Delete a recording for good: its rows, its file, and the stage files that no other recording uses.

    A job at work finds its row gone and stops.
    """
    with write() as session:
        keys = versions.keys_of(session, recording_id)
        session.execute(delete(Recording).where(Recording.id == recording_id))
    files().remove_recording(recording_id)
    remove_unused(keys)


def remove_unused(keys: set[str]) -> None:
    """Remove the stage files with these keys that no recording uses."""
    for key in keys:
        with write() as session:
            lock_table(session, "result")  # nobody can begin to use it between the look and the removal
            if not versions.is_used(session, key):
                files().remove_stage(key)
                session.execute(delete(Trace).where(Trace.key == key))


def sweep_files(now: datetime, age_seconds: float = 3600) -> int:
    """Remove files that nothing refers to and that have not changed for `age_seconds`; returns how many went."""
    older_than = now.timestamp() - age_seconds
    with read() as session:
        # uploads first: one that ends meanwhile is then a recording, or still known as an upload
        arriving = set(session.scalars(select(ResumableUpload.id).where(ResumableUpload.recording_id.is_(None))))
        known = arriving | set(session.scalars(select(Recording.id)))
    gone = files().sweep_leftovers(older_than, known.__contains__, arriving.__contains__)
    with read() as session:
        used = set(session.scalars(versions.used_keys()))
    unused = files().stage_keys(older_than) - used
    remove_unused(unused)
    return gone + len(unused)


def result_path(recording_id: str, kind: str, suffix: str) -> Path | None:
    """The file of a recording's result, None where it is not there (yet)."""
    with read() as session:
        row = session.get(Result, (recording_id, kind))
    return files().find(row.key, suffix) if row else None


def load_recap(recording_id: str, number: int | None = None) -> Recap | None:
    """The recap that is shown, or the version of that number, with its speakers as people call them.

    None where it is not there (yet).
    """
    version = get_version(recording_id, number)
    path = files().find(version.key, ".json") if version else None
    if version is None or path is None:
        return None
    return rename_speakers(from_json(Recap, path.read_bytes()), speakers.names_of(recording_id, version.transcript_key))


def get_version(recording_id: str, number: int | None = None) -> Version | None:
    """A version of the recap; without a number the one that is shown."""
    with read() as session:
        return versions.find(session, recording_id, number)


def pdf_path(recording_id: str) -> Path | None:
    """The PDF of the recap that is shown, None where it is not there (yet)."""
    version = get_version(recording_id)
    return files().find(version.pdf_key, ".pdf") if version and version.pdf_key else None


def choices_of(recording: Recording) -> Choices:
    """What was chosen last for the recap of a recording."""
    return Choices(*(getattr(recording, name) for name in versions.CHOICES))


def write_again(recording_id: str, choices: Choices, now: datetime) -> bool:
    """Have the recap written as now chosen; what does not depend on the choice is found, not computed.

    False while the job is not over; then nothing changes.
    """
    with write() as session:
        if not jobs.start_again(session, recording_id, now, Step.PROCESS):
            return False
        session.execute(update(Recording).where(Recording.id == recording_id).values(**asdict(choices)))
        return True


def use_version(recording_id: str, number: int, now: datetime) -> bool:
    """Make a version the one that is shown, once its PDF is made. False while the job is not over, or without it."""
    with write() as session:
        version = session.get(Version, (recording_id, number))
        if version is None or not jobs.start_again(session, recording_id, now, Step.RENDER):
            return False
        versions.take_up(session, version)
        return True


def load_transcript(recording_id: str) -> Transcript | None:
    """The transcript of a recording, None where it is not there (yet)."""
    recap = load_recap(recording_id)
    return recap.transcript if recap else None


def queue_positions(now: datetime) -> dict[str, int]:
    """How many jobs go before each that still has to pass the GPU, by job id."""
    with read() as session:
        return jobs.rank_waiting(session, now)


#: The stages that a person follows, in order.
STAGES = ("prepare", "transcribe", "diarize", "summarize", "render")


def stages_of(job: Job, recording: Recording) -> list[str]:
    """The stages that take time in a job: with a recap there already, what was heard is there too."""
    if job.step == Step.RENDER:
        return ["render"]
    there: tuple[str, ...] = ()
    if recording.version is not None:
        lacks_speakers = any(each["code"] == "diarization_missing" for each in recording.warnings)
        there = ("prepare", "transcribe") if lacks_speakers else ("prepare", "transcribe", "diarize")
    return [stage for stage in STAGES if stage not in job.skip and stage not in there]


def time_left(recording: Recording, now: datetime) -> float | None:
    """Seconds of work left of a job that waits or is at work; None: not known.

    From what the stages took here before; the first time, from how fast the transcription goes.
    """
    job, length = recording.job, recording.duration_seconds
    if job.status not in (Status.RUNNING, Status.QUEUED) or length is None:
        return None
    known = _speeds_so_far(job, length, now) | jobs.speeds()
    if "transcribe" not in known:
        return None
    stages = stages_of(job, recording)
    current = stages.index(job.stage) if job.stage in stages else 0
    if job.status == Status.QUEUED and job.step == Step.PROCESS and stages[current] == "prepare":
        current += 1
    left = sum(known.get(stage, 0.0) * length for stage in stages[current + 1 :])
    running = stages[current]
    return left + known.get(running, 0.0) * length * (1 - (job.progress if job.stage == running else 0.0))


def _speeds_so_far(job: Job, length: float, now: datetime) -> dict[str, float]:
    """Work over audio seconds of a transcription at work; telling speakers apart takes about as long."""
    if job.stage != "transcribe" or job.stage_started_at is None or job.progress < 0.05:
        return {}
    ratio = (now - job.stage_started_at).total_seconds() / (job.progress * length)
    return {"transcribe": ratio, "diarize": ratio}


def live_workers(now: datetime, within_seconds: float = 60) -> list[Any]:
    """The workers that reported lately."""
    with read() as session:
        rows = session.scalars(select(Worker)).all()
    return [row for row in rows if (now - row.seen_at).total_seconds() < within_seconds]


def partial_transcript(recording_id: str) -> tuple[Segment, ...]:
    """What was heard so far, without speakers: from the saved batches, or the whole transcription once it is there."""
    with read() as session:
        row = session.get(Result, (recording_id, "transcribe"))
    if row is None:
        return ()
    whole = files().find(row.key, ".json")
    if whole:
        windows = from_json(tuple[WindowText, ...], json.dumps(json.loads(whole.read_bytes())["result"]["windows"]))
    else:
        windows = tuple(text for part in files().parts(row.key) for text in from_json(tuple[WindowText, ...], part))
    first = {text.window: text for text in reversed(windows)}  # a window saved twice counts once
    phrases = [phrase for text in first.values() for phrase in text.phrases]
    return tuple(
        Segment(id=f"p{number}", start=phrase.start, end=phrase.end, text=phrase.text.strip())
        for number, phrase in enumerate(sorted(phrases, key=lambda phrase: phrase.start), 1)
    )
