"""Measures what a vocabulary does to real speech: `python -m benchmarks.vocabulary FOLDER MODEL`.

FOLDER has recordings with their truth beside them (`text`, `language`; null where nobody speaks), MODEL is a Whisper
model. Names are those of vocabulary_names.json. Each clip is heard without a vocabulary, with its own names, with them
among rare names that nobody says, and with rare and with common names alone. benchmarks/vocabulary.md has the figures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.diarize import Diarization
from pipeline.engines.faster_whisper.engine import WhisperRecognizer
from pipeline.evaluate import normalize
from pipeline.recap import Transcript, WindowText
from pipeline.recognizer import TranscribeOptions
from pipeline.running_gain import Evened
from pipeline.speakers.assign import assign_speakers
from pipeline.spoken_languages import find_languages
from pipeline.transcribe import Transcription, transcribe
from pipeline.vocabulary.entries import parse_vocabulary, terms_of
from pipeline.vocabulary.spelling import list_spellings, spell_transcript
from pipeline.voice_activity import VoiceActivity, VoiceActivityOptions, detect_voice_activity

NAMES = json.loads(Path(__file__).with_name("vocabulary_names.json").read_text())
NO_SPACES = ("zh", "ja", "ko")
BATCH = 8


@dataclass(slots=True)
class Tally:
    """What was counted over clips: words and their errors, names said and right, terms invented, words changed."""

    words: int = 0
    errors: int = 0
    names: int = 0
    right: int = 0
    invented: int = 0
    changed: int = 0
    seconds: float = 0.0


class Nothing:
    """Keeps no batches: each condition is heard anew."""

    def load(self) -> list[WindowText]:
        return []

    def save(self, number: int, texts: Sequence[WindowText]) -> None:
        pass


def main() -> None:
    """Print a table for all clips and one for those with names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    recognizer = WhisperRecognizer(arguments.model, "cpu", "int8")
    with_names: defaultdict[str, Tally] = defaultdict(Tally)
    without: defaultdict[str, Tally] = defaultdict(Tally)
    for path in sorted(arguments.folder.glob("*.json")):
        truth = json.loads(path.read_text())
        if truth["language"] in NO_SPACES or (truth["language"] and not truth["text"]):
            continue
        _measure(path, truth, recognizer, with_names if path.stem in NAMES["clips"] else without)
    _print("clips with names", with_names)
    _print("clips without", without)


def _measure(
    path: Path, truth: dict[str, Any], recognizer: WhisperRecognizer, tallies: defaultdict[str, Tally]
) -> None:
    from faster_whisper import decode_audio

    sound = next(each for each in path.parent.glob(f"{path.stem}.*") if each.suffix != ".json")
    samples = Evened(decode_audio(str(sound)))
    speech = detect_voice_activity(samples, VoiceActivityOptions(recognizer.window_seconds), lambda _: None)
    language = truth["language"] or find_languages(samples, speech, recognizer, BATCH, lambda: None).language
    own, rare, common = NAMES["clips"].get(path.stem, []), NAMES["rare"], NAMES["common"]
    lists = {"no vocabulary": [], "its own names": own, "own among rare": [*rare[:20], *own, *rare[20:]]}
    lists = {label: terms for label, terms in lists.items() if own or label == "no vocabulary"}
    for label, terms in {**lists, "rare names": rare, "common names": common}.items():
        began = time.monotonic()
        transcript = _hear(samples, speech, language, recognizer, terms)
        tallies[label].seconds += time.monotonic() - began
        _count(tallies[label], transcript, truth["text"] or "", own, terms)
        for at, each in list_spellings(transcript):
            print(f"{path.stem}, {label}, {at:.1f} s: {each.heard} -> {each.written}", flush=True)


def _hear(
    samples: Evened, speech: VoiceActivity, language: str, recognizer: WhisperRecognizer, terms: Sequence[str]
) -> Transcript:
    entries = parse_vocabulary("\n".join(terms))
    options = TranscribeOptions(language, terms=terms_of(entries))
    texts = transcribe(samples, speech.windows, speech.spans, recognizer, options, Nothing(), BATCH, lambda _: None)
    transcript = assign_speakers(Transcription(language, 1.0, texts), Diarization((), ()), 0.0)
    return spell_transcript(transcript, entries)


def _count(tally: Tally, transcript: Transcript, text: str, own: Sequence[str], terms: Sequence[str]) -> None:
    import jiwer

    truth, heard = normalize(text), normalize(" ".join(segment.text for segment in transcript.segments))
    tally.words += len(truth.split())
    if truth:
        found = jiwer.process_words(truth, heard)
        tally.errors += found.substitutions + found.deletions + found.insertions
    else:
        tally.errors += len(heard.split())
    said, written = truth.split(), heard.split()
    for name in {word for each in own for word in normalize(each).split()}:
        tally.names += said.count(name)
        tally.right += min(said.count(name), written.count(name))
    for term in {word for each in terms for word in normalize(each).split()}:
        tally.invented += max(0, written.count(term) - said.count(term))
    tally.changed += len(list_spellings(transcript))


def _print(title: str, tallies: dict[str, Tally]) -> None:
    print(f"\n{title:18} {'words':>6} {'WER %':>6} {'names right':>12} {'invented':>9} {'changed':>8} {'s':>6}")
    for label, tally in tallies.items():
        wer = 100 * tally.errors / max(1, tally.words)
        names = f"{tally.right} of {tally.names}"
        counts = f"{names:>12} {tally.invented:9} {tally.changed:8} {tally.seconds:6.0f}"
        print(f"{label:18} {tally.words:6} {wer:6.1f} {counts}")


if __name__ == "__main__":
    main()
