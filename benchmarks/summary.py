"""What a summary by a language model costs beside the model: our own time a call, and memory with the length.

    python -m benchmarks.summary [--hours 1 10] [--rounds 5]

A stand-in for Ollama, in a process of its own, answers at once. The same questions are put to it by the summariser and
bare, in turns; what the first takes longer is our own work: pieces, checks of the answers, notes. Memory is what
belongs to the process alone (RssAnon), above the transcript that it was given. Exit status 1 where it grows too fast.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.recap import Transcript, Word
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.language_model.summarizer import OllamaSummarizer
from pipeline.summarize.selection import choose_summarizer

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "pipeline" / "summarize")]
WORDS_AN_HOUR = 10_000
WINDOW = 8192
TALK_HOURS = 3.0
LIMIT_MB = 2.0  # MB (10^6 bytes) an hour of talk
SAMPLING_SECONDS = 0.005
ANSWER_SECONDS = 8.0
"""An answer of 400 tokens at 50 a second, on one GPU of today: for comparison only, nothing here runs at that speed."""


def make_talk(hours: float) -> Transcript:
    """A talk of this length with all its words, as the recogniser leaves it."""
    from support.scripted_models import long_talk

    talk: Transcript = long_talk(hours, int(hours * WORDS_AN_HOUR))
    segments = []
    for one in talk.segments:
        texts = one.text.split()
        pace = (one.end - one.start) / len(texts)
        words = (Word(one.start + n * pace, one.start + (n + 1) * pace, text, 0.9) for n, text in enumerate(texts))
        segments.append(replace(one, words=tuple(words)))
    return replace(talk, segments=tuple(segments))


def serve() -> None:
    """Be the stand-in until the standard input ends; its first line is its address, its last what it was asked."""
    from support.ollama_server import Model, OllamaServer
    from support.ollama_tokens import count_like_a_tokeniser
    from support.scripted_models import reads_well

    with OllamaServer(Model("recap:latest", window=WINDOW)) as server:
        server.reading.count = count_like_a_tokeniser
        server.script = reads_well
        print(server.host, flush=True)
        for _ in sys.stdin:
            print(json.dumps(server.chats), flush=True)
            server.chats.clear()


@contextmanager
def stand_in() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The stand-in in a process of its own, and its address."""
    command = [sys.executable, "-m", "benchmarks.summary", "--child", "serve"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            yield child.stdout.readline().strip(), child
        finally:
            child.kill()


def summarizer(host: str) -> OllamaSummarizer:
    chosen, notice = choose_summarizer(host, "recap", WINDOW)
    assert isinstance(chosen, OllamaSummarizer), notice
    return chosen


def sum_up(host: str, talk: Transcript) -> None:
    """Summarise, and see that nothing was left out."""
    result = summarizer(host).summarize(talk, SummaryOptions(), lambda _: None)
    assert not result.warnings, result.warnings


def ask_bare(host: str, bodies: list[dict[str, Any]]) -> None:
    """Put the same questions one after the other with the plainest client there is, and read the answers."""
    for body in bodies:
        connection = HTTPConnection(urlsplit(host).netloc)
        connection.request("POST", "/api/chat", json.dumps(body), {"Content-Type": "application/json"})
        lines = connection.getresponse().read().splitlines()
        connection.close()
        assert json.loads(lines[-1])["done"]


def measure_calls(host: str, child: subprocess.Popen[str], rounds: int) -> None:
    """Print what one call takes through the summariser and bare."""
    assert child.stdin is not None
    assert child.stdout is not None
    talk, ours, bare, busy = make_talk(TALK_HOURS), [], [], []
    bodies: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        began, worked = time.perf_counter(), time.process_time()
        sum_up(host, talk)
        took, work = time.perf_counter() - began, time.process_time() - worked
        print(file=child.stdin, flush=True)
        bodies = json.loads(child.stdout.readline())
        began = time.perf_counter()
        ask_bare(host, bodies)
        if number:  # the first one loads what is loaded once
            ours.append(took / len(bodies))
            busy.append(work / len(bodies))
            bare.append((time.perf_counter() - began) / len(bodies))
        else:
            print(f"# the first of all: {took:.2f} s; {len(bodies)} calls for {TALK_HOURS:g} h in {WINDOW} tokens")
    extra = statistics.median(one - other for one, other in zip(ours, bare, strict=True))
    for name, values in (("a call through the summariser", ours), ("our processor time of it", busy), ("bare", bare)):
        median = statistics.median(values)
        print(f"{name:30} {1000 * median:6.1f} ms ({1000 * min(values):.1f} to {1000 * max(values):.1f})")
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"{'ours beside bare':30} {ratio:6.1f} : 1")
    print(
        f"{'ours beside a model':30} {100 * extra / ANSWER_SECONDS:6.2f} % of an answer that takes {ANSWER_SECONDS:g} s"
    )


def run_once(host: str, hours: float) -> None:
    """Be the process whose memory is measured: load, say so, wait for a line, summarise."""
    talk = make_talk(hours)
    sum_up(host, make_talk(0.1))  # loads what is loaded once
    print("loaded", flush=True)
    sys.stdin.readline()
    sum_up(host, talk)


def measure_memory(host: str, hours: float) -> tuple[int, int]:
    """Bytes that belong to a process alone: with the transcript loaded, and at most while it is summarised."""
    from benchmarks.memory import private_bytes

    command = [sys.executable, "-m", "benchmarks.summary", "--child", "once", host, f"{hours:g}"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "loaded\n"
        before = most = private_bytes(child.pid)
        print(file=child.stdin, flush=True)
        while child.poll() is None:
            most = max(most, private_bytes(child.pid))
            time.sleep(SAMPLING_SECONDS)
    if child.returncode:
        raise SystemExit(f"the summary of {hours:g} h ended with status {child.returncode}")
    return before, most


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a summary costs beside the language model.")
    parser.add_argument("--hours", type=float, nargs=2, default=(1.0, 10.0), metavar=("SHORT", "LONG"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        what, *arguments = options.child
        serve() if what == "serve" else run_once(arguments[0], float(arguments[1]))
        return 0
    short, long = options.hours
    with stand_in() as (host, child):
        measure_calls(host, child, options.rounds)
        used = {hours: measure_memory(host, hours) for hours in (short, long)}
    above = {hours: (most - before) / 1e6 for hours, (before, most) in used.items()}
    for hours, (before, most) in used.items():
        print(f"memory, {hours:g} h: {before / 1e6:.0f} MB with the transcript, at most {most / 1e6:.0f} MB")
    growth = (above[long] - above[short]) / (long - short)
    print(f"{'growth of the summary alone':30} {growth:6.2f} MB an hour (limit {LIMIT_MB:g})")
    return int(growth > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
