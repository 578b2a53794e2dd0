"""How fast the queries of the library and of the search are: fills a database of its own and prints their times.

    .venv/bin/python -m benchmarks.library [--recordings 10000] [--sentences 30] [--database URL]

Queries only, without a page around them. Without `--database` it is SQLite in a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import config
from core.clock import utc_now
from core.database import schema
from core.database.base import new_id
from core.database.sessions import write
from core.database.tables import Job, Recording, RecordingTag, Status, User
from core.recordings import library
from core.recordings.library import Sort, View
from core.retention import deletion
from core.search.find import find_hits
from core.search.titles import add_rows
from core.search.words import parse_query

RUNS, PAGE, WORDS, TAGS = 40, 31, 20_000, 12
BATCH = 250


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--sentences", type=int, default=30)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": chosen.database}
        config.load.cache_clear()
        schema.upgrade()
        began = time.perf_counter()
        owner_id = _fill(chosen.recordings, chosen.sentences)
        print(f"{chosen.recordings} recordings of {chosen.sentences} sentences: {time.perf_counter() - began:.0f} s")
        files = sum(path.stat().st_size for path in Path(folder).glob("*.db*"))
        print(f"{files / 1e6:.0f} MB in SQLite's files")
        _measure_all(owner_id)


def _fill(count: int, sentences: int) -> str:
    """Write recordings whose words are as frequent as words are (Zipf); returns their owner."""
    chance = random.Random(1)  # noqa: S311 - no secret
    weights = [1 / rank for rank in range(1, WORDS + 1)]
    words = [f"w{number:x}" for number in range(WORDS)]
    owner = User(id=new_id(), email="a@example.org")
    with write() as session:
        session.add(owner)
    now = utc_now()
    for first in range(0, count, BATCH):
        with write() as session:
            for number in range(first, min(count, first + BATCH)):
                recording = Recording(
                    id=new_id(), owner_id=owner.id, title=f"Meeting {chance.randrange(count)}", filename="a.mp3",
                    size_bytes=1, sha256="0" * 64, facts={}, warnings=[], created_at=now - timedelta(minutes=number),
                    duration_seconds=chance.uniform(10, 9000), detected_language=chance.choice(("en", "nl", "de")),
                )  # fmt: skip
                session.add(recording)
                session.flush()
                status = chance.choices((Status.DONE, Status.FAILED), (9, 1))[0]
                session.add(Job(recording_id=recording.id, owner_id=owner.id, status=status))
                session.add(RecordingTag(recording_id=recording.id, tag=f"tag {chance.randrange(TAGS)}"))
                said = (" ".join(chance.choices(words, weights, k=15)) for _ in range(sentences))
                rows = [("speech", 10.0 * place, "Anna", text) for place, text in enumerate(said)]
                add_rows(session, recording.id, [("title", None, None, recording.title), *rows])
    return owner.id


def _measure_all(owner_id: str) -> None:
    middle = {sort: library.find_page(owner_id, View(sort=sort), 3000)[-1] for sort in Sort}
    for sort in Sort:
        _measure(f"list, {sort}", partial(library.find_page, owner_id, View(sort=sort), PAGE))
        after = library.place_after(middle[sort], sort)
        _measure(f"list, {sort}, page 100", partial(library.find_page, owner_id, View(sort=sort), PAGE, after))
    _measure("list, state", lambda: library.find_page(owner_id, View(state=Status.FAILED), PAGE))
    _measure("list, tag", lambda: library.find_page(owner_id, View(tag="tag 3"), PAGE))
    _measure("counts of states", lambda: library.count_states(owner_id))
    searches = {
        "rare word": "w1388", "word of rank 1000": "w3e8", "most frequent word": "w0", "two words": "w64 w3e8",
        "beginning": "w3", "no such word": "zebra",
    }  # fmt: skip
    for name, typed in searches.items():
        _measure(f"search, {name}", partial(_search, owner_id, typed))
    newest = [each.id for each in library.find_page(owner_id, View(), 10)]
    went = iter(newest)
    _measure("delete and forget", lambda: deletion.remove_recording(next(went)), runs=len(newest))


def _search(owner_id: str, typed: str) -> None:
    phrases = parse_query(typed)
    found = library.find_page(owner_id, View(phrases=phrases), PAGE)
    find_hits(owner_id, [each.id for each in found], phrases)


def _measure(name: str, action: Callable[[], object], runs: int = RUNS) -> None:
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        times.append((time.perf_counter() - began) * 1000)
    worst = statistics.quantiles(times, n=20)[-1]
    print(f"{name:30} p50 {statistics.median(times):7.1f} ms   p95 {worst:7.1f} ms")


if __name__ == "__main__":
    main()
