"""Forms that are malformed, break off or carry strange names: each gets an error that says what is wrong, or works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.upload_bodies import BOUNDARY, form_body
from support.visitors import Program, stored_files

from core.database.tables import Recording
from core.recordings import queries

KIND = f"multipart/form-data; boundary={BOUNDARY}"
DISPOSITION = 'Content-Disposition: form-data; name="file"; filename="talk.wav"'


def part(head: bytes | str, body: bytes = b"sound") -> bytes:
    """One part of a form, and the end of the form."""
    head = head if isinstance(head, bytes) else head.encode()
    return b"--frontier\r\n" + head + b"\r\n\r\n" + body + b"\r\n--frontier--\r\n"


def upload_named(program: Program, head: bytes | str) -> Recording:
    """Upload a file whose part has this head."""
    answer = program.post("/recordings", data=part(head), content_type=KIND)
    assert answer.status_code == 201, answer.text
    found = queries.get(answer.json["id"])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("filename", "stored"),
    [
        (b'filename="Besprechung f\xfcr M\xfcller.wav"', "Besprechung für Müller.wav"),  # Latin-1
        (b'filename="\x80 f\xfcr \x93Caf\xe9\x94.wav"', "€ für “Café”.wav"),  # Windows-1252
        (b'filename="broken \x81.wav"', "broken \N{REPLACEMENT CHARACTER}.wav"),
        ('filename="Besprechung für Müller.wav"'.encode(), "Besprechung für Müller.wav"),
        (b"filename*=UTF-8''na%C3%AFve%20caf%C3%A9.wav", "naïve café.wav"),
        (b"filename*=utf-8'de'na%C3%AFve.wav; filename=\"plain.wav\"", "naïve.wav"),
        (b"filename=\"plain.wav\"; filename*=UTF-8''na%C3%AFve.wav", "naïve.wav"),
        (b"filename=\"plain.wav\"; filename*=UTF-8''%ff%fe", "plain.wav"),
        (b"filename=\"plain.wav\"; filename*=KOI8-X''%c1", "plain.wav"),
        (b"filename*=iso-8859-1''f%FCr.wav", "für.wav"),
        (b'filename*0="a long "; filename*1="name.wav"', "a long name.wav"),
        (rb'filename="say \"hello\".wav"', 'say "hello".wav'),
        (b'filename="say %22hello%22.wav"', 'say "hello".wav'),
        (b'filename="a%0D%0Ab.wav"', "ab.wav"),
        (b'filename="100%25 done%20.wav"', "100%25 done%20.wav"),  # browsers escape no others
        (rb'filename="C:\new\talk.wav"', "talk.wav"),
        (rb'filename="C:\\new\\talk.wav"', "talk.wav"),
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="/"', "recording"),
        (b'filename=".."', "recording"),
        (b'filename=""', "recording"),
        (b'filename="a\x07\x1b[31mb.wav"', "a[31mb.wav"),
        ('filename="ge\u202evaw.exe.wav"'.encode(), "gevaw.exe.wav"),
        ('filename="zero\u200bwidth\ufeff.wav"'.encode(), "zerowidth.wav"),
        (b'filename="' + b"n" * 5000 + b'.wav"', "n" * 196 + ".wav"),
        (b"filename=my talk.wav", "my talk.wav"),
        ("filename=wörter.wav".encode(), "wörter.wav"),
        (b'filename="never closed.wav', "never closed.wav"),
        (b'filename="semi;colon=x.wav"', "semi;colon=x.wav"),
        (b'FileName="shouted.wav"', "shouted.wav"),
        ('filename="cafe\u0301.wav"'.encode(), "café.wav"),
    ],
)
def test_a_name_is_read_as_browsers_mean_it(program: Program, filename: bytes, stored: str) -> None:
    assert upload_named(program, b'Content-Disposition: form-data; name="file"; ' + filename).filename == stored


def test_a_title_in_latin_1_is_read_too(program: Program) -> None:
    title = b'--frontier\r\nContent-Disposition: form-data; name="title"\r\n\r\nF\xfcr M\xfcller\r\n'
    answer = program.post("/recordings", data=title + part(DISPOSITION), content_type=KIND)
    assert answer.json["title"] == "Für Müller"


WHOLE = form_body(("talk.wav", b"sound"), title="Talk")
MALFORMED: dict[str, tuple[str, bytes]] = {
    "no boundary is named": ("multipart/form-data", WHOLE),
    "an empty boundary": ("multipart/form-data; boundary=", WHOLE),
    "another boundary": ("multipart/form-data; boundary=other", WHOLE),
    "another boundary before much data": ("multipart/form-data; boundary=other", b"x" * 90_000),
    "a boundary beyond ASCII": ("multipart/form-data; boundary=gr\xfcn", WHOLE),
    "no last boundary": (KIND, WHOLE[: -len("--frontier--\r\n")]),
    "half a last boundary": (KIND, WHOLE[:-6]),
    "the end within the file": (KIND, WHOLE[:100]),
    "the end within a head": (KIND, WHOLE[:30]),
    "a part without a disposition": (KIND, part("X-Nothing: 1")),
    "a head without an end": (KIND, b"--frontier\r\n" + b"X" * 95_000),
    "too many parts": (KIND, form_body(**{f"field{number}": "" for number in range(101)})),
    "no form at all": (KIND, b"RIFF and some sound"),
}


@pytest.mark.parametrize(("kind", "body"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_form_is_no_missing_file(program: Program, data_dir: Path, kind: str, body: bytes) -> None:
    answer = program.post("/recordings", data=body, content_type=kind)
    assert answer.status_code == 400, answer.text
    error = answer.json["error"]
    assert error["code"] == "malformed_form"
    assert "form" in error["message"] or "boundary" in error["message"]
    assert "address" not in error["hint"]
    assert not stored_files(data_dir)


def test_the_page_says_that_a_form_is_malformed(browser: FlaskClient, data_dir: Path) -> None:
    answer = browser.post("/upload", data=WHOLE[:100], content_type=KIND)
    assert answer.status_code == 400
    assert "The form ends in the middle" in answer.text
    assert not stored_files(data_dir)


@pytest.mark.parametrize(
    ("kind", "body", "status", "code", "words"),
    [
        (KIND, part(DISPOSITION.replace('"file"', '"recording"')), 400, "no_file", "in the field 'recording'"),
        (KIND, part('Content-Disposition: form-data; name="file"'), 400, "no_file", "came as text"),
        (KIND, part(DISPOSITION.replace("talk.wav", ""), b""), 400, "no_file", "No file was sent"),
        (KIND, part(DISPOSITION, b""), 400, "no_file", "file is empty"),
        (KIND, b"--frontier--\r\n", 400, "no_file", "No file was sent"),
        (KIND, form_body(("one.wav", b"1"), ("two.wav", b"2")), 422, "invalid_request", "More than one file"),
        ("audio/wav", b"RIFF", 415, "unsupported_content_type", "multipart/form-data"),
        ("application/x-www-form-urlencoded", b"file=x", 415, "unsupported_content_type", "multipart/form-data"),
        ("multipart/mixed; boundary=frontier", WHOLE, 415, "unsupported_content_type", "multipart/form-data"),
        (None, b"RIFF", 415, "unsupported_content_type", "multipart/form-data"),
    ],
)
def test_each_mistake_has_its_own_words(
    program: Program, data_dir: Path, kind: str | None, body: bytes, status: int, code: str, words: str
) -> None:
    answer = program.post("/recordings", data=body, content_type=kind)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code), answer.text
    assert words in answer.json["error"]["message"] + answer.json["error"]["hint"]
    assert not stored_files(data_dir)


@pytest.mark.parametrize(
    "body",
    [
        b"a preamble that nobody reads\r\n" + part(DISPOSITION),
        part(DISPOSITION) + b"an epilogue",
        part(DISPOSITION).replace(b"\r\n", b"\n"),
        part(DISPOSITION + "\r\nContent-Type: audio/wav; charset=klingon"),
        part(DISPOSITION.replace("file", "file", 1) + "\r\nContent-Length: 99999"),
        part("content-disposition:form-data;name=file;filename=talk.wav"),
    ],
)
def test_what_is_unusual_but_clear_is_taken(program: Program, body: bytes) -> None:
    answer: Any = program.post("/recordings", data=body, content_type=KIND)
    assert answer.status_code == 201, answer.text
    found = queries.get(answer.json["id"])
    assert found is not None
    assert (found.filename, found.size_bytes) == ("talk.wav", 5)
