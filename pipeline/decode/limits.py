"""The limits on reading one upload."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What reading one file may take. The times grow with the work there can be, above a floor of a minute."""

    max_seconds: float  # of decoded sound
    max_memory_bytes: int = 512 << 20  # of the child's own data; 50 MB is usual, a long MP4's index takes the most

    def __post_init__(self) -> None:
        if not 0 < self.max_seconds < float("inf"):
            raise ValueError("max_seconds must be a positive, finite number")

    def cpu_seconds(self, size_bytes: int) -> int:
        """Processor time: a twentieth of real time, where a core of today needs a three-hundredth."""
        return 60 + int(self.max_seconds / 20 + size_bytes / 10e6)

    def wall_seconds(self, size_bytes: int) -> float:
        """Time by the clock: with a busy processor and a slow disk."""
        return 60.0 + 2 * self.cpu_seconds(size_bytes)
