"""Measures recaps of meetings against what people wrote of them, by quotes or by a language model.

    make bench ARGS="recap FOLDER [MODEL] [--keep DIR]"

FOLDER has the truth of each meeting as JSON (see `pipeline.recap_evaluation.reference`); recaps are made of its turns,
so that no recogniser is to blame. Without MODEL they are made of quotes; else by this model of the Ollama at
OLLAMA_HOST, with the client of the product. `--keep` writes each recap as DIR/NAME.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.recap_evaluation.reference import Reference
    from pipeline.recap_evaluation.score import RecapScore
    from pipeline.summarize.engine import Summarizer


def main() -> int:
    """Print a line for each meeting and the pooled one; exit status 1 where there is nothing to measure."""
    from pipeline.recap_evaluation.reference import read_reference
    from pipeline.recap_evaluation.report import HEADS, table_line
    from pipeline.recap_evaluation.score import RecapScore

    options = _read_options()
    summarizer = _choose(options.model, options.host)
    references = [
        (path.stem, read_reference(json.loads(path.read_text(encoding="utf-8"))))
        for path in sorted(options.folder.glob("*.json"))
    ]
    if not references:
        print(f"There is no truth (*.json) in {options.folder}.", file=sys.stderr)
        return 1
    print(f"# {summarizer.identity}; found/wanted, right/listed")
    print(HEADS)
    pooled = RecapScore()
    for name, reference in references:
        score = _measure(name, reference, summarizer, options.keep)
        print(table_line(name[:18], score), flush=True)
        pooled += score
    print(table_line("pooled", pooled))
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='make bench ARGS="recap"', description="Measure recaps of known meetings.")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("model", nargs="?", metavar="MODEL")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write each recap as DIR/NAME.json")
    parser.add_argument("--host", help="where Ollama is; default: OLLAMA_HOST")
    return parser.parse_args()


def _choose(model: str | None, host: str | None) -> Summarizer:
    """The summarizer of quotes, or that of a model; ends the program where the model is not there."""
    from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer

    if model is None:
        return ExtractiveSummarizer()
    import config
    from pipeline.summarize.selection import choose_summarizer

    settings = config.load()
    window = None if settings.ollama_num_ctx == "auto" else settings.ollama_num_ctx
    chosen, notice = choose_summarizer(host or settings.ollama_host, model, window)
    if notice:
        sys.exit(f"{notice.message} {notice.hint}")
    return chosen


def _measure(name: str, reference: Reference, summarizer: Summarizer, keep: Path | None) -> RecapScore:
    from pipeline.ollama.token_meter import metered
    from pipeline.recap_evaluation.evaluation import evaluate_recap
    from pipeline.recap_evaluation.kept_recap import keep_recap
    from pipeline.recap_evaluation.score import Share
    from pipeline.summarize.engine import SummaryOptions, spoken_seconds

    transcript = reference.transcript
    began = time.perf_counter()
    with metered() as tokens:
        result = summarizer.summarize(transcript, SummaryOptions(), lambda _: None)
    took = time.perf_counter() - began
    for warning in result.warnings:
        print(f"# {name}: {warning.message}")
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{name}.json").write_bytes(keep_recap(result.summary, transcript))
    return replace(
        evaluate_recap(result.summary, transcript.segments, reference),
        read=Share(result.summarized_seconds, spoken_seconds(transcript.segments)),
        seconds=took,
        tokens=tokens.total,
    )


if __name__ == "__main__":
    sys.exit(main())
