"""Checksums and metadata of resumable uploads."""

from __future__ import annotations

import base64
import hashlib

import pytest
from flask import Flask
from support.tus_visitors import Tus, code_of

from core.accounts import api_keys
from core.database.tables import User


@pytest.fixture
def tus(app: Flask, alice: User) -> Tus:
    """The owner's program."""
    return Tus(app, api_keys.create_api_key(alice, "test"))


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


@pytest.mark.parametrize("metadata", ["filename ???", "filename YWJj,title /w=="])
def test_metadata_that_cannot_be_read_is_refused(tus: Tus, metadata: str) -> None:
    headers = {"Upload-Length": "10", "Upload-Metadata": metadata}
    assert code_of(tus.call("POST", "/files/", headers=headers)) == (400, "invalid_request")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_that_changed_on_their_way_are_not_kept(tus: Tus, algorithm: str) -> None:
    path = tus.begin(100)
    assert tus.patch(path, 0, b"x" * 10, Upload_Checksum=checksum(b"x" * 10, algorithm)).status_code == 204
    answer = tus.patch(path, 10, b"y" * 10, Upload_Checksum=checksum(b"z" * 10, algorithm))
    assert code_of(answer) == (460, "checksum_mismatch")
    assert tus.offset(path) == 10


@pytest.mark.parametrize("value", ["md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1", "sha1 ???", ""])
def test_a_checksum_that_is_not_known_or_readable_is_refused(tus: Tus, value: str) -> None:
    path = tus.begin(100)
    answer = tus.patch(path, 0, b"x", Upload_Checksum=value)
    assert answer.status_code in (400, 460)
    assert tus.offset(path) == 0
    assert value == "sha1" or answer.status_code == 400
