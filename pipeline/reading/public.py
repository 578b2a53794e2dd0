"""What the public API shows of a transcript."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.json_values import adapter_of
from pipeline.recap import Recap, Summary, Transcript


def to_public(transcript: Transcript) -> Any:
    """A transcript as the public API shows it: without the positions of its words and the offers, told elsewhere."""
    inner: Any = {"offers": True, "segments": {"__all__": {"words": {"__all__": {"position"}}}}}
    return adapter_of(Transcript).dump_python(transcript, mode="json", exclude=inner)


def name_owners(recap: Recap) -> Summary:
    """The summary as the public API shows it: within, an owner who speaks is an id, so that a new name changes it."""
    items = tuple(replace(item, owner=recap.transcript.owner_name(item)) for item in recap.summary.action_items)
    return replace(recap.summary, action_items=items)
