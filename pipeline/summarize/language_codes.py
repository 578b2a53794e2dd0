"""Language codes without their region."""

from __future__ import annotations


def base_code(language: str) -> str:
    """The language without its region: "pt" of "pt-BR"."""
    return language.replace("_", "-").split("-")[0].lower()
