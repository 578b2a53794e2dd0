"""The error of the settings."""

from __future__ import annotations


class SettingsError(Exception):
    """A setting is missing or invalid; the text names it, says what is wrong and how to fix it, and shows no secret."""
