"""Taking in recordings: what is refused before the body is read, what is kept, what is never left behind."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.upload_bodies import BOUNDARY, Watched, form_body, post
from support.visitors import Program, stored_files

from core.database.tables import User
from core.recordings import queries
from core.storage.store import file_store


def test_the_bytes_are_written_once_and_hashed_on_the_way(
    program: Program, alice: User, data_dir: Path, writes: list[int]
) -> None:
    data = bytes(range(256)) * 300
    answer = program.upload(data, "talk.wav", title="A talk")
    assert answer.status_code == 201
    assert sum(writes) == len(data)
    found = queries.get(answer.json["id"], alice.id)
    assert found is not None
    assert (found.size_bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    (kept,) = stored_files(data_dir)
    assert kept == file_store().recording(found.id)
    assert kept.read_bytes() == data


def test_what_is_wished_for_is_kept(program: Program) -> None:
    answer = program.upload(
        title=" A   talk ", language="NL", num_speakers="3", min_speakers="2", max_speakers="4", track="2"
    )
    found = queries.get(answer.json["id"])
    assert found is not None
    assert (found.title, found.language) == ("A talk", "nl")
    assert (found.num_speakers, found.min_speakers, found.max_speakers, found.track) == (3, 2, 4, 2)


@pytest.mark.parametrize(("channels", "kept"), [("mix", "mix"), ("Separate", "separate"), ("auto", None), ("", None)])
def test_a_choice_of_channels_is_kept(program: Program, channels: str, kept: str | None) -> None:
    found = queries.get(program.upload(channels=channels).json["id"])
    assert found is not None
    assert found.channels == kept


@pytest.mark.parametrize("track", ["all", "ALL", ""])
def test_all_sound_tracks_are_listened_to_without_a_choice(program: Program, track: str) -> None:
    found = queries.get(program.upload(track=track).json["id"])
    assert found is not None
    assert found.track is None


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"language": "klingon"}, "language"),
        ({"num_speakers": "0"}, "num_speakers"),
        ({"num_speakers": "two"}, "num_speakers"),
        ({"max_speakers": "9" * 400}, "max_speakers"),
        ({"track": "0"}, "track"),
        ({"track": "33"}, "track"),
        ({"track": "first"}, "track"),
        ({"channels": "left"}, "channels"),
        ({"num_speakers": "\u00b2"}, "num_speakers"),
        ({"min_speakers": "5", "max_speakers": "2"}, "min_speakers"),
    ],
)
def test_a_wish_that_does_not_fit_is_refused_and_nothing_is_kept(
    program: Program, data_dir: Path, fields: dict[str, str], field: str
) -> None:
    answer = program.upload(**fields)
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "invalid_request"
    assert field in answer.json["error"]["message"] + str(fields)
    assert not stored_files(data_dir)


def test_a_strange_name_is_shown_but_never_a_path(program: Program, browser: FlaskClient, data_dir: Path) -> None:
    answer = program.upload(b"sound", "../../x<script>.mp3")
    found = queries.get(answer.json["id"])
    assert found is not None
    assert found.filename == "x<script>.mp3"
    assert stored_files(data_dir) == [data_dir / "recordings" / found.id]
    page = browser.get("/").text
    assert "x&lt;script&gt;" in page
    assert "x<script>" not in page


def test_three_hundred_chinese_letters_are_a_fine_name(program: Program, browser: FlaskClient) -> None:
    answer = program.upload(b"sound", "会" * 300 + ".mp3")
    assert answer.status_code == 201
    found = queries.get(answer.json["id"])
    assert found is not None
    assert len(found.filename) == 200
    assert found.filename.endswith("会.mp3")
    assert "会会会" in browser.get(f"/recordings/{found.id}").text


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    app: Flask, program: Program, data_dir: Path, writes: list[int]
) -> None:
    body = Watched(form_body(("big.wav", b"")), size=10_000_000_000)
    answer = post(program._client, "/api/v1/recordings", body, **program._headers)
    assert answer.status_code == 413
    error = answer.json["error"]
    assert error["code"] == "too_large"
    assert error["message"] == "This file is larger than 97.7 kB."
    assert body.place == 0
    assert answer.headers["Connection"] == "close"
    assert not writes
    assert not stored_files(data_dir)


def test_a_file_just_beyond_the_limit_is_refused_while_it_is_read(
    program: Program, data_dir: Path, writes: list[int]
) -> None:
    answer = program.upload(b"x" * 100_001)
    assert answer.status_code == 413
    assert answer.json["error"]["code"] == "too_large"
    assert not stored_files(data_dir)
    assert program.upload(b"x" * 100_000).status_code == 201


def test_a_full_disk_is_told_before_the_body_is_read(
    program: Program, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.storage.files.FileStore.free_bytes", lambda _self: 1024)
    body = Watched(form_body(("talk.wav", b"x" * 50_000)), size=100_000)
    answer = post(program._client, "/api/v1/recordings", body, **program._headers)
    assert answer.status_code == 507
    assert answer.json["error"]["code"] == "storage_full"
    assert answer.json["error"]["retryable"]
    assert not stored_files(data_dir)


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_behind(
    program: Program, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("core.uploads.intake.os.fsync", full)
    answer = program.upload()
    assert answer.status_code == 507
    assert answer.json["error"]["code"] == "storage_full"
    assert not stored_files(data_dir)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rr_wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_key_the_body_is_not_taken_in(app: Flask, data_dir: Path, headers: dict[str, str]) -> None:
    body = Watched(form_body(("talk.wav", b"")), size=50_000_000)
    answer = post(app.test_client(), "/api/v1/recordings", body, **headers)
    assert answer.status_code == 401
    assert answer.json["error"]["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert body.place == 0
    assert not stored_files(data_dir)


def test_without_a_session_the_form_is_not_taken_in(app: Flask, data_dir: Path) -> None:
    body = Watched(form_body(("talk.wav", b"")), size=50_000_000)
    answer = post(app.test_client(), "/upload", body)
    assert answer.status_code == 401
    assert body.place == 0
    assert not stored_files(data_dir)


def test_a_second_file_is_refused(program: Program, data_dir: Path) -> None:
    body = Watched(form_body(("one.wav", b"1" * 99), ("two.wav", b"2" * 99)))
    answer = post(program._client, "/api/v1/recordings", body, **program._headers)
    assert answer.status_code == 422, answer.text
    assert "More than one file" in answer.json["error"]["message"]
    assert not stored_files(data_dir)


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"", None, 400, "no_file"),
        (form_body(title="alone"), f"multipart/form-data; boundary={BOUNDARY}", 400, "no_file"),
        (form_body(("", b"")), f"multipart/form-data; boundary={BOUNDARY}", 400, "no_file"),
        (form_body(("empty.wav", b"")), f"multipart/form-data; boundary={BOUNDARY}", 400, "no_file"),
        (b'{"file": "x"}', "application/json", 415, "unsupported_content_type"),
    ],
)
def test_a_request_without_a_recording_is_refused(
    program: Program, data_dir: Path, data: bytes, content_type: str | None, status: int, code: str
) -> None:
    answer = program.post("/recordings", data=data, content_type=content_type)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["hint"]
    assert not stored_files(data_dir)


def test_a_body_that_breaks_off_leaves_nothing_behind(program: Program, data_dir: Path) -> None:
    whole = form_body(("talk.wav", b"x" * 5000))
    body = Watched(whole[:3000])
    body.size = body.place  # nothing more comes
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(len(whole))}
    environ["CONTENT_TYPE"] = f"multipart/form-data; boundary={BOUNDARY}"
    answer = program.post("/recordings", environ_overrides=environ)
    assert answer.status_code == 400
    assert body.place == 3000
    assert not stored_files(data_dir)


def test_text_and_playlists_are_taken_in_and_judged_by_the_worker(program: Program) -> None:
    for name in ("page.html", "list.mp3", "notes.txt"):
        assert program.upload(b"#EXTM3U\n", name).status_code == 201
