"""What a job asks of the pipeline: the upload, its options, and the engines to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.audio import AudioInfo
from pipeline.diarize import DiarizeOptions, Diarizer
from pipeline.edits.edit import Edit
from pipeline.meeting import UNKNOWN, Details
from pipeline.recap import Notice
from pipeline.recognizer import Recognizer
from pipeline.render.letterhead import Letterhead
from pipeline.summarize.engine import Summarizer, SummaryOptions


@dataclass(frozen=True, slots=True)
class Request:
    """An upload, its owner, and what the owner asks for.

    `track` is the number of the sound track to listen to, None: all; `channels` says whether channels are heard one by
    one (`pipeline.separate_channels.Channels`), None: find out. `names` are the names given to speakers, by id.
    `accepted_offers` are the offers (by id) to merge or part speakers that were accepted, `edits` what people
    corrected.
    `known_speech` holds the keys of the speech windows and of the transcription that people read already: these words
    stay even where other models are installed by now, unless the vocabulary has changed since. `vocabulary` has the
    names and terms that may be said, see `pipeline.vocabulary`. `details` are those of the meeting. `is_draft` says
    that the recap waits for a review. `letterhead` is that of the PDF.
    """

    recording_id: str
    owner_id: str
    upload: Path
    title: str
    filename: str
    size_bytes: int
    sha256: str
    uploaded_at: str
    track: int | None = None
    channels: str | None = None
    language: str | None = None
    summary: SummaryOptions = field(default_factory=SummaryOptions)
    model: str | None = None
    speakers: DiarizeOptions = field(default_factory=DiarizeOptions)
    until: str | None = None
    skip: tuple[str, ...] = ()
    recording_url: str | None = None
    timezone: str = "UTC"
    organisation: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    accepted_offers: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    known_speech: tuple[str, str] | None = None
    vocabulary: str = ""
    details: Details = UNKNOWN
    is_draft: bool = False
    letterhead: Letterhead | None = None


@dataclass(frozen=True, slots=True)
class Engine:
    """How a model is named: `identity` goes into keys, `name` and `settings` into the provenance."""

    identity: str
    name: str
    settings: str


class Engines(Protocol):
    """The models of this machine, loaded on first use. Asking for one that is missing raises."""

    def recognizer(self) -> tuple[Recognizer, Engine]: ...
    def diarizer(self) -> tuple[Diarizer, Engine]: ...
    def summarizer(self, model: str | None) -> tuple[Summarizer, Notice | None]: ...
    @property
    def batch_size(self) -> int: ...
    @property
    def notices(self) -> tuple[Notice, ...]: ...


@dataclass(frozen=True, slots=True)
class Audio:
    """A decoded upload: the file's properties and its peaks for the player."""

    info: AudioInfo
    peaks: tuple[int, ...]
