"""Measures how much of what is wrong stands at the top of the list of doubts: `make bench ARGS="doubts FOLDER MODELS"`.

FOLDER and MODELS are those of benchmarks/speech.py. Each recording goes through the product's own steps and is
summarised by quotes; then its words and speakers are compared with the truth. benchmarks/doubts.md explains the columns
and has the figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.doubts_score import KINDS, Error, Review, review
from benchmarks.speech import list_recordings
from benchmarks.speech_systems import Heard, Product
from pipeline.doubts.listing import list_doubts
from pipeline.recap import Coverage, Recap, Source
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer

SHARE = 0.1
"""Of all words, that one listens to from the top of the list on."""


def main() -> int:
    """Print a line for each recording, then one for every second of them and for all."""
    parser = argparse.ArgumentParser(prog="doubts")
    parser.add_argument("folder", type=Path, help="recordings with their truth")
    parser.add_argument("models", type=Path, help="installed speech models")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="the recordings with such names")
    options = parser.parse_args()
    halves = (Review(), Review())
    print(
        f"{'recording':24} {'words':>6}"
        + "".join(f" {kind:>11}" for kind in KINDS)
        + "     all % at best %  listen %  listed %"
    )
    with tempfile.TemporaryDirectory() as folder:
        product = Product(options.models, Path(folder))
        for number, (path, sound, truth) in enumerate(list_recordings(options.folder, options.only)):
            heard = product.hear(sound)
            found = review(path.stem, heard.transcript, truth, list_doubts(_make_recap(path.stem, heard)))
            print(_line(path.stem, found), flush=True)
            halves[number % 2].add(found)
    if not halves[0].words:
        print(f"There is no recording with its truth in {options.folder}.", file=sys.stderr)
        return 1
    print(_line("1st, 3rd, 5th ...", halves[0]))
    print(_line("2nd, 4th, 6th ...", halves[1]))
    halves[0].add(halves[1])
    print(_line("all, as one list", halves[0]))
    return 0


def _make_recap(name: str, heard: Heard) -> Recap:
    transcript = heard.transcript
    summary = ExtractiveSummarizer().summarize(transcript, SummaryOptions(), lambda _: None).summary
    source = Source(name, "", "", 0, "", "")
    return Recap(name, name, source, transcript, summary, heard.coverage or Coverage(0.0, 0.0, 0.0, 0.0))


def _line(name: str, scored: Review) -> str:
    found, seconds = scored.hear(SHARE)
    columns = "".join(f" {f'{_count(kind, found)} of {_count(kind, scored.errors)}':>11}" for kind in KINDS)
    every = max(1, len(scored.errors))
    share, best = len(found) / every, min(1.0, SHARE * scored.words / every)
    listen, listed = seconds / max(1.0, scored.duration), scored.count_listed() / max(1, scored.words)
    shares = (share, best, listen, listed)
    return f"{name[:24]:24} {scored.words:6}{columns} " + " ".join(f"{100 * each:9.0f}" for each in shares)


def _count(kind: str, errors: set[Error]) -> int:
    return sum(one[0] == kind for one in errors)


if __name__ == "__main__":
    sys.exit(main())
