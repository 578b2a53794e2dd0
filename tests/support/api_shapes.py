"""The shape of what the API answers, as docs/api.md describes it."""

from __future__ import annotations

from typing import Any

NUMBER = (int, float)


OPTIONAL_NUMBER = (int, float, type(None))


RECORDING = {
    "id": str,
    "title": str,
    "status": str,
    "stage": (str, type(None)),
    "progress": NUMBER,
    "queue_position": (int, type(None)),
    "eta_seconds": OPTIONAL_NUMBER,
    "duration_seconds": OPTIONAL_NUMBER,
    "language": (str, type(None)),
    "created_at": str,
    "updated_at": str,
    "error": (dict, type(None)),
    "warnings": list,
    "coverage": (dict, type(None)),
    "choices": dict,
    "version": (int, type(None)),
    "parts": list,
    "details": dict,
    "review": (dict, type(None)),
    "tags": list,
}


OFFER = {"id": str, "kind": str, "speakers": list, "confidence": float, "state": str, "examples": list}


DOUBT = {
    "id": str, "kind": str, "start": float, "end": float, "segment": (str, type(None)), "speaker": (str, type(None)),
    "text": str, "span": (list, type(None)), "point": (str, type(None)), "doubt": float, "weight": float, "reason": str,
    "listen_seconds": float,
}  # fmt: skip


POINT = {
    "id": str, "text": str, "speaker": (str, type(None)), "start": float, "end": float, "segments": list,
    "proof": (str, type(None)),
}  # fmt: skip


def has_shape(value: dict[str, Any], shape: dict[str, Any]) -> bool:
    """Whether a JSON object has exactly these names with values of these types."""
    assert list(value) == list(shape), f"{list(value)} is not {list(shape)}"
    for name, kind in shape.items():
        assert isinstance(value[name], kind), f"{name}: {value[name]!r}"
    return True
