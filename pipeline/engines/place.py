"""Where an engine works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The device (`cpu` or `cuda`), the precision (a CTranslate2 compute type), and the threads (0: as it likes).

    `before_load` is called before a model is loaded, to free memory for it, and may raise to stop.
    """

    device: str
    compute_type: str = "default"
    threads: int = 0
    before_load: Callable[[], None] = lambda: None
