"""Why a model cannot be imported."""

from __future__ import annotations

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.errors import OllamaRefused


class ImportProblem(ValueError):
    """Why a model cannot be imported as it is, in words for its owner."""


def describe_failure(error: Exception) -> str:
    """Why the import of a model failed. The messages of the errors themselves are about summaries."""
    if isinstance(error, OllamaRefused):
        return f"Ollama refused: {error.message}"
    if isinstance(error, OllamaUnreachable):
        return "Ollama did not answer"
    if isinstance(error, OllamaModelMissing):
        return "Ollama says that it does not have the model"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
