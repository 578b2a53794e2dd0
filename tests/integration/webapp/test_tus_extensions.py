"""Extensions of tus that are not announced are refused at the first request, before anything is kept."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from flask import Flask
from support.tus_visitors import OCTETS, Tus, code_of, encode
from support.visitors import stored_files

from core.accounts import api_keys
from core.database import sessions
from core.database.tables import ResumableUpload, User


@pytest.fixture
def tus(app: Flask, alice: User) -> Tus:
    """The owner's program."""
    return Tus(app, api_keys.create_api_key(alice, "test"))


def count_uploads() -> int:
    with sessions.read() as session:
        return session.query(ResumableUpload).count()


UNANNOUNCED = [
    {"Upload-Concat": "partial"},
    {"Upload-Concat": "final;/files/a /files/b", "Upload-Length": None},
    {"Upload-Concat": ""},
    {"upload-concat": "partial"},
    {"Upload-Defer-Length": "1", "Upload-Length": None},
    {"Upload-Defer-Length": "1"},
    {"Upload-Complete": "?0"},
    {"Upload-Draft-Interop-Version": "6"},
    {"Upload-Tag": "x"},
    {"Upload-Whatever": "x" * 100},
    {"Trailer": "Upload-Checksum"},
]


@pytest.mark.parametrize("headers", UNANNOUNCED)
def test_what_is_not_announced_is_refused_at_the_first_request(
    tus: Tus, data_dir: Path, headers: dict[str, str | None]
) -> None:
    given = {"Upload-Length": "5", "Upload-Metadata": encode(filename="talk.wav")} | headers
    answer = tus.call("POST", "/files/", headers=given)
    assert code_of(answer) == (400, "unsupported_extension")
    assert "creation-with-upload" in answer.json["error"]["hint"]
    assert count_uploads() == 0
    assert not stored_files(data_dir)


@pytest.mark.parametrize("headers", [{"Upload-Concat": "partial"}, {"Upload-Defer-Length": "1"}, {"Upload-Tag": "x"}])
def test_it_is_refused_later_too_and_changes_nothing(tus: Tus, headers: dict[str, str | None]) -> None:
    path = tus.begin(5)
    assert code_of(tus.patch(path, 0, b"sound", **headers)) == (400, "unsupported_extension")
    assert tus.call("HEAD", path, headers=headers).status_code == 400
    assert tus.call("DELETE", path, headers=headers).status_code == 400
    assert tus.offset(path) == 0


def test_all_that_is_announced_works(tus: Tus) -> None:
    announced = tus.client.open("/files/", method="OPTIONS").headers["Tus-Extension"].split(",")
    assert announced == ["creation", "creation-with-upload", "expiration", "termination", "checksum"]
    assert tus.create(5, b"sound").headers["Upload-Recording"]


@pytest.mark.parametrize("checksum", ["md5 xxxx", "sha1 not-base64!", "sha1"])
def test_a_first_request_with_a_checksum_that_cannot_be_read_leaves_no_upload(tus: Tus, checksum: str) -> None:
    headers = {"Upload-Length": "5", "Upload-Checksum": checksum}
    answer = tus.call("POST", "/files/", headers=headers, data=b"sound", content_type=OCTETS)
    assert code_of(answer)[0] == 400
    assert count_uploads() == 0


def test_a_first_request_with_more_than_it_announces_leaves_no_upload(tus: Tus) -> None:
    assert code_of(tus.create(3, b"sound")) == (413, "too_large")
    assert count_uploads() == 0


def test_text_in_the_metadata_that_cannot_be_stored_is_refused(tus: Tus) -> None:
    for name, value in (("filename", "a\0b.wav"), ("title", "a\0b"), ("instructions", "\0"), ("anything", "\0")):
        assert code_of(tus.create(5, **{name: value})) == (422, "invalid_request")
    half_an_emoji = base64.b64encode(b"\xed\xa0\xbd").decode()
    headers = {"Upload-Length": "5", "Upload-Metadata": f"filename {half_an_emoji}"}
    assert code_of(tus.call("POST", "/files/", headers=headers)) == (400, "invalid_request")
    assert count_uploads() == 0
