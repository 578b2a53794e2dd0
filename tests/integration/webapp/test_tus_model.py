"""Offsets of uploads against a model: whatever is sent in whatever order, with restarts and the clock running on."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test
from support.tus_visitors import OCTETS, Tus
from support.visitors import PASSWORD

import config
from core.accounts import api_keys, users
from core.clock import utc_now
from core.database import sessions
from core.recordings import queries
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import resumable
from webapp import create_app

START = utc_now()
LONGEST = 40
SOUND = st.binary(max_size=LONGEST)


class Expected:
    """What an upload should hold."""

    def __init__(self, length: int, now: datetime) -> None:
        self.length, self.data, self.is_recording, self.expires_at = length, b"", False, now + resumable.KEPT

    def take(self, data: bytes, now: datetime) -> None:
        self.data += data
        if data:  # only bytes keep an upload
            self.expires_at = now + resumable.KEPT
        self.is_recording = len(self.data) == self.length


class Offsets(RuleBasedStateMachine):
    """Random clients of one account."""

    paths = Bundle("paths")
    new_app: Callable[[], Flask]
    key: str
    patch: pytest.MonkeyPatch

    def __init__(self) -> None:
        super().__init__()
        self.set_clock(START)
        self.uploads: dict[str, Expected] = {}
        self.recordings: dict[str, bytes] = {}
        self.start_anew()

    def set_clock(self, now: datetime) -> None:
        self.now = now
        self.patch.setattr("webapp.uploads.tus_routes.utc_now", lambda: now)

    def answers(self, path: str) -> int:
        """What a request about an upload is answered when it is not simply taken: 200, 404 or 410."""
        if path not in self.uploads:
            return 404
        return 410 if self.uploads[path].expires_at <= self.now else 200

    def check_end(self, path: str, answer: Any) -> None:
        if self.uploads[path].is_recording:
            made = answer.headers["Upload-Recording"]
            assert self.recordings.setdefault(path, self.uploads[path].data) == self.uploads[path].data
            assert made == path.rsplit("/", 1)[1]
        else:
            assert "Upload-Recording" not in answer.headers

    @rule()
    def start_anew(self) -> None:
        """The server is started again: nothing is remembered but files and rows."""
        sessions.engine().dispose()
        self.tus = Tus(self.new_app(), self.key)

    @rule(hours=st.integers(1, 25))
    def wait(self, hours: int) -> None:
        self.set_clock(self.now + timedelta(hours=hours))

    @rule()
    def sweep(self) -> None:
        resumable.sweep(self.now)
        deletion.sweep_files(self.now, age_seconds=0)
        self.uploads = {path: each for path, each in self.uploads.items() if each.expires_at > self.now}

    @rule(target=paths, length=st.integers(1, LONGEST), first=st.none() | SOUND)
    def create(self, length: int, first: bytes | None) -> str:
        answer = self.tus.create(length, first)
        if first is not None and len(first) > length:
            assert answer.status_code == 413
            # refused after its creation: nobody knows its address, and it expires
            return "/files/unknown"
        assert answer.status_code == 201
        path = str(answer.headers["Location"])
        self.uploads[path] = Expected(length, self.now)
        if first is not None:
            self.uploads[path].take(first, self.now)
            self.check_end(path, answer)
        return path

    @rule(path=paths)
    def look(self, path: str) -> None:
        answer = self.tus.call("HEAD", path)
        assert answer.status_code == self.answers(path)
        if answer.status_code == 200:
            assert int(answer.headers["Upload-Offset"]) == len(self.uploads[path].data)
            assert int(answer.headers["Upload-Length"]) == self.uploads[path].length
            self.check_end(path, answer)

    @rule(path=paths, data=SOUND, shift=st.just(0) | st.integers(-3, 3), good=st.sampled_from("--+x"))
    def send(self, path: str, data: bytes, shift: int, good: str) -> None:
        """The next bytes, perhaps for a wrong place, perhaps with a checksum that fits (+) or not (x)."""
        held = self.uploads.get(path)
        offset = max(0, len(held.data if held else b"") + shift)
        digest = hashlib.sha256(data + (b"!" if good == "x" else b"")).digest()
        named = {} if good == "-" else {"Upload_Checksum": f"sha256 {base64.b64encode(digest).decode()}"}
        answer = self.tus.patch(path, offset, data, **named)
        if self.answers(path) != 200:
            assert answer.status_code == self.answers(path)
            return
        assert held is not None
        if offset != len(held.data):
            assert answer.status_code == 409
        elif len(data) > held.length - len(held.data):
            assert answer.status_code == 413
        elif good == "x":
            assert answer.status_code == 460
        else:
            assert answer.status_code == 204
            held.take(data, self.now)
            self.check_end(path, answer)

    @rule(path=paths, data=SOUND, more=st.integers(1, 5), checked=st.booleans())
    def break_off(self, path: str, data: bytes, more: int, checked: bool) -> None:
        """A body that ends before its time: it counts as far as it came, but for one with a checksum."""
        held = self.uploads.get(path)
        if held is None or self.answers(path) != 200 or len(data) + more > held.length - len(held.data):
            return
        headers = {"Upload-Offset": str(len(held.data))}
        if checked:
            headers["Upload-Checksum"] = f"sha1 {base64.b64encode(hashlib.sha1(data).digest()).decode()}"  # noqa: S324
        environ = {"wsgi.input": io.BytesIO(data), "CONTENT_LENGTH": str(len(data) + more), "CONTENT_TYPE": OCTETS}
        answer = self.tus.call("PATCH", path, headers=headers, environ_overrides=environ)
        assert answer.json["error"]["code"] == "line_lost"
        held.take(b"" if checked else data, self.now)

    @rule(path=consumes(paths))
    def give_up(self, path: str) -> None:
        expected = {200: 204}.get(self.answers(path), self.answers(path))
        assert self.tus.call("DELETE", path).status_code == expected
        if expected == 204:
            del self.uploads[path]

    @invariant()
    def files_hold_what_the_model_says(self) -> None:
        files = file_store()
        for path, held in self.uploads.items():
            id = path.rsplit("/", 1)[1]
            place = files.recording(id) if held.is_recording else files.incoming(id)
            assert place.read_bytes() == held.data
        assert files.recording_ids() == {path.rsplit("/", 1)[1] for path in self.recordings}
        for path, data in self.recordings.items():
            assert files.recording(path.rsplit("/", 1)[1]).read_bytes() == data

    def teardown(self) -> None:
        self.now += timedelta(days=3)
        resumable.sweep(self.now)
        assert file_store().incoming_sizes() == {}
        for path, data in self.recordings.items():
            found = queries.get(path.rsplit("/", 1)[1])
            assert found is not None
            assert found.sha256 == hashlib.sha256(data).hexdigest()
            deletion.remove_recording(found.id)
        self.patch.undo()


def test_offsets_hold_against_a_model(
    sqlite: str, settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_of(SECRET_KEY="0123456789abcdef0123456789abcdef", MAX_UNFINISHED_UPLOADS=1000)
    monkeypatch.setattr("webapp.uploads.tus_routes.CALLS", "1000000 per minute")
    key = api_keys.create_api_key(users.create_user("alice@example.org", PASSWORD), "test")
    with pytest.MonkeyPatch.context() as patch:
        machine = type("Offsets", (Offsets,), {"new_app": staticmethod(create_app), "key": key, "patch": patch})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
