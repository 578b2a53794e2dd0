"""Arms the failpoints of a testbed's workers and reads what they logged; see `chaos.failpoints`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class FailpointControl:
    """The failpoints of all workers of one testbed."""

    def __init__(self, folder: Path) -> None:
        self._armed, self._events = folder / "armed", folder / "events.jsonl"
        self._armed.mkdir(parents=True)

    def arm(self, failpoint: str, fault: str) -> None:
        """Inject a fault into the first process that reaches a failpoint."""
        (self._armed / failpoint).write_text(fault)

    def armed(self) -> set[str]:
        """The failpoints whose fault was not injected yet."""
        return {path.name for path in self._armed.iterdir()}

    def reset(self) -> None:
        """Disarm every failpoint."""
        for failpoint in self.armed():
            (self._armed / failpoint).unlink(missing_ok=True)

    def clear_log(self) -> None:
        """Forget all hits."""
        self._events.unlink(missing_ok=True)

    def events(self, recording_id: str | None = None) -> list[dict[str, Any]]:
        """The logged hits, in order, of one recording or of all."""
        lines = self._events.read_text().splitlines() if self._events.exists() else []
        events = [json.loads(line) for line in lines]
        return [event for event in events if recording_id in (None, event["recording"])]

    def hits(self, failpoint: str, recording_id: str | None = None) -> int:
        """How often a failpoint was reached."""
        return sum(event["failpoint"] == failpoint for event in self.events(recording_id))
