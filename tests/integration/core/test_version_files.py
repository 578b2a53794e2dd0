"""Files of the versions of a recap: none in use goes, and none stays without use."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from support.factories import NOW
from support.recap_history import is_there, key_of, process, render, rewrite, shown, written

from core import recap_versions
from core.recordings import recaps
from core.recordings.options import RecapOptions
from core.retention import consistency, deletion, pruning
from core.storage.store import file_store

pytestmark = pytest.mark.usefixtures("any_database")
LATER = NOW + timedelta(days=99)


def make_old() -> None:
    for path in file_store().stages_folder.glob("*/*"):
        os.utime(path, (1, 1))


def test_no_care_removes_a_version_that_can_be_looked_at() -> None:
    recording = written()
    rewrite(recording, "two")
    rewrite(recording, "three")
    make_old()
    assert consistency.verify(LATER).total == 0
    pruning.prune(LATER, max_bytes=0, max_age_seconds=0)
    make_old()
    deletion.sweep_files(LATER)
    names = [f"{kind}{recap}" for kind in ("", "pdf of ") for recap in ("one", "two", "three")]
    deletion.remove_unused({key_of(name) for name in names})
    assert all(is_there(name) for name in names)


def test_the_file_of_a_version_that_went_is_swept() -> None:
    recording = written()
    for number in range(2, 23):
        rewrite(recording, f"recap {number}")
    make_old()
    deletion.sweep_files(LATER)
    assert not is_there("one")
    assert not is_there("recap 2")
    assert is_there("recap 3")


def test_deleting_a_recording_removes_the_files_of_all_its_versions() -> None:
    recording = written()
    rewrite(recording, "two")
    recaps.rewrite(recording.id, RecapOptions(), NOW)
    process(recording, "three", "three")
    deletion.remove_recording(recording.id)
    assert not list(file_store().stages_folder.glob("*/*"))
    assert recap_versions.list_versions(recording.id) == []


def test_a_version_that_another_recording_uses_too_stays_with_it() -> None:
    first, second = written("same", "ann"), written("same", "bob")
    rewrite(second, "other")
    deletion.remove_recording(first.id)
    assert is_there("same")
    assert recaps.use_version(second.id, 1, NOW)
    render(second, "same")
    assert shown(second) == (1, b"same", b"pdf of same")
