"""Sample recordings with a new hash on every upload."""

from __future__ import annotations

import os

import config

SAMPLES = config.ROOT / "audio_samples"


def unique_sample(name: str) -> bytes:
    """The bytes of a sample with a random tail: two bytes of noise and a tag, so that no stored result matches."""
    return (SAMPLES / name).read_bytes() + os.urandom(2) + b"tag-" + os.urandom(8)
