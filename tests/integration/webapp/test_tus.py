"""Resumable uploads: the protocol, its limits, and that a recording comes of each exactly once."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.tus_visitors import OCTETS, Tus, code_of
from support.visitors import Program, log_in, stored_files, token_of

from core.accounts import api_keys
from core.clock import utc_now
from core.database.tables import User
from core.recordings import library, queries
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import resumable

SOUND = bytes(range(256)) * 8


@pytest.fixture
def tus(app: Flask, alice: User) -> Tus:
    """The owner's program."""
    return Tus(app, api_keys.create_api_key(alice, "test"))


def test_a_file_in_three_pieces_becomes_a_recording(tus: Tus, alice: User, data_dir: Path) -> None:
    path = tus.begin(len(SOUND), title="A talk", language="nl", num_speakers="3", track="2", filetype="audio/wav")
    place = 0
    for size in (1000, 1, len(SOUND) - 1001):
        assert tus.offset(path) == place
        answer = tus.patch(path, place, SOUND[place : place + size])
        place += size
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(place))
    found = queries.get(answer.headers["Upload-Recording"], alice.id)
    assert found is not None
    assert found.job.status == "queued"
    assert (found.title, found.language, found.num_speakers, found.track) == ("A talk", "nl", 3, 2)
    assert (found.size_bytes, found.sha256) == (len(SOUND), hashlib.sha256(SOUND).hexdigest())
    assert stored_files(data_dir) == [file_store().recording(found.id)]
    assert stored_files(data_dir)[0].read_bytes() == SOUND


def test_what_the_server_can_do_is_told_to_anybody(app: Flask) -> None:
    for path in ("/files/", "/files/some"):
        answer = app.test_client().options(path)
        assert answer.status_code == 204
        told = {name: answer.headers[name] for name in ("Tus-Resumable", "Tus-Version", "Tus-Max-Size")}
        assert told == {"Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Max-Size": "100000"}
        wanted = {"creation", "creation-with-upload", "expiration", "termination", "checksum"}
        assert set(answer.headers["Tus-Extension"].split(",")) == wanted
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_an_upload_tells_its_length_its_end_and_is_never_cached(tus: Tus) -> None:
    path = tus.begin(100)
    answer = tus.call("HEAD", path)
    assert answer.headers["Upload-Length"] == "100"
    assert answer.headers["Cache-Control"] == "no-store"
    left = parsedate_to_datetime(answer.headers["Upload-Expires"]) - utc_now()
    assert timedelta(hours=23) < left <= timedelta(hours=24)


def test_the_first_bytes_may_come_with_the_creation(tus: Tus) -> None:
    answer = tus.create(len(SOUND), SOUND[:500])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "500")
    whole = tus.create(len(SOUND), SOUND)
    assert queries.get(whole.headers["Upload-Recording"]) is not None


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0"])
def test_another_version_of_the_protocol_is_refused(tus: Tus, version: str | None) -> None:
    path = tus.begin(10)
    for method, where in (("POST", "/files/"), ("HEAD", path), ("PATCH", path), ("DELETE", path)):
        answer = tus.call(method, where, headers={"Tus-Resumable": version})
        assert answer.status_code == 412
        assert answer.headers["Tus-Version"] == "1.0.0"


def test_bytes_for_another_place_are_refused_with_the_right_one(tus: Tus) -> None:
    path = tus.begin(100)
    tus.patch(path, 0, b"x" * 10)
    for wrong in (0, 9, 11, 100):
        answer = tus.patch(path, wrong, b"y")
        assert code_of(answer) == (409, "offset_conflict")
        assert answer.headers["Upload-Offset"] == "10"
    assert tus.offset(path) == 10


def test_more_bytes_than_announced_are_refused(tus: Tus) -> None:
    path = tus.begin(100)
    assert code_of(tus.patch(path, 0, b"x" * 101)) == (413, "too_large")
    assert tus.offset(path) == 0


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "١", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(tus: Tus, offset: str) -> None:
    answer = tus.patch(tus.begin(10), 0, b"x", Upload_Offset=offset.encode().decode("latin-1"))
    assert code_of(answer) == (400, "invalid_request")


def test_a_body_of_another_kind_is_refused(tus: Tus) -> None:
    path = tus.begin(10)
    answer = tus.call("PATCH", path, headers={"Upload-Offset": "0"}, data=b"x", content_type="audio/wav")
    assert code_of(answer) == (415, "unsupported_content_type")
    answer = tus.call("POST", "/files/", headers={"Upload-Length": "1"}, data=b"x", content_type="audio/wav")
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        ("", 400, "invalid_request"),
        ("ten", 400, "invalid_request"),
        ("0", 400, "no_file"),
        ("100001", 413, "too_large"),
    ],
)
def test_a_length_that_does_not_fit_is_refused(tus: Tus, data_dir: Path, length: str, status: int, code: str) -> None:
    assert code_of(tus.create(length)) == (status, code)
    assert not stored_files(data_dir)


@pytest.mark.parametrize("fields", [{"language": "klingon"}, {"num_speakers": "0"}, {"max_speakers": "two"}])
def test_a_wish_that_does_not_fit_is_refused_before_a_byte_is_sent(tus: Tus, fields: dict[str, str]) -> None:
    assert code_of(tus.create(10, **fields)) == (422, "invalid_request")


def test_an_upload_that_is_given_up_leaves_nothing_behind(tus: Tus, data_dir: Path) -> None:
    path = tus.begin(100)
    tus.patch(path, 0, b"x" * 10)
    assert tus.call("DELETE", path).status_code == 204
    assert [tus.call(method, path).status_code for method in ("HEAD", "DELETE")] == [404, 404]
    assert code_of(tus.patch(path, 10, b"x")) == (404, "not_found")
    assert not stored_files(data_dir)


def test_a_repeated_last_request_makes_no_second_recording(tus: Tus, alice: User) -> None:
    path = tus.begin(4)
    made = tus.patch(path, 0, b"talk").headers["Upload-Recording"]
    assert tus.patch(path, 4, b"").headers["Upload-Recording"] == made
    assert code_of(tus.patch(path, 0, b"talk")) == (409, "offset_conflict")
    head = tus.call("HEAD", path)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Recording"]) == ("4", made)
    assert [each.id for each in library.find_page(alice.id, library.View(), 9)] == [made]


def test_giving_up_a_complete_upload_leaves_its_recording(tus: Tus) -> None:
    path = tus.begin(4)
    made = tus.patch(path, 0, b"talk").headers["Upload-Recording"]
    assert tus.call("DELETE", path).status_code == 204
    assert queries.get(made) is not None
    assert file_store().recording(made).read_bytes() == b"talk"


def test_a_deleted_recording_takes_its_upload_with_it(tus: Tus, data_dir: Path) -> None:
    path = tus.begin(4)
    deletion.remove_recording(tus.patch(path, 0, b"talk").headers["Upload-Recording"])
    assert tus.call("HEAD", path).status_code == 404
    assert not stored_files(data_dir)


def test_an_upload_expires_a_day_after_its_last_byte(tus: Tus, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tus.begin(100)
    start = utc_now()
    monkeypatch.setattr("webapp.uploads.tus_routes.utc_now", lambda: start + timedelta(hours=23))
    assert tus.patch(path, 0, b"x").status_code == 204
    monkeypatch.setattr("webapp.uploads.tus_routes.utc_now", lambda: start + timedelta(hours=46))
    assert tus.offset(path) == 1
    assert resumable.sweep(start + timedelta(hours=46)) == 0
    monkeypatch.setattr("webapp.uploads.tus_routes.utc_now", lambda: start + timedelta(hours=48))
    assert tus.call("HEAD", path).status_code == 410
    assert code_of(tus.patch(path, 1, b"x")) == (410, "upload_gone")
    assert resumable.sweep(start + timedelta(hours=48)) == 1
    assert not stored_files(data_dir)
    assert tus.call("HEAD", path).status_code == 404


def test_somebody_elses_upload_is_not_there(app: Flask, tus: Tus, charlie: User) -> None:
    path = tus.begin(100)
    other = Tus(app, api_keys.create_api_key(charlie, "test"))
    assert [other.call(method, path).status_code for method in ("HEAD", "DELETE")] == [404, 404]
    assert other.patch(path, 0, b"x").status_code == 404
    assert tus.offset(path) == 0


def test_without_session_or_key_nothing_is_taken_in(app: Flask, tus: Tus, data_dir: Path) -> None:
    path = tus.begin(100)
    for headers in ({}, {"Authorization": "Bearer rr_wrong"}, {"Authorization": "Basic eDp5"}):
        nobody = Tus(app)
        nobody.headers |= headers
        assert code_of(nobody.create(10)) == (401, "unauthorized")
        assert nobody.call("HEAD", path).status_code == 401
        assert nobody.patch(path, 0, b"x").status_code == 401
    assert tus.offset(path) == 0
    assert len(stored_files(data_dir)) == 1


def test_a_browser_uploads_with_its_session_from_our_pages_only(app: Flask, alice: User, browser: FlaskClient) -> None:
    client = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    page = Tus(app, client=client)
    assert page.create(10).status_code == 403, "nothing says where it comes from"
    page.headers["Sec-Fetch-Site"] = "cross-site"
    assert page.create(10).status_code == 403
    page.headers["Sec-Fetch-Site"] = "same-origin"
    assert page.create(10).status_code == 201
    page.headers["Origin"] = "https://evil.example"
    assert page.create(10).status_code == 403
    page.headers = {"Tus-Resumable": "1.0.0", "X-CSRFToken": token_of(client.get("/upload").text)}
    path = page.begin(4)
    assert page.patch(path, 0, b"talk").headers["Upload-Recording"]


def test_methods_can_be_named_in_a_header(tus: Tus) -> None:
    path = tus.begin(100)
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert tus.call("POST", path, headers=headers, data=b"xyz", content_type=OCTETS).status_code == 204
    assert tus.offset(path) == 3
    assert tus.call("POST", path, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert tus.call("POST", path, headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 404
    assert tus.call("POST", path).status_code == 400


def test_a_body_that_breaks_off_keeps_what_has_arrived(tus: Tus) -> None:
    path = tus.begin(1000)

    class Line(io.BytesIO):
        def read(self, count: int | None = -1) -> bytes:
            data = super().read(min(100, count or 0))
            if not data:
                raise ConnectionResetError
            return data

    for stream, whole in ((Line(b"x" * 300), 300), (io.BytesIO(b"y" * 50), 350)):
        environ = {"wsgi.input": stream, "CONTENT_LENGTH": str(1000 - tus.offset(path)), "CONTENT_TYPE": OCTETS}
        headers = {"Upload-Offset": str(tus.offset(path))}
        answer = tus.call("PATCH", path, headers=headers, environ_overrides=environ)
        assert answer.json["error"]["code"] == "line_lost"
        assert tus.offset(path) == whole


def test_a_file_that_was_uploaded_before_is_told(tus: Tus, program: Program, stranger: Program) -> None:
    assert stranger.upload(b"talk").json["duplicate_of"] is None
    first = program.upload(b"talk").json
    assert first["duplicate_of"] is None
    second = program.upload(b"talk").json
    assert second["duplicate_of"] == first["id"]
    assert second["status"] == "queued"
    third = tus.create(4, b"talk")
    assert third.headers["Upload-Duplicate-Of"] == second["id"]
    assert "Upload-Duplicate-Of" not in tus.create(4, b"walk").headers


def test_uploads_go_on_while_redis_is_away(tus: Tus) -> None:
    assert tus.create(4, b"talk").headers["Upload-Recording"]


def test_a_strange_name_is_never_a_path(tus: Tus, data_dir: Path) -> None:
    made = tus.create(4, b"talk", filename="../../会议.mp3").headers["Upload-Recording"]
    found = queries.get(made)
    assert found is not None
    assert found.filename == "会议.mp3"
    assert stored_files(data_dir) == [data_dir / "recordings" / made]


def test_options_can_be_changed_while_bytes_are_missing(tus: Tus) -> None:
    path = tus.begin(4, title="First", language="en")
    change = {"title": "Second", "language": "nl", "num_speakers": "2"}
    for name in ("options", "wishes"):
        assert tus.call("PUT", f"{path}/{name}", data=change).status_code == 204, "the old name is an alias"
    assert code_of(tus.call("PUT", f"{path}/options", data={"language": "klingon"})) == (422, "invalid_request")
    found = queries.get(tus.patch(path, 0, b"talk").headers["Upload-Recording"])
    assert found is not None
    assert (found.title, found.language, found.num_speakers) == ("Second", "nl", 2)
    assert code_of(tus.call("PUT", f"{path}/options", data=change)) == (409, "conflict")


def test_the_page_is_told_of_an_earlier_upload_of_the_file(browser: FlaskClient, program: Program) -> None:
    first = program.upload(b"talk", title="The first").json["id"]
    second = program.upload(b"talk", title="The second").json["id"]
    assert browser.get(f"/upload/{first}").json["earlier"] is None
    earlier = browser.get(f"/upload/{second}").json["earlier"]
    assert (earlier["title"], earlier["url"]) == ("The first", f"/recordings/{first}")
    assert "You uploaded this file on" in browser.get(f"/recordings/{second}").text
    assert "You uploaded this file on" not in browser.get(f"/recordings/{first}").text
