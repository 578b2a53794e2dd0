"""The graphics memory of the stand-in Ollama: what is loaded, what is on its way out, what is free for others."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Loaded:
    """A loaded model: its window in tokens, its bytes in all and on the GPU, and when it is gone."""

    window: int
    size: int = 1000
    size_vram: int = 1000
    gone_at: float | None = None


class Memory:
    """A GPU of `total` bytes, of which others use `taken`; an unload takes `unload_seconds`."""

    def __init__(self) -> None:
        self.total = 1 << 60
        self.taken = 0
        self.unload_seconds = 0.0
        self.refuses_to_unload = False
        self._loaded: dict[str, Loaded] = {}

    @property
    def loaded(self) -> dict[str, Loaded]:
        """What is in memory now, what is on its way out included."""
        now = time.monotonic()
        self._loaded = {name: one for name, one in self._loaded.items() if one.gone_at is None or one.gone_at > now}
        return self._loaded

    @property
    def free(self) -> int:
        """What the driver says is free."""
        return self.total - self.taken - sum(one.size_vram for one in self.loaded.values())

    def load(self, name: str, window: int, size: int) -> None:
        """Load a model: where it does not fit idle ones go first, then it spills over to the CPU."""
        known = self.loaded.get(name)
        if known and known.window == window and known.gone_at is None:
            return
        self._loaded.pop(name, None)
        for other in list(self._loaded):
            if size > self.free:
                del self._loaded[other]
        self._loaded[name] = Loaded(window, size, max(0, min(size, self.free)))

    def unload(self, name: str) -> None:
        """Begin to unload a model."""
        if name in self.loaded and not self.refuses_to_unload:
            self._loaded[name].gone_at = time.monotonic() + self.unload_seconds
