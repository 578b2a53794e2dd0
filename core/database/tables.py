"""The tables. Times are UTC; ids are random hex, so they tell nothing and cannot be guessed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.clock import utc_now
from core.database.base import Base, new_id
from core.database.edits_table import EditRow as EditRow
from core.database.first_steps_table import FirstSteps as FirstSteps
from core.database.install_table import ModelInstall as ModelInstall
from core.database.letterhead_table import LetterheadRow as LetterheadRow
from core.database.minutes_table import MinutesRow as MinutesRow
from core.database.ollama_table import OllamaHealth as OllamaHealth
from core.database.probe_table import Probe as Probe
from core.database.search_tables import SearchEntry as SearchEntry
from core.database.search_tables import SearchText as SearchText
from core.database.speed_table import StageSpeed as StageSpeed
from core.database.tag_table import RecordingTag as RecordingTag
from core.database.trial_table import ModelTrial as ModelTrial
from core.database.voice_print_table import VoicePrint as VoicePrint
from core.database.voice_table import VoiceAnswer as VoiceAnswer
from pipeline.catalogue import Step


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class User(Base):
    """Someone who logs in. A disabled one cannot; `must_change_password`: the password was chosen by somebody else.

    `vocabulary` is for new recordings. `keeps_voices`: names are proposed by voice. Recaps written after `review_since`
    wait for a review. `session_key` only stays for an earlier version that runs during an upgrade.
    """

    __tablename__ = "user"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    session_key: Mapped[str] = mapped_column(String(32), default=new_id)
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    disabled_at: Mapped[datetime | None]
    vocabulary: Mapped[str | None] = mapped_column(Text)
    keeps_voices: Mapped[bool] = mapped_column(default=False, server_default=false())
    review_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class UserSession(Base):
    """A browser in which a user is logged in. Only the SHA-256 of the token in its cookie is kept.

    `network` is where it was last used from, as far as people recognise it, not the whole address.
    """

    __tablename__ = "user_session"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(80))
    network: Mapped[str] = mapped_column(String(48))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)
    user: Mapped[User] = relationship()


class ApiKey(Base):
    """A key for programs. Only its SHA-256 is kept; `prefix` tells keys apart."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    last_used_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class Recording(Base):
    """An uploaded file and what is known of it. `facts` holds small counts for lists (speakers, decisions ...).

    The options from `template` on are what its owner chose for the recap, None: the default. `track` is the sound track
    to listen to, None: all. `channels`, `mix` or `separate`, says how its channels are heard, None: as they turn out.
    `version` is the recap that is shown, None until one is finished. `details` are those of the meeting
    (`core.recordings.details`), `parts` what it was made of (`core.parts`); None if nothing is known, or for an upload.
    """

    __tablename__ = "recording"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(16))
    num_speakers: Mapped[int | None]
    min_speakers: Mapped[int | None]
    max_speakers: Mapped[int | None]
    track: Mapped[int | None]
    channels: Mapped[str | None] = mapped_column(String(8))
    until: Mapped[str | None] = mapped_column(String(16))
    template: Mapped[str | None] = mapped_column(String(64))
    summary_language: Mapped[str | None] = mapped_column(String(16))
    model: Mapped[str | None]
    instructions: Mapped[str | None] = mapped_column(Text)
    vocabulary: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    parts: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int | None]
    detected_language: Mapped[str | None] = mapped_column(String(16))
    duration_seconds: Mapped[float | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    owner: Mapped[User] = relationship()
    job: Mapped[Job] = relationship(back_populates="recording", uselist=False, passive_deletes=True)
    results: Mapped[list[Result]] = relationship(passive_deletes=True)

    __table_args__ = (Index(None, "owner_id", "created_at"),)


class ResumableUpload(Base):
    """A resumable upload: what was announced. How much of it is there says its file in `incoming`.

    Once all bytes are there it becomes the recording of the same id; the row stays until `expires_at`, so that a client
    whose last answer was lost can ask again.
    """

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    length: Mapped[int] = mapped_column(BigInteger)
    options: Mapped[dict[str, Any]] = mapped_column("wishes", default=dict)
    recording_id: Mapped[str | None] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]


class Reservation(Base):
    """Space kept for a file that arrives in one request. Its id is the name of the file in `incoming`."""

    __tablename__ = "reservation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]


class Job(Base):
    """How far a recording is. Every change of state is a conditional UPDATE in `core.jobs.transitions`."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), unique=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(16), default=Step.PREPARE)
    queue: Mapped[str] = mapped_column(String(16), default="cpu")
    status: Mapped[str] = mapped_column(String(16), default=Status.QUEUED)
    stage: Mapped[str | None] = mapped_column(String(16))
    progress: Mapped[float] = mapped_column(default=0.0)
    duration: Mapped[float | None]
    attempt: Mapped[int] = mapped_column(default=0)
    strikes: Mapped[int] = mapped_column(default=0)
    interruptions: Mapped[int] = mapped_column(default=0)
    skip: Mapped[list[Any]] = mapped_column(default=list)
    batch_size: Mapped[int | None]
    worker_id: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    queued_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    stage_started_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
    error_code: Mapped[str | None] = mapped_column(String(32))
    error_message: Mapped[str | None] = mapped_column(Text)
    error_hint: Mapped[str | None] = mapped_column(Text)
    error_retryable: Mapped[bool] = mapped_column(default=False)
    recording: Mapped[Recording] = relationship(back_populates="job")

    __table_args__ = (Index(None, "queue", "status"), Index(None, "queue", "processed_at"))


class QueueState(Base):
    """Whether a queue rests; without a row it runs."""

    __tablename__ = "queue_state"

    queue: Mapped[str] = mapped_column(String(16), primary_key=True)
    paused_at: Mapped[datetime | None]


class Result(Base):
    """The key of a stage file that a recording uses, by kind. No file may go while a row names it."""

    __tablename__ = "result"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)


class UsedResult(Base):
    """A stage file that a recording uses, or used until another took its place: with the recording it goes."""

    __tablename__ = "trace"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


class SpeakerName(Base):
    """What people call a speaker of a recording.

    `transcript_key` is the transcript that was named: diarized again, speaker 1 may be somebody else.
    """

    __tablename__ = "speaker_name"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    transcript_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    speaker_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Version(Base):
    """A recap as it was written once. `key` and `pdf_key` name its files: no file may go while a row names it.

    `digest` is that of its summary, `transcript_key` says whose words it sums up, `choices` is what had been asked for,
    and `columns` are those of the recording that go with it.
    """

    __tablename__ = "version"

    recording_id: Mapped[str] = mapped_column(ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    template: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    model: Mapped[str | None]
    engine: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64), index=True)
    pdf_key: Mapped[str | None] = mapped_column(String(64), index=True)
    transcript_key: Mapped[str | None] = mapped_column(String(64))
    options: Mapped[dict[str, Any]] = mapped_column("choices", default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Template(Base):
    """What an administrator added to the built-in templates. A deleted one that is still asked for has `removed_at`."""

    __tablename__ = "template"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    instructions: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    removed_at: Mapped[datetime | None]
    maker: Mapped[User | None] = relationship()


class Worker(Base):
    """A live worker and what it works with; `seen_at` is renewed, old rows are dead workers."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    queues: Mapped[str]
    device: Mapped[str]
    models: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
