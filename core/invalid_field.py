"""The error of a form of administrators: what was typed in one of its fields cannot be kept."""

from __future__ import annotations

from pipeline.errors import PipelineError


class InvalidField(PipelineError):
    """Something cannot be kept as it was given; `field` names what does not fit."""

    code = "invalid_request"
    default_hint = "Correct it, then save it again."

    def __init__(self, message: str, hint: str, field: str) -> None:
        super().__init__(message, hint)
        self.field = field
