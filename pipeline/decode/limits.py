"""The limits on reading one upload."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """The resources that reading one file may use. The times grow with the possible work and are at least a minute."""

    max_seconds: float  # of decoded sound
    max_memory_bytes: int = 512 << 20  # of the child's own data; 50 MB is usual, the index of a long MP4 takes most
    #: Makes sure that the disk has room: called with the bytes to come, where they are known, and with 0 as the work
    #: goes on. Raises StorageFull.
    make_room: Callable[[int], None] = lambda size_bytes: None

    def __post_init__(self) -> None:
        if not 0 < self.max_seconds < float("inf"):
            raise ValueError("max_seconds must be a positive, finite number")

    def cpu_seconds(self, size_bytes: int) -> int:
        """Processor time: a twentieth of real time; a current core needs a three-hundredth."""
        return 60 + int(self.max_seconds / 20 + size_bytes / 10e6)

    def wall_seconds(self, size_bytes: int) -> float:
        """Wall-clock time, allowing for a busy processor and a slow disk."""
        return 60.0 + 2 * self.cpu_seconds(size_bytes)
