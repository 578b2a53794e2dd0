"""The page of a finished recording."""

from __future__ import annotations

from dataclasses import replace

from flask.testing import FlaskClient
from support import meetings

from core.database.tables import User
from core.storage.store import file_store
from pipeline.recap import FailedWindow, Notice


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


def test_sounds_without_words_are_no_failure_and_all_languages_are_named(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Council")
    recap = meetings.make_recap(recording, "council")
    coverage = replace(recap.coverage, failed_windows=(FailedWindow(112.0, 123.0, "no_speech"),))
    first, *others = recap.transcript.segments
    segments = (replace(first, language="nl"), *(replace(segment, language="en") for segment in others))
    transcript = replace(recap.transcript, segments=segments)
    meetings.finish(recording, replace(recap, coverage=coverage, transcript=transcript))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Covers the whole recording" in page
    assert "1:52 to 2:03: sounds, no words." in page
    assert "could not be transcribed" not in page
    assert "English, Dutch" in page
    assert "Covers" not in browser.get("/").text


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
    missing = Notice("diarization_missing", "The speakers were not identified. The transcript is complete.", "Install.")
    meetings.finish(recording, replace(recap, transcript=transcript, warnings=(missing,)))
    page = browser.get(f"/recordings/{recording.id}").text
    assert "Add speakers" in page
    assert "Good morning Ben." in page
    assert "Unknown" not in page
    assert "The speakers were not identified" in browser.get("/").text


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


def test_the_words_as_said_are_one_click_away_from_a_quote_without_hesitations(
    browser: FlaskClient, alice: User
) -> None:
    recording = meetings.upload(alice, "Council")
    recap = meetings.make_recap(recording, "council", engine="extractive")
    first, *others = recap.summary.decisions
    said = replace(first, said=f"Um, {first.text.lower()}")
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, decisions=(said, *others))))
    page = browser.get(f"/recordings/{recording.id}").text
    assert page.count("As said</summary>") == 1
    assert f"Um, {first.text.lower()}" in page
