"""Errors that Ollama reports."""

from __future__ import annotations


class OllamaRefused(Exception):
    """Ollama answered with an error; `status` is the HTTP status, or that in a stream; None without either."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def is_too_long(self) -> bool:
        """Whether the prompt does not fit into the window (reported with `"shift": false`)."""
        text = self.message.lower()
        return "context length" in text or "context size" in text or "prompt is too long" in text


def for_log(error: Exception) -> str:
    """The type of an error and its status, without Ollama's own words, which may quote a prompt."""
    status = getattr(error, "status", None)
    return f"{type(error).__name__}, HTTP {status}" if status else type(error).__name__
