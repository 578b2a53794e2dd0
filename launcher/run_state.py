"""The file in DATA_DIR that tells `make status` which processes run and since when."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

STATE_FILE = "run.json"


@dataclass
class ChildState:
    """One process: its id, its start (seconds since 1970) and the number of starts so far."""

    pid: int
    since: float
    starts: int


@dataclass
class RunState:
    """What `make status` shows."""

    address: str = ""
    since: float = field(default_factory=time.time)
    ready: bool = False
    children: dict[str, ChildState] = field(default_factory=dict)

    def save(self, data_dir: Path) -> None:
        """Write it atomically into `data_dir`."""
        part = data_dir / f"{STATE_FILE}.part"
        part.write_text(json.dumps(asdict(self)))
        part.replace(data_dir / STATE_FILE)

    @classmethod
    def load(cls, data_dir: Path) -> RunState | None:
        """Read it from `data_dir`; None if nothing was written yet."""
        try:
            values = json.loads((data_dir / STATE_FILE).read_text())
        except FileNotFoundError:
            return None
        values["children"] = {name: ChildState(**child) for name, child in values["children"].items()}
        return cls(**values)

    @staticmethod
    def remove(data_dir: Path) -> None:
        """Delete what `save` wrote."""
        (data_dir / STATE_FILE).unlink(missing_ok=True)
