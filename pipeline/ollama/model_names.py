"""Model names as Ollama reads them: `[host/][namespace/]model[:tag]`, after its `types/model/name.go`."""

from __future__ import annotations

DEFAULT_PARTS = ("latest", "", "library", "registry.ollama.ai")
"""The defaults of omitted parts, in the order of `split_name`."""


def full_name(name: str) -> str:
    """A model's name with its tag."""
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"


def name_key(name: str) -> str:
    """The same key for all names of the same model: Ollama fills in defaults and ignores case."""
    parts = split_name(name)
    return "/".join(part or usual for part, usual in zip(parts, DEFAULT_PARTS, strict=True)).lower()


def split_name(name: str) -> tuple[str | None, str | None, str | None, str | None]:
    """Tag, name, namespace and host; None if omitted."""
    rest, tag = name, None
    if ":" in name.rsplit("/", 1)[-1]:
        rest, tag = name.rsplit(":", 1)
    host, namespace, model = (None, None, *rest.rsplit("/", 2))[-3:]
    return tag, model, namespace, host
