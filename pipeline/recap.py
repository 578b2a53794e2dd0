"""The vocabulary of a recap: the transcript, its speakers and the summary.

All times are seconds from the start of the recording, as floats. Everything here is frozen and pure, so
every other package may import it. `to_json` and `from_json` write and read JSON in the format of the public API.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field

from pipeline.coverage import NO_SPEECH as NO_SPEECH
from pipeline.coverage import NOT_SUMMARIZED as NOT_SUMMARIZED
from pipeline.coverage import Coverage as Coverage
from pipeline.coverage import FailedWindow as FailedWindow
from pipeline.json_values import from_json as from_json
from pipeline.json_values import to_json as to_json
from pipeline.json_values import to_plain as to_plain
from pipeline.meeting import UNKNOWN, Details
from pipeline.overlays import Spelling as Spelling
from pipeline.overlays import VoiceOffer as VoiceOffer
from pipeline.overlays import WrittenNumber as WrittenNumber

Editor = Literal["hand"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as recognized; `probability` is the recognizer's, 0..1.

    `position` is the character of its segment's text at which it begins; None where the word is in no segment yet, and
    in transcripts of version 0.1.
    """

    start: float
    end: float
    text: str
    probability: float
    speaker: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of recognized speech: its words with their spacing, and the recognizer's confidence in them."""

    start: float
    end: float
    text: str
    avg_logprob: float
    no_speech_prob: float
    compression_ratio: float
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class WindowText:
    """The text of one window of speech, by its number.

    `failed` is why the text is unreliable, `missed` the speech without a word as (start, end) in seconds, `silent` the
    sounds that are no speech, in the same way. `span` is the window itself and `language` that of its words; both are
    None in texts of version 0.2 and before, whose windows are those of the voice activity.
    """

    window: int
    phrases: tuple[Phrase, ...]
    failed: str | None = None
    missed: tuple[tuple[float, float], ...] = ()
    silent: tuple[tuple[float, float], ...] = ()
    span: tuple[float, float] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech by one speaker (`speaker` None: unknown); `text` has no leading space.

    `speaker_source` says what the speaker was told by: `turn` (of diarization) or `voice` (of the sentence itself,
    against the turn). `speaker_confidence`, 0..1, is None where the voice was not compared. `spellings` are the
    words that a vocabulary changed, in order, `numbers` those that people write in digits; `text` has what was said.
    `language` is the code of the language spoken; None in transcripts made before it was told.
    `edited_by` is "hand" if a person changed it, `origins` the ids of what it was split from or merged of; JSON has
    both only then. `speaker_source` is `hand` if a person told the speaker.
    """

    id: str
    start: float
    end: float
    text: str
    speaker: str | None = None
    avg_logprob: float = 0.0
    no_speech_prob: float = 0.0
    words: tuple[Word, ...] = ()
    speaker_source: str | None = None
    speaker_confidence: float | None = None
    spellings: tuple[Spelling, ...] = ()
    language: str | None = None
    numbers: tuple[WrittenNumber, ...] = ()
    edited_by: Annotated[Editor | None, Field(exclude_if=lambda editor: editor is None)] = None
    origins: Annotated[tuple[str, ...], Field(exclude_if=lambda origins: not origins)] = ()


@dataclass(frozen=True, slots=True)
class SpeakerTurn:
    """A stretch in which diarization found one speaker; the label is the engine's own."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person who speaks in the recording; `seconds` is their speaking time."""

    id: str
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Who said what. Speakers are in the order of their first word.

    `turns` is when each speaker (by id) spoke, with or without recognized words; turns of several speakers may
    overlap. `offers` are guesses about speakers that may be one person or two, see `pipeline.accepted_offers`.
    """

    language: str
    language_probability: float
    duration_seconds: float
    speakers: tuple[Speaker, ...]
    segments: tuple[Segment, ...]
    turns: tuple[SpeakerTurn, ...] = ()
    offers: tuple[VoiceOffer, ...] = ()

    def name_of(self, speaker: str | None) -> str | None:
        """The name of the speaker with this id; None if there is none."""
        return next((one.name for one in self.speakers if one.id == speaker), None)

    def owner_name(self, item: ActionItem) -> str | None:
        """The name of an action item's owner: the speaker's name, else the name as it was said."""
        return self.name_of(item.owner) or item.owner

    def rename(self, names: dict[str, str]) -> Transcript:
        """The same transcript with new names for some speakers (by id)."""
        speakers = tuple(replace(one, name=names.get(one.id, one.name)) for one in self.speakers)
        return replace(self, speakers=speakers)


Proof = Literal["quote", "lines", "anchored", "rule"]
Told = Literal["rule", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A statement of the summary and the segments it is based on.

    `said` is what was said where `text` is a quote without hesitations and false starts; None where it is the same,
    which JSON leaves out.
    `proof`: its text was said (`quote`), the lines that the model cited bear it (`lines`), others near by do
    (`anchored`), or it was found by what was said, not by the model (`rule`). None in recaps of before.
    """

    id: str
    text: str
    said: Annotated[str | None, Field(exclude_if=lambda said: said is None)] = None
    speaker: str | None = None
    start: float
    end: float
    segments: tuple[str, ...]
    proof: Proof | None = None
    edited_by: Annotated[Editor | None, Field(exclude_if=lambda editor: editor is None)] = None
    approved: Annotated[bool, Field(exclude_if=lambda approved: not approved)] = False

    @property
    def time(self) -> float | None:
        """When it was said, in seconds; None for a point that was added without a time."""
        return None if self.edited_by and not self.segments else self.start

    @property
    def is_reworded(self) -> bool:
        """Whether its text is a person's, so that it is no quotation."""
        return self.edited_by is not None and self.proof is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(Point):
    """A subject that was discussed."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem(Point):
    """A task for someone; `owner` and `due` are as they were said, `owner_by` and `due_by` by what they were told.

    `due_day` is the day that the words mean (ISO 8601), if that of the recording is known.
    """

    owner: str | None = None
    due: str | None = None
    owner_by: Told | None = None
    due_by: Told | None = None
    due_day: str | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary. `engine` is "ollama" or "extractive"; `model` names the language model, None for extractive."""

    title: str
    overview: tuple[Point, ...]
    topics: tuple[Topic, ...]
    decisions: tuple[Point, ...]
    action_items: tuple[ActionItem, ...]
    questions: tuple[Point, ...]
    quotes: tuple[Point, ...]
    engine: str
    model: str | None
    template: str
    language: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about a result: what is missing, why, and what to do."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class StageReport:
    """How a stage ran: its engine and model, its settings in words, and how long it took."""

    stage: str
    engine: str
    settings: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Source:
    """The file the recap was made from; `uploaded_at` is ISO 8601 in UTC, `recorded_on` the day that the file tells."""

    filename: str
    container: str
    codec: str
    size_bytes: int
    sha256: str
    uploaded_at: str
    recorded_on: str | None = None


@dataclass(frozen=True, slots=True)
class Recap:
    """Everything that a document shows. `recording_url` is the address of the recording's page, if it has one.

    `vocabulary` has the names and terms that it was made with, see `pipeline.vocabulary`. `details` are those of the
    meeting, laid over when it is shown: what is stored has none.
    """

    id: str
    title: str
    source: Source
    transcript: Transcript
    summary: Summary
    coverage: Coverage
    warnings: tuple[Notice, ...] = ()
    stages: tuple[StageReport, ...] = ()
    recording_url: str | None = None
    timezone: str = "UTC"
    organisation: str | None = None
    speech_spans: tuple[tuple[float, float], ...] = field(default=())
    vocabulary: str = ""
    details: Annotated[Details, Field(exclude_if=lambda details: details == UNKNOWN)] = UNKNOWN
