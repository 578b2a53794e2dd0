"""Earlier versions of a recap, by page and by API, and a recap that is read while it is written again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program

from core.clock import utc_now
from core.database.tables import Recording, Status, User
from core.jobs import claims, transitions
from core.recordings import queries, recaps
from core.storage.store import file_store
from pipeline.errors import StageTimeout
from pipeline.recap import Notice

AT_WORK = {"step": "process", "queue": "gpu", "stage": "summarize", "progress": 0.4, "status": Status.RUNNING}


def written(owner: User, *wrote: tuple[str, str | None]) -> Recording:
    """A recording with a version for each template and model; None: from quotes."""
    recording = meetings.upload(owner, "Launch")
    recap = meetings.make_recap(recording)
    for number, (template, model) in enumerate(wrote, 1):
        engine = "ollama" if model else "extractive"
        first = replace(recap.summary.decisions[0], text=f"Decision of recap {number}.")
        summary = replace(recap.summary, template=template, model=model, engine=engine, decisions=(first,))
        recording = meetings.finish(recording, replace(recap, summary=summary))
    return recording


@pytest.fixture
def recording(alice: User) -> Recording:
    """A recording whose recap was written three times."""
    return written(alice, ("meeting", "qwen3:8b"), ("interview", "qwen3:8b"), ("meeting", None))


def address(recording: Recording, rest: str = "") -> str:
    return f"/recordings/{recording.id}{rest}"


def test_one_recap_has_no_versions_to_choose_from(browser: FlaskClient, alice: User) -> None:
    recording = meetings.finished(alice, "Launch")
    assert "Version 1" not in browser.get(address(recording)).text


def test_the_page_lists_the_versions_with_who_wrote_them(browser: FlaskClient, recording: Recording) -> None:
    page = browser.get(address(recording)).text
    assert "Version 3 of 3 · Meeting · from quotes · " in page
    assert "Interview · qwen3:8b · " in page
    assert f'href="{address(recording, "?version=2")}"' in page
    assert "Decision of recap 3." in page
    assert "earlier version" not in page.partition("<dialog")[0]
    assert "Download PDF" in page


def test_an_earlier_version_is_shown_with_a_bar_that_says_so(browser: FlaskClient, recording: Recording) -> None:
    page = browser.get(address(recording, "?version=2")).text
    assert "This is an earlier version" in page
    assert "Decision of recap 2." in page
    assert "Decision of recap 3." not in page
    assert "Use this version" in page
    assert "Back to the latest version" in page
    assert "Download PDF" not in page, "that is the PDF of another version"
    assert "Write again" not in page


def test_the_version_in_use_has_no_bar(browser: FlaskClient, recording: Recording) -> None:
    assert "Use this version" not in browser.get(address(recording, "?version=3")).text


@pytest.mark.parametrize(
    ("number", "status"), [("4", 404), ("0", 422), ("-1", 422), ("x", 422), ("99999999999", 422), ("", 422)]
)
def test_a_version_that_is_not_there_is_told(
    browser: FlaskClient, program: Program, recording: Recording, number: str, status: int
) -> None:
    assert browser.get(address(recording, f"?version={number}")).status_code == status
    answer = program.get(f"/recordings/{recording.id}/summary?version={number}")
    assert answer.status_code == status


def test_a_version_is_used_again_by_its_button(browser: FlaskClient, recording: Recording) -> None:
    answer = browser.post(address(recording, "/versions/1/use"))
    assert (answer.status_code, answer.location) == (303, address(recording))
    found = queries.get(recording.id)
    assert found is not None
    assert (found.job.status, found.job.step, found.job.queue) == (Status.QUEUED, "render", "cpu")
    page = browser.get(address(recording)).text
    assert "Making the PDF" in page
    assert "Decision of recap 3." in page, "what was shown stays until the PDF is there"
    assert browser.post(address(recording, "/versions/2/use")).status_code == 409


def test_once_used_it_is_the_current_one_and_later_ones_can_be_looked_at(
    browser: FlaskClient, program: Program, recording: Recording
) -> None:
    recaps.use_version(recording.id, 1, utc_now())
    held = claims.claim("cpu", "w", utc_now(), 60)
    assert held is not None
    transitions.note_result(held, "pdf", "ab" * 32)
    assert transitions.finish(held, utc_now())
    page = browser.get(address(recording)).text
    assert "Decision of recap 1." in page
    assert "Version 1 of 3" in page
    later = browser.get(address(recording, "?version=3")).text
    assert "This is a later version" in later
    assert "Back to the current version" in later
    shown = program.get(f"/recordings/{recording.id}").json
    assert shown["version"] == 1


def test_the_api_lists_versions_newest_first(program: Program, recording: Recording) -> None:
    items = program.get(f"/recordings/{recording.id}/versions").json["items"]
    assert [each["number"] for each in items] == [3, 2, 1]
    assert [each["current"] for each in items] == [True, False, False]
    assert set(items[0]) == {
        "number", "made_at", "template", "language", "engine", "model", "instructions", "current",
    }  # fmt: skip
    assert (items[0]["engine"], items[0]["model"]) == ("extractive", None)
    assert (items[1]["template"], items[1]["model"], items[1]["language"]) == ("interview", "qwen3:8b", "en")
    assert items[0]["made_at"].endswith("Z")


def test_a_recording_without_a_recap_has_no_versions(program: Program, alice: User) -> None:
    recording = meetings.upload(alice, "Waits")
    assert program.get(f"/recordings/{recording.id}/versions").json == {"items": []}
    assert program.get(f"/recordings/{recording.id}/summary?version=1").status_code == 404


def test_the_api_tells_each_version(program: Program, recording: Recording) -> None:
    def decision(query: str) -> Any:
        return program.get(f"/recordings/{recording.id}/summary{query}").json["decisions"][0]["text"]

    assert [decision(query) for query in ("", "?version=1", "?version=2", "?version=3")] == [
        f"Decision of recap {number}." for number in (3, 1, 2, 3)
    ]
    assert program.get(f"/recordings/{recording.id}/transcript?version=1").json["segments"]


def test_the_api_uses_a_version(program: Program, recording: Recording) -> None:
    answer = program.post(f"/recordings/{recording.id}/versions/2/use")
    assert (answer.status_code, answer.json["status"]) == (202, "queued")
    assert program.post(f"/recordings/{recording.id}/versions/2/use").status_code == 409
    assert program.post(f"/recordings/{recording.id}/versions/9/use").status_code == 404


@pytest.mark.parametrize("number", [0, 4, 2**31, 2**63, 10**40])
def test_a_number_that_no_version_has_is_not_used(
    browser: FlaskClient, program: Program, recording: Recording, number: int
) -> None:
    assert program.post(f"/recordings/{recording.id}/versions/{number}/use").status_code == 404
    assert browser.post(address(recording, f"/versions/{number}/use")).status_code == 404


def test_a_version_whose_file_is_lost_is_not_used(browser: FlaskClient, program: Program, recording: Recording) -> None:
    version = recaps.get_version(recording.id, 1)
    assert version is not None
    file_store().stage(version.key, ".json").unlink()
    assert program.post(f"/recordings/{recording.id}/versions/1/use").status_code == 409
    assert browser.get(address(recording, "?version=1")).status_code == 409
    assert browser.get(address(recording)).status_code == 200


# while it is written again


@pytest.mark.parametrize("stage", ["transcribe", "diarize", "summarize", "render"])
def test_the_recap_stays_readable_while_it_is_written_again(
    browser: FlaskClient, program: Program, recording: Recording, stage: str
) -> None:
    meetings.change(recording, job=AT_WORK | {"stage": stage})
    page = browser.get(address(recording)).text
    assert "Decision of recap 3." in page
    assert "Download PDF" in page
    assert "40 %" in page
    assert "Cancel" in page
    assert "Write again…" not in page
    for part in ("transcript", "summary", "exports/pdf"):
        assert program.get(f"/recordings/{recording.id}/{part}").status_code == 200
    state = browser.get(address(recording, "/live?heard=0")).json
    assert (state["finished"], state["turns"], state["heard"]) == (False, "", 0)
    assert "40 %" in state["progress"]


def test_what_waits_to_be_written_again_says_so(browser: FlaskClient, recording: Recording) -> None:
    assert browser.post(address(recording, "/again")).status_code == 303
    page = browser.get(address(recording)).text
    assert "The recap will be written again" in page
    assert "No worker is running" in page
    assert "Decision of recap 3." in page


def test_a_recap_that_could_not_be_written_again_leaves_the_old_one_and_says_why(
    browser: FlaskClient, recording: Recording
) -> None:
    meetings.change(recording, job=AT_WORK | {"status": Status.QUEUED})
    held = claims.claim("gpu", "w", utc_now(), 60)
    assert held is not None
    transitions.fail(held, StageTimeout(), utc_now())
    page = browser.get(address(recording)).text
    assert "The recap could not be written again" in page
    assert StageTimeout.default_message in page
    assert "Decision of recap 3." in page
    assert "Download PDF" in page
    assert browser.post(address(recording, "/versions/3/use")).status_code == 303, "Keep this recap"


def test_a_cancelled_rewrite_leaves_the_old_recap(browser: FlaskClient, recording: Recording) -> None:
    meetings.change(recording, job=AT_WORK)
    assert browser.post(address(recording, "/cancel")).status_code == 303
    page = browser.get(address(recording)).text
    assert "Writing the recap again was cancelled" in page
    assert "Keep this recap" in page
    assert "Try again" in page
    assert "Decision of recap 3." in page
    assert "PDF" in browser.get("/").text


def test_a_recap_from_quotes_says_why_and_how_to_mend_it(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Launch")
    recap = meetings.make_recap(recording, engine="extractive")
    reason = Notice("ollama_queue_full", "The summary was put together from quotes. Ollama had no room.", "Wait a bit.")
    meetings.finish(recording, replace(recap, warnings=(reason,)))
    page = browser.get(address(recording)).text
    assert "Ollama had no room." in page
    assert "Write the recap again</button>" in page
    browser.post(address(recording, "/again"))
    assert "Write the recap again</button>" not in browser.get(address(recording)).text, "it is being done"


def test_details_tell_what_was_asked_for(browser: FlaskClient, alice: User) -> None:
    recording = meetings.upload(alice, "Launch", template="interview", instructions="<b>The sums</b>")
    recap = meetings.make_recap(recording)
    meetings.finish(recording, replace(recap, summary=replace(recap.summary, template="interview")))
    page = browser.get(address(recording)).text
    assert '<dt>Template</dt><dd dir="auto">Interview</dd>' in page
    assert '<dt>Instructions</dt><dd dir="auto">&lt;b&gt;The sums&lt;/b&gt;</dd>' in page
