"""Limits of resumable uploads: a full disk, and what one user may keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from support.tus_visitors import Tus, code_of
from support.visitors import Program

import config
from core.accounts import api_keys
from core.database.tables import User
from core.uploads import limits


@pytest.fixture
def tus(app: Flask, alice: User) -> Tus:
    """The owner's program."""
    return Tus(app, api_keys.create_api_key(alice, "test"))


def test_a_full_disk_is_told_before_a_byte_is_sent(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    free = limits.RESERVE_BYTES + 100_000
    monkeypatch.setattr("core.storage.files.FileStore.free_bytes", lambda _self: free)
    first = tus.begin(60_000)
    assert code_of(tus.create(60_000)) == (507, "storage_full"), "the first one's bytes are spoken for"
    tus.patch(first, 0, b"x" * 50_000)
    free -= 50_000
    assert tus.create(40_000).status_code == 201


def test_the_plain_form_counts_what_is_announced_too(
    tus: Tus, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.storage.files.FileStore.free_bytes", lambda _self: limits.RESERVE_BYTES + 100_000)
    assert program.upload(b"x" * 50_000).status_code == 201
    tus.begin(60_000)
    assert code_of(program.upload(b"x" * 50_000)) == (507, "storage_full")


def test_a_disk_that_fills_up_keeps_what_was_written(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno
    import os

    path, write, room = tus.begin(100), os.write, [30]

    def short(handle: int, data: Any) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "no space left")
        written = write(handle, data[: room[0]])
        room[0] -= written
        return written

    monkeypatch.setattr("core.uploads.partial_file.os.write", short)
    assert code_of(tus.patch(path, 0, b"x" * 100)) == (507, "storage_full")
    monkeypatch.undo()
    assert tus.offset(path) == 30


def test_one_user_may_keep_only_so_much(
    app: Flask, tus: Tus, program: Program, charlie: User, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(MAX_USER_BYTES=1000)
    assert program.upload(b"x" * 400).status_code == 201
    path = tus.begin(300)
    assert code_of(tus.create(301)) == (403, "quota_exceeded")
    assert code_of(program.upload(b"x" * 400)) == (403, "quota_exceeded")
    assert Tus(app, api_keys.create_api_key(charlie, "test")).create(900).status_code == 201
    tus.patch(path, 0, b"x" * 300)
    assert tus.create(301).status_code == 403
    assert tus.create(300).status_code == 201


def test_one_user_may_keep_only_so_many(
    tus: Tus, program: Program, settings_of: Callable[..., config.Settings]
) -> None:
    settings_of(MAX_USER_RECORDINGS=2)
    assert program.upload().status_code == 201
    path = tus.begin(300)
    assert code_of(tus.create(1)) == code_of(program.upload()) == (403, "quota_exceeded")
    tus.call("DELETE", path)
    assert program.upload().status_code == 201


def test_one_user_may_have_only_so_many_under_way(tus: Tus, settings_of: Callable[..., config.Settings]) -> None:
    settings_of(MAX_UNFINISHED_UPLOADS=2)
    path = tus.begin(4)
    tus.begin(4)
    assert code_of(tus.create(4)) == (403, "quota_exceeded")
    tus.patch(path, 0, b"talk")
    assert tus.create(4).status_code == 201
