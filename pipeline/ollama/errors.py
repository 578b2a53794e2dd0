"""What Ollama says no with, and what keeps a model from being sent to it."""

from __future__ import annotations


class OllamaRefused(Exception):
    """Ollama answered with an error; `status` is that of HTTP, or the one given in a stream, None without either."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def is_too_long(self) -> bool:
        """Whether the prompt does not fit the window (`"shift": false` has Ollama say so)."""
        text = self.message.lower()
        return "context length" in text or "context size" in text or "prompt is too long" in text


def for_log(error: Exception) -> str:
    """The kind of an error and its status, without Ollama's own words: they may quote a prompt."""
    status = getattr(error, "status", None)
    return f"{type(error).__name__}, HTTP {status}" if status else type(error).__name__
