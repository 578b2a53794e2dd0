"""The pages in every state of a recording, and what people wrote or said in them as text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
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
from pipeline.reading.words import TextRun
from pipeline.recap import FailedWindow, Notice, Phrase, WindowText, to_json
from webapp import formats
from webapp.recordings import document, speaker_badges

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


def test_a_finished_recording_shows_the_recap_and_who_said_what(browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    page = browser.get(f"/recordings/{recording.id}").text
    for text in ("Covers the whole recording", "Overview", "Decisions", "Action items", "Open questions", "Topics"):
        assert text in page
    assert "Carol, by Wednesday" in page
    assert "Summary by qwen3:8b" in page
    assert 'class="speaker-badge s3"' in page
    assert 'class="doubt"' in page
    assert browser.get(f"/recordings/{recording.id}/pdf").data == meetings.PDF


def test_every_point_leads_to_a_turn_that_is_there(browser: FlaskClient, alice: User) -> None:
    import re

    recording = meetings.finished(alice, "Council", "council")
    page = browser.get(f"/recordings/{recording.id}").text
    links = re.findall(r'href="#(t=[\d.]+)" data-jump', page)
    turns = re.findall(r'<article[^>]+id="(t=[\d.]+)"', page)
    assert len(links) > 8
    assert set(links) <= set(turns)
    assert len(turns) == len(set(turns))


def test_what_is_missing_is_said_and_drawn(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Council")
    recap = meetings.make_recap(recording, "council", engine="extractive")
    coverage = replace(recap.coverage, failed_windows=(FailedWindow(112.0, 123.0, "compression"),))
    ollama = Notice("ollama_unreachable", "Put together from quotes.", "Start Ollama.")
    meetings.finish(recording, replace(recap, coverage=coverage, warnings=(ollama,)))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Covers 2:31 of 2:42" in page
    assert "11 s failed" in page
    assert 'class="failed"' in page
    assert "1:52 to 2:03 could not be transcribed." in page
    assert "Write the recap again" in page
    assert "Summary from quotes" in page
    assert "Covers 2:31 of 2:42" in browser.get("/").text
    assert browser.post(f"/recordings/{recording.id}/again").status_code == 303


def test_what_only_the_transcript_has_is_told_apart_from_what_was_not_transcribed(
    browser: FlaskClient, alice: User
) -> None:
    recording = meetings.upload(alice, "Council")
    recap = meetings.make_recap(recording, "council")
    coverage = replace(recap.coverage, failed_windows=(FailedWindow(112.0, 123.0, "not_summarized"),))
    meetings.finish(recording, replace(recap, coverage=coverage))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "The summary covers 2:31 of 2:42" in page
    assert "11 s in the transcript only" in page
    assert "1:52 to 2:03 is not in the summary; the transcript has it." in page
    assert 'class="left-out"' in page
    assert 'class="failed"' not in page
    assert "could not be transcribed" not in page
    assert "Summary covers 2:31 of 2:42" in browser.get("/").text


def test_without_speakers_the_transcript_is_whole_and_they_can_be_added(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Stand-up")
    recap = meetings.make_recap(recording, "standup")
    segments = tuple(replace(segment, speaker=None) for segment in recap.transcript.segments)
    transcript = replace(recap.transcript, speakers=(), segments=segments)
    missing = Notice("diarization_missing", "The speakers were not told apart. The transcript is complete.", "Install.")
    meetings.finish(recording, replace(recap, transcript=transcript, warnings=(missing,)))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Add speakers" in page
    assert "Good morning Ben." in page
    assert "Unknown" not in page
    assert "The speakers were not told apart" in browser.get("/").text


def test_a_silent_recording_says_that_nobody_speaks(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Silence")
    recap = meetings.make_recap(recording)
    summary = replace(recap.summary, overview=(), topics=(), decisions=(), action_items=(), questions=(), quotes=())
    transcript = replace(recap.transcript, segments=(), speakers=())
    coverage = replace(recap.coverage, speech_seconds=0.0, transcribed_seconds=0.0, summarized_seconds=0.0)
    meetings.finish(recording, replace(recap, summary=summary, transcript=transcript, coverage=coverage))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Nobody speaks in this recording." in page
    assert "There is nothing to summarise." in page


def test_a_recap_that_is_gone_from_the_disk_is_told(browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    for path in file_store().stages_folder.glob("*/*"):
        path.unlink()
    answer = browser.get(f"/recordings/{recording.id}")
    assert answer.status_code == 409
    assert "The file of this recap is missing" in answer.text
    assert browser.get(f"/recordings/{recording.id}/pdf").status_code == 409


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


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        (["Anna", "Ben", "Carol"], ["A", "B", "C"]),
        (["Anna", "Arie", "Ben"], ["An", "Ar", "B"]),
        (["Speaker 1", "Speaker 2", "Ben"], ["1", "2", "B"]),
        (["Anna", "Anna"], ["A1", "A2"]),
        (["", "???", "", "安娜"], ["?1", "??", "?3", "安"]),
    ],
)
def test_letters_of_speakers_are_unique(names: list[str], letters: list[str]) -> None:
    assert speaker_badges.choose_letters(names) == letters


def test_the_ninth_speaker_has_a_hollow_tile() -> None:
    made = speaker_badges.make_badges([f"Speaker {n}" for n in range(1, 21)])
    assert [tile.style for tile in made[7:10]] == ["s8", "s1 hollow", "s2 hollow"]
    assert len({tile.letter for tile in made}) == 20


def test_doubtful_words_are_marked_and_no_letter_is_lost(alice: User) -> None:
    for name in ("council", "launch-planning", "crosstalk"):
        recap = meetings.make_recap(meetings.upload(alice, name), name)
        runs = [run for turn in document.Document(recap).turns for run in (*turn.runs, TextRun(" ", False))]
        segments = recap.transcript.segments
        assert "".join(run.text for run in runs) == "".join(segment.text + " " for segment in segments)
        doubted = " ".join(run.text for run in runs if run.is_doubtful).split()
        assert len(doubted) == sum(word.probability < 0.45 for segment in segments for word in segment.words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "5 s"), (43, "45 s"), (57, "1 min"), (340, "6 min"), (3600, "1 h"), (4800, "1 h 20 min")],
)
def test_spans_are_told_roughly(seconds: float, words: str) -> None:
    assert formats.span(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (63.9, "1:03"), (3765, "1:02:45"), (90000, "25:00:00")])
def test_clocks_read_minutes_and_seconds(seconds: float, words: str) -> None:
    assert formats.clock(seconds) == words


def test_ordinals() -> None:
    assert [formats.ordinal(n) for n in (1, 2, 3, 4, 11, 22)] == ["1st", "2nd", "3rd", "4th", "11th", "22nd"]


def test_a_three_hour_transcript_is_shown_in_time(browser: FlaskClient, alice: User) -> None:
    import time

    recording = meetings.upload(alice, "Long")
    recap = meetings.make_recap(recording)
    segments = recap.transcript.segments
    many = tuple(
        replace(segments[n % len(segments)], id=f"g{n + 1}", start=n * 3.0, end=n * 3.0 + 2.5) for n in range(3600)
    )
    length = 3600 * 3.0
    transcript = replace(recap.transcript, segments=many, duration_seconds=length)
    meetings.finish(recording, replace(recap, transcript=transcript))
    started = time.monotonic()
    page = browser.get(f"/recordings/{recording.id}")
    assert page.status_code == 200
    assert time.monotonic() - started < 3


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
