"""What the folder of a Whisper model says about it, read without loading the model."""

from __future__ import annotations

import json
from pathlib import Path

#: What Whisper was trained on; a model that was trained otherwise says so in its folder.
USUAL_WINDOW_SECONDS = 30.0


def read_window_seconds(folder: Path) -> float:
    """The length of the windows that a model was trained on, read as faster-whisper does."""
    try:
        config = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
        return float(config.get("chunk_length", USUAL_WINDOW_SECONDS))
    except (OSError, ValueError, AttributeError, TypeError):
        return USUAL_WINDOW_SECONDS


def read_is_multilingual(folder: Path) -> bool | None:
    """Whether a model knows other languages than English; None if the folder does not tell.

    Follows CTranslate2 4.8, which looks for the empty token: it is in the vocabulary of Whisper's multilingual models
    (at 50256), but not in that of the English ones. The file is `vocabulary.json`, else `vocabulary.txt`, one token a
    line.
    """
    try:
        if (folder / "vocabulary.json").is_file():
            tokens = json.loads((folder / "vocabulary.json").read_bytes())
        else:
            tokens = (folder / "vocabulary.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, ValueError):
        return None
    return "" in tokens if isinstance(tokens, list) and tokens else None
