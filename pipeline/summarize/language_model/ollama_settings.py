"""How the language model is called."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.ollama import retry
from pipeline.ollama.chat import ChatLimits
from pipeline.ollama.failures import AlwaysClosed, CircuitBreaker


@dataclass(frozen=True, slots=True, kw_only=True)
class OllamaSettings:
    """Where the model runs and how it is called.

    Sizes of windows are in tokens: `window` is what the model was trained for (None: unknown), `num_ctx` the one to use
    (None: the smallest that fits), `memory_window` the largest that memory allows (None: unknown). `bytes_per_token` is
    the memory that each of its tokens takes (None: unknown). A failed call is
    retried after random waits of at most `retry_seconds`, but not later than `retry_within` seconds after its first
    try, and only while `circuit` is closed. `unload` frees the model's memory at the end.
    """

    host: str
    model: str
    digest: str
    window: int | None = None
    bytes_per_token: int | None = None
    can_think: bool = False
    num_ctx: int | None = None
    memory_window: int | None = None
    keep_alive: str = "5m"
    unload: bool = True
    limits: ChatLimits = field(default_factory=ChatLimits)
    retry_seconds: tuple[float, ...] = retry.longest_waits(1.0, 3.0, 4)
    retry_within: float = 600.0
    circuit: CircuitBreaker = field(default_factory=AlwaysClosed, compare=False)

    @property
    def set_window(self) -> int | None:
        """The configured window, at most what the model was trained for; None: choose one."""
        return min(self.num_ctx, self.window or self.num_ctx) if self.num_ctx else None
