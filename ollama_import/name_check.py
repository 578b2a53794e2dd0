"""Which model names Ollama accepts."""

from __future__ import annotations

import re

from ollama_import.errors import ImportProblem
from pipeline.ollama.model_names import split_name

_PLAIN = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
NAME_RULES = (
    ("tag", _PLAIN),
    ("name", _PLAIN),
    ("namespace", r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"),
    ("host", r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}"),
)
"""The parts from last to first, each with its pattern."""


class NameRefused(ImportProblem):
    """A name that Ollama would refuse."""


def check_name(name: str) -> None:
    """Check a name. Raises NameRefused with the invalid part."""
    parts = split_name(name)
    for (kind, pattern), part in zip(NAME_RULES, parts, strict=True):
        if part is not None and not re.fullmatch(pattern, part):
            raise NameRefused(
                f"{part!r} is not a {kind} that Ollama accepts: it must start with a letter, a digit or “_”, continue "
                f"with these, “-”{'' if kind == 'namespace' else ' or “.”'}, and have at most 80 characters"
            )
