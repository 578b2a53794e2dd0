"""The upload form of the page, and the sample meeting."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.upload_bodies import Watched, form_body, post
from support.visitors import Program, log_in, stored_files, token_of

import config
from core.database.tables import User
from core.recordings import library, queries


def test_other_bodies_stay_small(browser: FlaskClient) -> None:
    answer = browser.post("/account/theme", data={"theme": "x" * 1_100_000})
    assert answer.status_code == 413


def test_a_plain_form_leads_to_the_recording(app: Flask, alice: User) -> None:
    browser = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    token = token_of(browser.get("/upload").text)
    form = {"csrf_token": token, "file": (io.BytesIO(b"sound"), "talk.wav"), "title": "Talk"}
    answer = browser.post("/upload", data=form)
    assert answer.status_code == 303
    assert "Talk" in browser.get(answer.headers["Location"]).text


def test_the_form_asks_whether_each_channel_is_a_person(app: Flask, alice: User) -> None:
    browser = log_in(app, alice)
    page = browser.get("/upload").text
    assert page.count('<option value="separate" >Each is a person</option>') == page.count('name="channels"') > 0
    answer = browser.post("/upload", data={"file": (io.BytesIO(b"sound"), "call.wav"), "channels": "separate"})
    found = queries.get(answer.headers["Location"].rsplit("/", 1)[-1])
    assert found is not None
    assert found.channels == "separate"


def test_a_script_gets_json(app: Flask, alice: User) -> None:
    browser = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    token = token_of(browser.get("/upload").text)
    headers = {"Accept": "application/json", "X-CSRFToken": token}
    answer = browser.post("/upload", data={"file": (io.BytesIO(b"sound"), "talk.wav")}, headers=headers)
    assert answer.status_code == 201
    assert answer.json["url"] == f"/recordings/{answer.json['id']}"
    refused = browser.post("/upload", data={"file": (io.BytesIO(b""), "talk.wav")}, headers=headers)
    assert refused.status_code == 400
    assert refused.json["error"]["code"] == "no_file"


def test_a_form_without_its_token_leaves_nothing_behind(app: Flask, alice: User, data_dir: Path) -> None:
    browser = log_in(app, alice)
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browser.post("/upload", data={"csrf_token": "made up", "file": (io.BytesIO(b"sound"), "talk.wav")})
    assert answer.status_code == 403
    assert not stored_files(data_dir)


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Origin": "https://evil.example"}],
)
def test_a_form_of_another_site_is_refused_before_it_is_read(
    browser: FlaskClient, data_dir: Path, writes: list[int], headers: dict[str, str]
) -> None:
    answer = post(browser, "/upload", Watched(form_body(("talk.wav", b"x" * 999))), **headers)
    assert answer.status_code == 403
    assert not writes
    assert not stored_files(data_dir)


def test_a_refused_plain_form_says_why_on_its_page(browser: FlaskClient) -> None:
    answer = browser.post("/upload", data={"file": (io.BytesIO(b""), "talk.wav")})
    assert answer.status_code == 400
    assert "This file is empty" in answer.text
    assert 'type="file"' in answer.text


def test_an_upload_succeeds_while_redis_is_away(program: Program) -> None:
    assert program.upload().json["status"] == "queued"


def test_the_sample_meeting_is_added_like_an_upload(browser: FlaskClient, alice: User, data_dir: Path) -> None:
    assert "Try the sample meeting" in browser.get("/").text
    answer = browser.post("/sample")
    assert answer.status_code == 303
    (found,) = library.find_page(alice.id, library.View(), 9)
    sample = config.ROOT / "audio_samples" / "launch-planning.mp3"
    assert found.sha256 == hashlib.sha256(sample.read_bytes()).hexdigest()
    assert [path.name for path in stored_files(data_dir)] == [found.id]
    assert "Try the sample meeting" not in browser.get("/").text


def test_the_limits_on_the_page_come_from_the_settings(
    browser: FlaskClient, change_settings: Callable[..., config.Settings]
) -> None:
    change_settings(MAX_UPLOAD_BYTES=3 * 1024**3, MAX_AUDIO_SECONDS=5400)
    page = browser.get("/upload").text
    assert "3 GB" in page
    assert "1 h 30 min" in page
