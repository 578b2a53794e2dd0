"""The API as docs/api.md and its readers know it: names, types, states, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from support import meetings
from support.api_shapes import POINT, RECORDING, has_shape
from support.visitors import Program

from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Status, User, Worker
from core.jobs import claims, speeds, transitions
from core.recordings import queries
from core.storage.store import file_store
from pipeline.errors import NoAudio
from pipeline.recap import Notice


def test_an_upload_answers_with_the_recording_and_its_address(program: Program) -> None:
    answer = program.upload(title="Talk", language="en")
    assert answer.status_code == 201
    assert has_shape(answer.json, RECORDING | {"duplicate_of": (str, type(None))})
    assert answer.json["status"] == "queued"
    assert answer.json["queue_position"] == 0
    assert answer.headers["Location"] == f"/api/v1/recordings/{answer.json['id']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", answer.json["created_at"])


def test_a_finished_recording_tells_all(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    shown = program.get(f"/recordings/{recording.id}").json
    assert has_shape(shown, RECORDING)
    assert (shown["status"], shown["stage"], shown["progress"]) == ("done", None, 1.0)
    assert shown["queue_position"] is None
    assert shown["eta_seconds"] is None
    assert shown["error"] is None
    assert shown["language"] == "en"
    assert shown["duration_seconds"] > 200
    has_shape(
        shown["coverage"],
        {
            "audio_seconds": float,
            "speech_seconds": float,
            "transcribed_seconds": float,
            "summarized_seconds": float,
            "failed_windows": list,
        },
    )


def test_a_failed_recording_says_why(program: Program, alice: User) -> None:
    recording = meetings.upload(alice, "Silent film")
    held = claims.claim("cpu", "worker", utc_now(), 60)
    assert held is not None
    transitions.fail(held, NoAudio(), utc_now())
    shown = program.get(f"/recordings/{recording.id}").json
    assert shown["status"] == "failed"
    assert shown["error"] == {
        "code": "no_audio",
        "message": NoAudio.default_message,
        "hint": NoAudio.default_hint,
        "retryable": False,
    }


def test_warnings_are_told(program: Program, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    recap = replace(meetings.make_recap(recording), warnings=(Notice("no_speech", "Nobody speaks.", "Speak up."),))
    meetings.finish(recording, recap)
    shown = program.get(f"/recordings/{recording.id}").json
    assert shown["warnings"] == [{"code": "no_speech", "message": "Nobody speaks.", "hint": "Speak up."}]


def test_the_place_in_line_counts_the_jobs_ahead(program: Program, alice: User, charlie: User) -> None:
    first = meetings.upload(alice, "First", at=utc_now() - timedelta(minutes=2))
    meetings.change(first, job={"step": "process", "queue": "gpu", "status": Status.RUNNING, "stage": "transcribe"})
    meetings.upload(charlie, "Second", at=utc_now() - timedelta(minutes=1))
    third = meetings.upload(alice, "Third")
    shown = [program.get(f"/recordings/{each.id}").json for each in (first, third)]
    assert [each["queue_position"] for each in shown] == [None, 2]


def test_the_time_left_counts_the_wait_too(program: Program, alice: User) -> None:
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", seen_at=utc_now()))
    speeds.note_speed("transcribe", "m", 10, 100)
    running = meetings.upload(alice, "First", at=utc_now() - timedelta(minutes=1))
    process = {"step": "process", "queue": "gpu", "duration": 1000.0}
    at_work = {"status": Status.RUNNING, "stage": "transcribe", "progress": 0.5}
    meetings.change(running, job=process | at_work, duration_seconds=1000.0)
    waiting = meetings.upload(alice, "Second")
    meetings.change(waiting, job=process, duration_seconds=1000.0)
    left = [program.get(f"/recordings/{each.id}").json["eta_seconds"] for each in (running, waiting)]
    assert left == [pytest.approx(50), pytest.approx(150)]


def test_the_transcript_has_its_shape(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    found = program.get(f"/recordings/{recording.id}/transcript").json
    kinds = {"language": str, "language_probability": float, "duration_seconds": float, "speakers": list}
    has_shape(found, kinds | {"segments": list, "turns": list})
    assert [one["name"] for one in found["speakers"]] == ["Anna", "Ben", "Carol"]
    has_shape(found["speakers"][0], {"id": str, "name": str, "seconds": float})
    segment = found["segments"][0]
    assert set(segment) == {
        "id", "start", "end", "speaker", "text", "avg_logprob", "no_speech_prob", "words", "spellings", "language",
            "speaker_source", "speaker_confidence", "numbers",
    }  # fmt: skip
    assert set(segment["words"][0]) == {"start", "end", "text", "probability", "speaker"}
    assert {each["speaker"] for each in found["segments"]} <= {one["id"] for one in found["speakers"]}


def test_the_summary_has_its_shape(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    found = program.get(f"/recordings/{recording.id}/summary").json
    parts = ("overview", "topics", "decisions", "action_items", "questions", "quotes")
    assert set(found) == {"title", *parts, "engine", "model", "template", "language"}
    assert set(found["decisions"][0]) == set(POINT)
    assert set(found["topics"][0]) == {*POINT, "title"}
    assert set(found["action_items"][0]) == {*POINT, "owner", "due", "owner_by", "due_by", "due_day"}
    speakers = program.get(f"/recordings/{recording.id}/transcript").json["speakers"]
    assert not {each["owner"] for each in found["action_items"]} & {speaker["id"] for speaker in speakers}
    segments = {each["id"] for each in program.get(f"/recordings/{recording.id}/transcript").json["segments"]}
    for part in parts:
        for point in found[part]:
            assert point["segments"]
            assert set(point["segments"]) <= segments


def test_the_pdf_is_sent_under_a_safe_name(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, 'A/B "x"\r\n会议')
    answer = program.get(f"/recordings/{recording.id}/exports/pdf")
    assert answer.status_code == 200
    assert answer.data == meetings.PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    named = answer.headers["Content-Disposition"]
    assert named.startswith("attachment;")
    assert "filename*=UTF-8''A%20B%20x%20%E4%BC%9A%E8%AE%AE.pdf" in named
    assert "/" not in named.split("filename*")[0]
    assert "\n" not in named


def test_the_pdf_is_sent_with_the_parts_that_are_asked_for(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    titles = {}
    for parts in ("recap", "recap,transcript", "provenance"):
        answer = program.get(f"/recordings/{recording.id}/exports/pdf?parts={parts}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        outline = PdfReader(BytesIO(answer.data)).outline
        titles[parts] = {str(entry.title) for entry in outline if not isinstance(entry, list)}
    assert all("Decisions" in names for names in titles.values())
    assert [parts for parts, names in titles.items() if "Transcript" in names] == ["recap,transcript"]
    assert [parts for parts, names in titles.items() if "Coverage and provenance" in names] == ["provenance"]
    whole = program.get(f"/recordings/{recording.id}/exports/pdf?parts=recap,transcript,provenance")
    assert whole.data == meetings.PDF


def test_a_part_that_the_pdf_does_not_have_is_an_invalid_value(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    answer = program.get(f"/recordings/{recording.id}/exports/pdf?parts=recap,secrets")
    assert answer.status_code == 422
    assert "recap, transcript, provenance" in answer.json["error"]["hint"]


def test_an_unknown_export_is_not_found(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    assert program.get(f"/recordings/{recording.id}/exports/exe").status_code == 404


@pytest.mark.parametrize("part", ["transcript", "summary", "exports/pdf"])
def test_a_result_that_is_not_there_yet_is_a_conflict(program: Program, alice: User, part: str) -> None:
    recording = meetings.upload(alice, "Waits")
    answer = program.get(f"/recordings/{recording.id}/{part}")
    assert answer.status_code == 409
    assert answer.json["error"]["code"] == "conflict"
    assert answer.json["error"]["retryable"]


def test_work_can_be_cancelled_and_tried_again(program: Program, alice: User) -> None:
    recording = meetings.upload(alice, "Talk")
    cancelled = program.post(f"/recordings/{recording.id}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (202, "cancelled")
    assert program.post(f"/recordings/{recording.id}/cancel").status_code == 409
    again = program.post(f"/recordings/{recording.id}/retry")
    assert (again.status_code, again.json["status"]) == (202, "queued")
    assert program.post(f"/recordings/{recording.id}/retry").status_code == 409


def test_the_recap_can_be_written_again_once_the_job_is_over(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    answer = program.post(f"/recordings/{recording.id}/summarize")
    assert (answer.status_code, answer.json["status"]) == (202, "queued")
    found = queries.get(recording.id)
    assert found is not None
    assert (found.job.step, found.job.queue) == ("summarize", "gpu")
    assert program.post(f"/recordings/{recording.id}/summarize").status_code == 409


def test_deleted_is_gone(program: Program, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    assert program.delete(f"/recordings/{recording.id}").status_code == 204
    assert program.get(f"/recordings/{recording.id}").status_code == 404
    assert not file_store().recording(recording.id).exists()
    assert not list(file_store().stages_folder.glob("*/*"))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/recordings/unknown", 404, "not_found"),
        ("get", "/nothing", 404, "not_found"),
        ("put", "/recordings", 405, "method_not_allowed"),
        ("post", "/recordings", 400, "no_file"),
    ],
)
def test_every_error_is_json_of_one_shape(program: Program, method: str, path: str, status: int, code: str) -> None:
    answer = getattr(program, method)(path, headers={"X-Request-ID": "mine"})
    assert answer.status_code == status
    error = answer.json["error"]
    assert list(error) == ["code", "message", "hint", "retryable", "request_id"]
    assert error["code"].startswith(code)
    assert error["message"]
    assert error["hint"]
    assert error["request_id"] == "mine" == answer.headers["X-Request-ID"]


def test_a_session_is_no_key(browser: Any) -> None:
    assert browser.get("/api/v1/recordings").status_code == 401


def test_too_many_calls_are_told_when_to_come_back(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.api.routes.CALLS", "3 per day")
    assert [program.get("/recordings").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get("/recordings")
    assert refused.json["error"]["code"] == "rate_limited"
    assert refused.json["error"]["retryable"]
    assert 0 < int(refused.headers["Retry-After"]) <= 86402


def test_health_names_what_is_missing(app: Flask, settings_of: Callable[..., Any]) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["status"] == "degraded"
    assert ready.json["degraded"] == ["redis", "worker_gpu", "worker_cpu", "models"]
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", models={"demo": False}, seen_at=utc_now()))
        session.add(Worker(id="old", queues="cpu", device="cpu", seen_at=utc_now() - timedelta(minutes=5)))
    assert client.get("/readyz").json["degraded"] == ["redis", "worker_cpu"]
