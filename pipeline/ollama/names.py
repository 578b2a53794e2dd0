"""Names of models as Ollama reads them: `[host/][namespace/]model[:tag]`, after its `types/model/name.go`."""

from __future__ import annotations

import re

from pipeline.ollama.errors import ImportProblem

_PLAIN = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
RULES = (
    ("tag", _PLAIN),
    ("name", _PLAIN),
    ("namespace", r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"),
    ("host", r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}"),
)
"""The parts from the last to the first, and what each may look like."""
USUAL = ("latest", "", "library", "registry.ollama.ai")
"""What a part means that is left out, in the same order."""


class NameRefused(ImportProblem):
    """A name that Ollama would not take."""


def full_name(name: str) -> str:
    """A model's name with its tag."""
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"


def name_key(name: str) -> str:
    """The same for all names that mean the same model: Ollama fills in what is left out, and knows no case."""
    parts = _split(name)
    return "/".join(part or usual for part, usual in zip(parts, USUAL, strict=True)).lower()


def check_name(name: str) -> None:
    """Raises NameRefused, in words, for a name that Ollama would refuse."""
    parts = _split(name)
    for (kind, pattern), part in zip(RULES, parts, strict=True):
        if part is not None and not re.fullmatch(pattern, part):
            raise NameRefused(
                f"{part!r} is no {kind} that Ollama takes: it must begin with a letter, a digit or “_”, go on with "
                f"these, “-”{'' if kind == 'namespace' else ' or “.”'}, and have at most 80 signs"
            )


def _split(name: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Tag, name, namespace and host; None where left out."""
    rest, tag = name, None
    if ":" in name.rsplit("/", 1)[-1]:
        rest, tag = name.rsplit(":", 1)
    host, namespace, model = (None, None, *rest.rsplit("/", 2))[-3:]
    return tag, model, namespace, host
