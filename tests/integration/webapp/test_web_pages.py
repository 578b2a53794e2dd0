"""The pages in every state of a recording, and what people wrote or said in them as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from support import meetings

import config
from core import ollama_circuit
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Result, StageSpeed, Status, User, Worker
from core.jobs import claims, transitions
from core.recordings import queries
from core.storage.store import file_store
from pipeline.errors import NoAudio, WorkerLost
from pipeline.recap import Notice, Phrase, WindowText, to_json
from webapp import formats

PROCESS = {"step": "process", "queue": "gpu"}
NASTY = '<script>alert("x")</script><img src=x onerror=alert(1)>'


def at_work(owner: User, title: str = "Talk", progress: float = 0.43) -> Recording:
    """A recording that is being transcribed."""
    job = PROCESS | {"status": Status.RUNNING, "stage": "transcribe", "progress": progress, "duration": 100.0}
    return meetings.change(meetings.upload(owner, title), job=job, duration_seconds=100.0)


def hear(recording: Recording, *texts: str, after: int = 0) -> None:
    """Save the next texts that were heard, as the transcription does after a batch."""
    key = recording.id * 2
    with write() as session:
        session.merge(Result(recording_id=recording.id, kind="transcribe", key=key))
    phrases = [Phrase(10.0 * n, 10.0 * n + 9, text, -0.1, 0.0, 1.0, ()) for n, text in enumerate(texts, after)]
    windows = tuple(WindowText(n, (phrase,)) for n, phrase in enumerate(phrases, after))
    file_store().save_part(key, after, to_json(windows, tuple[WindowText, ...]))


def test_the_first_visit_offers_the_sample_meeting(browser: FlaskClient) -> None:
    page = browser.get("/").text
    assert "Drop a recording here" in page
    assert "Try the sample meeting" in page
    said = {turn["text"] for turn in meetings.truth("launch-planning")["turns"]}
    assert "I agree with Ben. A late launch is better than a bad launch." in said


def test_what_was_said_is_printed_as_text(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, NASTY)
    recap = meetings.make_recap(recording)
    first = replace(recap.transcript.segments[0], text=f"Hello {NASTY}", words=())
    speakers = tuple(replace(one, name=NASTY) for one in recap.transcript.speakers)
    transcript = replace(recap.transcript, segments=(first, *recap.transcript.segments[1:]), speakers=speakers)
    summary = replace(
        recap.summary,
        decisions=tuple(replace(point, text=NASTY) for point in recap.summary.decisions),
        action_items=tuple(replace(point, owner=NASTY, due=NASTY) for point in recap.summary.action_items),
    )
    source = replace(recap.source, filename=NASTY)
    warnings = (Notice("truncated", NASTY, NASTY),)
    recap = replace(recap, transcript=transcript, summary=summary, source=source, warnings=warnings)
    meetings.finish(recording, recap)
    waiting = meetings.upload(alice, NASTY)
    hear(waiting, NASTY)
    for path in (f"/recordings/{recording.id}", "/", f"/recordings/{waiting.id}", f"/recordings/{waiting.id}/delete"):
        page = browser.get(path).text
        assert "<script>alert" not in page, path
        assert "<img" not in page, path
        assert "&lt;script&gt;alert" in page


def test_a_waiting_recording_tells_its_place(browser: FlaskClient, alice: User) -> None:
    at_work(alice, "First")
    meetings.upload(alice, "Second", at=utc_now() - timedelta(minutes=2))
    third = meetings.upload(alice, "Third")
    page = browser.get("/").text
    assert "Next" in page
    assert "2nd in line" in page
    shown = browser.get(f"/recordings/{third.id}").text
    assert "2nd" in shown
    assert "No worker is running" in shown
    assert 'http-equiv="refresh"' in shown, "without scripts the page loads itself anew"


def test_a_running_recording_tells_its_stage_and_what_was_heard(browser: FlaskClient, alice: User) -> None:
    recording = at_work(alice)
    hear(recording, "Good morning", "everyone")
    page = browser.get(f"/recordings/{recording.id}").text
    assert "0:43 of 1:40 transcribed" in page
    assert "43 %" in page
    assert "Good morning" in page
    assert "everyone" in page
    assert "Identify speakers" in page
    assert "Cancel" in page
    assert "Download PDF" not in page
    assert "Transcribing" in browser.get("/").text


def test_the_page_at_work_follows_step_by_step(browser: FlaskClient, alice: User) -> None:
    recording = at_work(alice)
    hear(recording, "Good morning")
    first = browser.get(f"/recordings/{recording.id}/live?heard=0").json
    assert (first["finished"], first["announcement"], first["heard"]) == (False, "Transcribing", 1)
    assert "Good morning" in first["turns"]
    assert "43 %" in first["progress"]
    hear(recording, "everyone", after=1)
    second = browser.get(f"/recordings/{recording.id}/live?heard=1").json
    assert "everyone" in second["turns"]
    assert "Good morning" not in second["turns"]
    meetings.finish(recording, meetings.make_recap(recording))
    assert browser.get(f"/recordings/{recording.id}/live").json == {
        "finished": True,
        "announcement": "The recap is ready",
    }


def test_rows_at_work_follow_too(browser: FlaskClient, alice: User) -> None:
    recording = at_work(alice)
    answer = browser.get(f"/rows?id={recording.id}&id=unknown").json
    assert answer["live"] == [recording.id]
    assert list(answer["rows"]) == [recording.id]
    meetings.finish(recording, meetings.make_recap(recording))
    answer = browser.get(f"/rows?id={recording.id}").json
    assert answer["live"] == []
    assert "4 decisions, 6 action items" in answer["rows"][recording.id]


def test_time_left_comes_from_the_speed_of_this_machine(browser: FlaskClient, alice: User) -> None:
    recording = at_work(alice, progress=0.5)
    with write() as session:
        session.add(StageSpeed(stage="transcribe", model="m", ratio=2.0))
        session.add(StageSpeed(stage="diarize", model="m", ratio=1.4))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "About 4 min" in page
    assert "About 2 min" in page
    assert "about 4 min left" in browser.get("/").text


def test_a_failure_that_may_pass_offers_to_try_again(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    meetings.change(recording, job=PROCESS, duration_seconds=100.0)
    held = claims.claim("gpu", "worker", utc_now(), 60)
    assert held is not None
    transitions.enter_stage(held, "transcribe", utc_now())
    transitions.report_progress(held, 0.54, utc_now())
    hear(recording, "Good morning")
    transitions.fail(held, WorkerLost(), utc_now())
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Try again from 0:54" in page
    assert "worker_lost" in page
    assert "attempt 1" in page
    assert "Transcript up to 0:54" in page
    assert "Good morning" in page
    assert "Stopped here" in page
    assert 'http-equiv="refresh"' not in page
    assert browser.post(f"/recordings/{recording.id}/retry").status_code == 303
    found = queries.get(recording.id)
    assert found is not None
    assert found.job.status == Status.QUEUED


def test_a_failure_that_stays_does_not_offer_to_try_again(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Silent film")
    held = claims.claim("cpu", "worker", utc_now(), 60)
    assert held is not None
    transitions.fail(held, NoAudio(), utc_now())
    for path in ("/", f"/recordings/{recording.id}"):
        page = browser.get(path).text
        assert "This file has no sound" in page
        assert "Check that the recorder" in page
        assert "Try again" not in page


def test_a_cancelled_recording_can_be_tried_again(browser: FlaskClient, alice: User) -> None:
    recording = at_work(alice)
    assert browser.post(f"/recordings/{recording.id}/cancel").status_code == 303
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Cancelled by you" in page
    assert "Try again" in page
    assert "Cancelled by you while transcribing" in browser.get("/").text
    assert browser.post(f"/recordings/{recording.id}/cancel").status_code == 409


def test_deleting_asks_first_and_then_leaves_nothing(browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    asked = browser.get(f"/recordings/{recording.id}/delete").text
    assert "Delete “" in asked
    assert "cannot be undone" in asked
    assert browser.post(f"/recordings/{recording.id}/delete").headers["Location"] == "/"
    assert queries.get(recording.id) is None
    assert browser.get(f"/recordings/{recording.id}").status_code == 404


def test_the_library_is_grouped_by_day_and_shows_older_ones_on_demand(browser: FlaskClient, alice: User) -> None:
    now = utc_now()
    for n in range(35):
        meetings.upload(alice, f"Talk number {n}.", at=now - timedelta(days=n))
    first = browser.get("/").text
    assert "Today" in first
    assert "Yesterday" in first
    assert "Talk number 29." in first
    assert "Talk number 30." not in first
    older = first.split("Show older")[0].rsplit('href="', 1)[1].split('"')[0]
    second = browser.get(older.replace("&amp;", "&")).text
    assert "Talk number 30." in second
    assert "Talk number 34." in second
    assert "Show older" not in second


def test_demo_models_are_told_on_every_page(browser: FlaskClient, alice: User) -> None:
    assert "Demo models." not in browser.get("/").text
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", models={"demo": True}, seen_at=utc_now()))
    for path in ("/", "/upload", "/account", "/help/models"):
        page = browser.get(path).text
        assert "Demo models." in page
        assert "/help/models" in page


def test_the_folder_of_models_is_told_to_administrators_alone(app: Flask, browser: FlaskClient, admin: User) -> None:
    from support.visitors import log_in

    folder = str(config.load().models)
    assert folder not in browser.get("/help/models").text
    assert folder in log_in(app, admin).get("/help/models").text


def test_times_are_shown_in_the_zone_of_the_settings(
    browser: FlaskClient, alice: User, change_settings: Callable[..., config.Settings]
) -> None:
    from datetime import UTC, datetime

    change_settings(TIMEZONE="Europe/Amsterdam")
    recording = meetings.finished(alice, "Launch", at=datetime(2026, 4, 21, 22, 5, tzinfo=UTC))
    assert "Wed 22 April 2026, 00:05" in browser.get(f"/recordings/{recording.id}").text


def test_a_three_hour_transcript_is_shown_to_its_end(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Long")
    recap = meetings.make_recap(recording)
    segments = recap.transcript.segments
    many = tuple(
        replace(segments[n % len(segments)], id=f"g{n + 1}", start=n * 3.0, end=n * 3.0 + 2.5) for n in range(3600)
    )
    length = 3600 * 3.0
    transcript = replace(recap.transcript, segments=many, duration_seconds=length)
    meetings.finish(recording, replace(recap, transcript=transcript))
    page = browser.get(f"/recordings/{recording.id}")
    assert page.status_code == 200
    assert 'aria-label="Ben, 2:59:54"' in page.text


def test_a_resting_ollama_is_told_beside_the_button_that_asks_it_at_once(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    notice = Notice(
        "ollama_unreachable", "The summary was put together from quotes, because Ollama was away.", "Start."
    )
    meetings.finish(recording, replace(meetings.make_recap(recording, engine="extractive"), warnings=(notice,)))
    host = config.load().ollama_host
    for _ in range(4):
        ollama_circuit.note_failure(host, "away", utc_now())
    assert "is not called" not in browser.get(f"/recordings/{recording.id}").text
    until = ollama_circuit.note_failure(host, "away", utc_now())
    page = browser.get(f"/recordings/{recording.id}").text
    assert f"Ollama failed 5 times in a row and is not called until {formats.hour(until)}." in page
    assert "Write the recap again" in page
