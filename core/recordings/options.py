"""What can be asked of a recording and of its recap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core import recap_versions
from core.database.tables import Recording
from pipeline.json_values import from_plain
from pipeline.meeting import UNKNOWN, Details

MAX_SPEAKERS = 50
#: The highest number of a sound track that can be chosen.
MAX_TRACK = 32


@dataclass(frozen=True, slots=True)
class RecapOptions:
    """What a recap shall be like; None means: the default. `model` is the language model, by its name in Ollama.

    `vocabulary` has the names and terms that may be said (`pipeline.vocabulary`), None or empty: none.
    """

    template: str | None = None
    summary_language: str | None = None
    model: str | None = None
    instructions: str | None = None
    vocabulary: str | None = None


@dataclass(frozen=True, slots=True)
class UploadOptions(RecapOptions):
    """What the uploader asks for; None means: find out, and of the sound tracks of a file: all.

    For `vocabulary`, None means: that of the owner's account. `channels` is `mix` or `separate`.
    `details` are those of the meeting; what they leave open may be told by the file's name.
    """

    title: str | None = None
    language: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    track: int | None = None
    channels: str | None = None
    until: str | None = None
    details: Details = UNKNOWN

    def to_kept(self) -> dict[str, Any]:
        """The options as an unfinished upload keeps them: without details if there are none, as before there were."""
        kept = asdict(self)
        if self.details == UNKNOWN:
            del kept["details"]
        return kept

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> UploadOptions:
        """The options that an unfinished upload keeps."""
        return cls(**{**kept, "details": from_plain(Details, kept.get("details") or {})})


def recap_options_of(recording: Recording) -> RecapOptions:
    """What was chosen last for the recap of a recording."""
    return RecapOptions(*(getattr(recording, name) for name in recap_versions.OPTION_COLUMNS))
