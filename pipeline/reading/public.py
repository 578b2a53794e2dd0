"""What the public API shows of a transcript."""

from __future__ import annotations

from typing import Any

from pipeline.json_values import adapter_of
from pipeline.recap import Transcript


def to_public(transcript: Transcript) -> Any:
    """A transcript as the public API shows it: without the positions of its words and the offers, told elsewhere."""
    inner: Any = {"offers": True, "segments": {"__all__": {"words": {"__all__": {"position"}}}}}
    return adapter_of(Transcript).dump_python(transcript, mode="json", exclude=inner)
