"""Measures words, languages and speakers on recordings with their truth: `make bench ARGS="speech FOLDER MODELS"`.

FOLDER has recordings, each with a JSON file of the same name: `language` (null: nobody speaks), `text` or `turns`, and
optionally `times_are_truth`. MODELS is a MODELS_DIR; WHISPER_MODEL and DIARIZATION_MODEL choose in it as they do for
the product. Each recording goes through the product's own steps, and through faster-whisper's batched mode called
directly with the same model. benchmarks/speech.md explains the columns and has the figures.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.speech_score import WITHOUT_SPACES, SpeechScore, count_words
from benchmarks.speech_systems import DirectWhisper, Heard, Product, System

NOBODY, ONE_LANGUAGE, CHARACTERS = "nobody speaks", "one language", "the same, by characters"
_COLUMNS = " WER %  language invented unheard s listed s cpWER %  DER %     s"


def main() -> None:
    """Print a line for each recording and system, then the pooled figures of each group."""
    parser = argparse.ArgumentParser(prog="speech")
    parser.add_argument("folder", type=Path, help="recordings with their truth")
    parser.add_argument("models", type=Path, help="installed speech models")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="the recordings with such names")
    parser.add_argument("--without-direct", action="store_true", help="measure the product alone")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="keep the words of each recording here")
    options = parser.parse_args()
    pooled: dict[str, defaultdict[str, SpeechScore]] = {}
    print(f"{'recording':28} {'system':8} {_COLUMNS}  errors of words, languages")
    with tempfile.TemporaryDirectory() as folder:
        product = Product(options.models, Path(folder))
        systems: dict[str, System] = {"product": product}
        if not options.without_direct:
            systems["direct"] = DirectWhisper(product)
        for path, sound, truth in list_recordings(options.folder, options.only):
            for name, system in systems.items():
                began = time.monotonic()
                heard = system.hear(sound)
                score = SpeechScore.of(heard, truth, time.monotonic() - began)
                print(f"{path.stem:28} {name:8} {_columns(score)}  {_details(score, heard)}", flush=True)
                group = pooled.setdefault(_group_of(path.stem, truth), defaultdict(SpeechScore))
                group[name] += score
                _save(options.save, f"{path.stem}.{name}.txt", heard)
    print(f"\n{'pooled':28} {'system':8} {_COLUMNS}  errors of words")
    for group_name, scores in pooled.items():
        for name, score in scores.items():
            print(f"{group_name:28} {name:8} {_columns(score)}  {score.errors} of {score.words}")


def list_recordings(folder: Path, pattern: str) -> Iterator[tuple[Path, Path, dict[str, Any]]]:
    """The truth's path, the recording's path and the truth of each recording that can be scored."""
    for path in sorted(folder.glob("*.json")):
        if not fnmatch.fnmatch(path.stem, pattern):
            continue
        truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if truth.get("language") and not count_words(truth):
            continue
        sound = next((each for each in path.parent.glob(f"{path.stem}.*") if each.suffix != ".json"), None)
        if sound is not None:
            yield path, sound, truth


def _group_of(name: str, truth: dict[str, Any]) -> str:
    """Clips are pooled by the first part of their names, those in one language together."""
    if not truth.get("language"):
        return NOBODY
    first, _, rest = name.partition("_")
    if rest and first != truth["language"]:
        return first
    return CHARACTERS if truth["language"] in WITHOUT_SPACES else ONE_LANGUAGE


def _columns(score: SpeechScore) -> str:
    rate = f"{100 * score.errors / score.words:6.1f}" if score.words else f"{'-':>6}"
    language = f"{score.languages_right} of {score.languages}" if score.languages else "-"
    speakers = f"{'-':>7} {'-':>6}"
    if score.speaker_words:
        cpwer = 100 * score.speaker_errors / score.speaker_words
        speakers = f"{cpwer:7.1f} {100 * score.wrong_seconds / max(1e-9, score.timed_seconds):6.1f}"
    return (
        f"{rate} {language:>9} {score.invented:8} {score.unheard_seconds:9.1f} {score.listed_seconds:8.1f} {speakers} "
        f"{score.seconds:5.0f}"
    )


def _details(score: SpeechScore, heard: Heard) -> str:
    return f"{score.errors} of {score.words}, {'+'.join(heard.languages) or '-'}"


def _save(folder: Path | None, name: str, heard: Heard) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join(heard.lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
