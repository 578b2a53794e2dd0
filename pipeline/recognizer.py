"""What a recognizer is: an engine that turns windows of samples into phrases with timed words.

The engines are in `pipeline.engines`; CONTRIBUTING.md tells how to add one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pipeline.recap import Phrase
from pipeline.samples import Samples
from pipeline.voice_activity import TimeSpan


@dataclass(frozen=True, slots=True)
class TranscribeOptions:
    """How words are recognized. The limits are those of Whisper's paper (section 4.5), as faster-whisper has them.

    `terms` are names and terms that may be said; what the decoder gets at once is limited (HINT_TOKENS).
    """

    language: str
    beam_size: int = 5
    max_compression_ratio: float = 2.4
    min_avg_logprob: float = -1.0
    terms: tuple[str, ...] = ()

    def for_key(self) -> dict[str, Any]:
        """The options as they go into a key. Without terms it is that of the time before there were any."""
        plain = asdict(self)
        return plain if self.terms else {name: plain[name] for name in plain if name != "terms"}


class Recognizer(Protocol):
    """A speech model, loaded on first use. Each call that needs it raises ModelMissing if it cannot be loaded.

    Where memory runs out, decoding raises an error of which `is_out_of_memory` is true: the batch is halved then.
    """

    @property
    def is_loaded(self) -> bool: ...

    def unload(self) -> None:
        """Free the memory; the next use loads the model again."""

    @property
    def manner(self) -> str:
        """How it decodes, in numbers of which precision and on which device, for the provenance."""

    @property
    def workers(self) -> int:
        """How many batches may be decoded at once, in threads of their own."""

    @property
    def window_seconds(self) -> float:
        """The longest window that the model decodes well; known without loading it."""

    @property
    def is_multilingual(self) -> bool:
        """Whether the model knows other languages than English."""

    @property
    def takes_hints(self) -> bool:
        """Whether `TranscribeOptions.terms` change what is heard."""

    def tell_languages(self, pcm: Samples, stretches: Sequence[TimeSpan]) -> list[dict[str, float]]:
        """The probability of each language (by code) in each stretch; at least one language for each."""

    def resolve_language(self, wanted: str) -> str:
        """The language that the model will use. Raises ModelMissing if it knows none like it."""

    def decode_batch(self, pcm: Samples, windows: Sequence[TimeSpan], options: TranscribeOptions) -> list[list[Phrase]]:
        """Decode windows in one call; returns the phrases of each, with times from the start of the recording."""

    def decode_alone(self, pcm: Samples, window: TimeSpan, options: TranscribeOptions) -> list[Phrase]:
        """Decode one window as carefully as the model can, without hints."""
