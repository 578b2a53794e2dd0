"""Every format of a recap: through the API, from its page and by `flask recap`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import docx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program

from core.database.tables import User
from core.recordings import library, queries
from pipeline.numbers.find import write_numbers
from pipeline.render.exports.catalogue import FORMATS
from webapp.recordings.exports import MINUTES


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_sent_under_a_safe_name(program: Program, alice: User, name: str) -> None:
    recording = meetings.finished(alice, 'A/B "x"\r\n会议')
    answer = program.get(f"/recordings/{recording.id}/exports/{name}")
    assert answer.status_code == 200
    assert answer.data
    assert answer.mimetype == FORMATS[name].media_type
    assert answer.headers["Content-Type"].count("charset") <= 1
    assert answer.headers["Cache-Control"] == "private, no-store"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment;")
    assert f"filename*=UTF-8''A%20B%20x%20%E4%BC%9A%E8%AE%AE.{name}" in named


def test_an_unknown_format_is_not_found_and_the_known_ones_are_told(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    answer = program.get(f"/recordings/{recording.id}/exports/exe")
    assert answer.status_code == 404
    assert answer.json["error"]["message"] == "There is no export 'exe'."
    assert answer.json["error"]["hint"] == f"The exports are: {', '.join((*FORMATS, *MINUTES))}."


@pytest.mark.parametrize("name", FORMATS)
def test_before_a_recording_is_done_no_format_is_there(program: Program, alice: User, name: str) -> None:
    recording = meetings.upload(alice, "Waits")
    answer = program.get(f"/recordings/{recording.id}/exports/{name}")
    assert answer.status_code == 409
    assert answer.json["error"]["message"] == f"The {name.upper()} is not available yet."
    assert answer.json["error"]["retryable"]


@pytest.mark.parametrize("name", FORMATS)
def test_nobody_gets_the_recap_of_another(
    stranger: Program, app: Flask, alice: User, browser: FlaskClient, name: str
) -> None:
    recording = meetings.finished(alice, "Launch")
    assert stranger.get(f"/recordings/{recording.id}/exports/{name}").status_code == 404
    assert browser.get(f"/recordings/{recording.id}/exports/{name}").status_code == 200
    assert app.test_client().get(f"/recordings/{recording.id}/exports/{name}").status_code == 302


def test_an_export_has_the_names_and_numbers_that_the_page_shows(program: Program, alice: User) -> None:
    recording = meetings.upload(alice, "Launch")
    recap = meetings.make_recap(recording)
    recording = meetings.finish(recording, replace(recap, transcript=write_numbers(recap.transcript)))
    speaker = recap.transcript.speakers[0].id
    assert program.put(f"/recordings/{recording.id}/speakers", json={speaker: "Zoë"}).status_code == 200
    for name in ("srt", "vtt", "txt", "md", "csv", "otr"):
        text = program.get(f"/recordings/{recording.id}/exports/{name}").text
        assert "Zoë" in text
        assert "40,000" in text


def test_speakers_who_were_merged_are_one(program: Program, alice: User) -> None:
    recording = meetings.finish_with_offers(alice, "Launch")
    offers = program.get(f"/recordings/{recording.id}/offers").json["items"]
    merge = next(each["id"] for each in offers if each["kind"] == "merge")
    before = program.get(f"/recordings/{recording.id}/exports/vtt").text
    program.put(f"/recordings/{recording.id}/offers/{merge}", json={"state": "accepted"})
    after = program.get(f"/recordings/{recording.id}/exports/vtt").text
    assert len(set(re.findall("<v (.*?)>", before))) == 3
    assert len(set(re.findall("<v (.*?)>", after))) == 2


def test_the_archive_is_sent_in_pieces_and_holds_every_format(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    answer = program.get(f"/recordings/{recording.id}/exports/zip", buffered=False)
    assert "Content-Length" not in answer.headers
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {f"Launch.{name}" for name in FORMATS if name != "zip"}
        assert archive.read("Launch.pdf") == meetings.PDF


def test_the_page_offers_every_format(browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    page = browser.get(f"/recordings/{recording.id}").text
    for name in FORMATS:
        assert f'href="/recordings/{recording.id}/exports/{name}"' in page


# The command


@pytest.fixture
def run_recap(app: Flask, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs `flask recap` on a file, whose recording is done as soon as it is followed."""

    def finish_at_once(recording_id: str) -> Any:
        recording = queries.get(recording_id)
        assert recording is not None
        pdf = None if recording.until else meetings.PDF
        return meetings.finish(recording, meetings.make_recap(recording), pdf=pdf)

    monkeypatch.setattr("webapp.cli.recap._follow", finish_at_once)
    sound = tmp_path / "talk.wav"
    sound.write_bytes(b"RIFF and some sound")

    def run(*arguments: str) -> Any:
        monkeypatch.chdir(tmp_path)
        return app.test_cli_runner().invoke(args=["recap", str(sound), *arguments])

    return run


@pytest.mark.parametrize("name", FORMATS)
def test_the_ending_chooses_the_format(run_recap: Callable[..., Any], tmp_path: Path, name: str) -> None:
    done = run_recap("-o", f"minutes.{name.upper()}", "--title", "Launch")
    assert done.exit_code == 0, done.output
    saved = (tmp_path / f"minutes.{name.upper()}").read_bytes()
    if name == "pdf":
        assert saved == meetings.PDF
    elif name == "docx":
        assert docx.Document(BytesIO(saved)).paragraphs[0].text == "Launch"
    elif name == "zip":
        assert ZipFile(BytesIO(saved)).testzip() is None
    else:
        assert ("Anna" if name == "rttm" else "Good morning") in saved.decode()


def test_without_a_name_the_recap_is_a_pdf(run_recap: Callable[..., Any], tmp_path: Path) -> None:
    assert run_recap().exit_code == 0
    assert (tmp_path / "talk.pdf").read_bytes() == meetings.PDF


@pytest.mark.parametrize(
    ("until", "key"), [("transcribe", "segments"), ("diarize", "segments"), ("summarize", "summary")]
)
def test_with_until_json_is_saved_as_ever(run_recap: Callable[..., Any], tmp_path: Path, until: str, key: str) -> None:
    assert run_recap("--until", until).exit_code == 0
    saved = json.loads((tmp_path / "talk.json").read_text())
    assert key in saved
    assert "format" not in saved


def test_with_until_other_formats_are_saved_too(run_recap: Callable[..., Any], tmp_path: Path) -> None:
    assert run_recap("--until", "diarize", "-o", "talk.srt").exit_code == 0
    assert "Good morning" in (tmp_path / "talk.srt").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["-o", "talk.exe"], ["'exe'", "docx"]), (["--until", "diarize", "-o", "talk.pdf"], ["no PDF with --until"])],
)
def test_a_format_that_cannot_be_is_refused_before_anything_is_queued(
    run_recap: Callable[..., Any], admin: User, arguments: list[str], words: list[str]
) -> None:
    result = run_recap(*arguments)
    assert result.exit_code == 1
    assert all(word in result.output for word in words)
    assert library.find_page(admin.id, library.View(), 9) == []
