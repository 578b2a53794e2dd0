from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.storage.files import FileStore

KEY = "ab" * 32


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    files = FileStore(tmp_path / "data")
    files.make_folders()
    return files


def publish(store: FileStore, data: bytes) -> None:
    with store.publish(KEY, ".json") as path:
        path.write_bytes(data)


def test_a_published_result_is_found(store: FileStore) -> None:
    assert store.find(KEY, ".json") is None
    publish(store, b"{}")
    found = store.find(KEY, ".json")
    assert found is not None
    assert found.read_bytes() == b"{}"


def test_the_first_result_stays(store: FileStore) -> None:
    publish(store, b"first")
    publish(store, b"second")
    assert store.stage(KEY, ".json").read_bytes() == b"first"


def test_a_half_written_result_never_appears(store: FileStore) -> None:
    with pytest.raises(RuntimeError), store.publish(KEY, ".json") as path:
        path.write_bytes(b"half")
        raise RuntimeError
    assert store.find(KEY, ".json") is None
    assert list(store.stage(KEY, "").parent.iterdir()) == []


def test_batches_come_back_in_order_and_the_first_one_stays(store: FileStore) -> None:
    store.save_part(KEY, 16, b"c")
    store.save_part(KEY, 0, b"a")
    store.save_part(KEY, 8, b"b")
    store.save_part(KEY, 8, b"other")
    assert store.parts(KEY) == [b"a", b"b", b"c"]
    store.drop_parts(KEY)
    assert store.parts(KEY) == []


def test_a_removed_stage_leaves_no_file(store: FileStore) -> None:
    publish(store, b"{}")
    store.save_part(KEY, 0, b"a")
    store.remove_stage(KEY)
    assert list(store.stage(KEY, "").parent.iterdir()) == []


def test_folders_are_closed_to_others(store: FileStore) -> None:
    assert store.root.stat().st_mode & 0o077 == 0
    assert store.recordings_folder.stat().st_mode & 0o077 == 0


def test_old_leftovers_go_and_the_rest_stays(store: FileStore) -> None:
    abandoned, fresh = store.new_incoming(), store.new_incoming()
    known, unknown = store.recording("known"), store.recording("unknown")
    for path in (abandoned, fresh, known, unknown):
        path.write_bytes(b"x")
    for path in (abandoned, known, unknown):
        os.utime(path, (1, 1))
    assert store.sweep_leftovers(time.time() - 3600, {"known"}.__contains__) == 2
    assert [path.exists() for path in (abandoned, fresh, known, unknown)] == [False, True, True, False]


def test_batches_of_a_finished_stage_go_and_those_of_an_unfinished_one_stay(store: FileStore) -> None:
    unfinished = "b" * 64
    publish(store, b"{}")
    for key in (KEY, unfinished):
        store.save_part(key, 0, b"a late worker's")
    assert store.sweep_leftovers(time.time() + 1, lambda _: True) == 1
    assert (store.parts(KEY), store.parts(unfinished)) == ([], [b"a late worker's"])
    assert store.find(KEY, ".json")
