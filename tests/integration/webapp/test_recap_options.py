"""What can be chosen for a recap: at the upload, by the form and by the API, and for a recap that is written again."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from support import meetings
from support.visitors import Program

from core.accounts import users
from core.clock import utc_now
from core.database.sessions import write
from core.database.tables import Recording, Status, User, Worker
from core.jobs import transitions
from core.recordings import library, options, queries, recap_templates, recaps
from core.recordings.options import RecapOptions
from webapp.cli import recap

CHOSEN = {
    "template": "lecture",
    "summary_language": "nl",
    "model": "qwen3:8b",
    "instructions": "The sums.",
    "vocabulary": "Kowalski\nreal recap -> RealRecap",
}
LONG = "会" * 2000
WRONG = [
    ({"template": "poem"}, "template"),
    ({"summary_language": "xx"}, "summary_language"),
    ({"model": "qwen3 8b; rm"}, "model"),
    ({"instructions": "x" * 2001}, "instructions"),
    ({"template": "custom"}, "instructions"),
    ({"vocabulary": "Kowalski\na -> b -> c"}, "Line 2 of the vocabulary"),
]


def only(alice: User) -> Recording:
    (found,) = library.find_page(alice.id, library.View(), 9)
    return found


def choices_of(recording_id: str) -> RecapOptions:
    found = queries.get(recording_id)
    assert found is not None
    return options.recap_options_of(found)


def tus_metadata(**fields: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items())


# at the upload


def test_a_recording_begins_with_the_vocabulary_of_the_account(program: Program, alice: User) -> None:
    users.set_vocabulary(alice.id, "Kowalski\nGrafana")
    assert program.upload().json["choices"]["vocabulary"] == "Kowalski\nGrafana"
    assert program.upload(vocabulary="Anna\r\n\r\nAnna").json["choices"]["vocabulary"] == "Anna"
    assert program.upload(vocabulary="").json["choices"]["vocabulary"] is None


def test_the_account_page_keeps_a_vocabulary_or_says_which_line_is_wrong(browser: FlaskClient, alice: User) -> None:
    wrong = browser.post("/account/vocabulary", data={"vocabulary": "Kowalski\n<b> -> -> c"})
    assert wrong.status_code == 422
    assert "Line 2 of the vocabulary has more than one arrow." in wrong.text
    assert "&lt;b&gt; -&gt; -&gt; c</textarea>" in wrong.text, "what was typed stays"
    assert browser.post("/account/vocabulary", data={"vocabulary": " Kowalski \n"}).status_code == 302
    assert "Kowalski</textarea>" in browser.get("/account").text
    upload = browser.get("/upload").text
    assert upload.count("Kowalski</textarea>") == 2, "the plain form and the one with scripts"


def test_a_form_with_a_vocabulary_that_cannot_be_read_shows_it_again(browser: FlaskClient) -> None:
    answer = browser.post("/upload", data={"file": (io.BytesIO(b"sound"), "talk.wav"), "vocabulary": "->"})
    assert answer.status_code == 422
    page = answer.text.partition('class="with-scripts"')[0]
    assert "Line 1 of the vocabulary" in page
    assert "-&gt;</textarea>" in page
    assert '<details class="more" open>' in page


def test_a_program_chooses_and_reads_what_it_chose(program: Program) -> None:
    answer = program.upload(**CHOSEN)
    assert answer.status_code == 201
    assert answer.json["choices"] == CHOSEN
    assert answer.json["version"] is None
    assert choices_of(answer.json["id"]) == RecapOptions(**CHOSEN)


@pytest.mark.parametrize("unsaid", ["", "auto", "default", " "])
def test_nothing_chosen_is_the_default(program: Program, unsaid: str) -> None:
    answer = program.upload(template=unsaid, summary_language=unsaid, model=unsaid)
    assert set(answer.json["choices"].values()) == {None}


@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_what_does_not_fit_is_refused_by_name_and_nothing_is_kept(
    program: Program, alice: User, fields: dict[str, str], named: str
) -> None:
    answer = program.upload(**fields)
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "invalid_request"
    assert named in answer.json["error"]["message"]
    assert library.find_page(alice.id, library.View(), 9) == []


def test_instructions_of_two_thousand_signs_of_any_script_are_taken(program: Program) -> None:
    answer = program.upload(instructions=LONG)
    assert answer.json["choices"]["instructions"] == LONG


def test_control_characters_in_instructions_go_and_lines_stay(program: Program) -> None:
    answer = program.upload(instructions=" One\r\ntwo\x07\u202ethree\n")
    assert answer.json["choices"]["instructions"] == "One\ntwo  three"


def test_a_plain_form_chooses_too(browser: FlaskClient, alice: User) -> None:
    answer = browser.post("/upload", data={"file": (io.BytesIO(b"sound"), "talk.wav"), **CHOSEN})
    assert answer.status_code == 303
    assert options.recap_options_of(only(alice)) == RecapOptions(**CHOSEN)


def test_a_plain_form_that_is_refused_keeps_what_was_typed(browser: FlaskClient) -> None:
    fields = {"title": "Kept", "language": "nl", "template": "custom", "summary_language": "de", "model": "qwen3:8b"}
    answer = browser.post("/upload", data={"file": (io.BytesIO(b"sound"), "talk.wav"), **fields})
    assert answer.status_code == 422
    page = answer.text.partition('class="with-scripts"')[0]
    assert 'value="Kept"' in page
    assert 'value="qwen3:8b"' in page
    assert '<option value="nl" selected>' in page
    assert '<option value="de" selected>' in page
    assert '<details class="more" open>' in page
    assert 'id="choice-error"' in page


def test_a_resumable_upload_chooses_at_its_start_or_on_the_way(browser: FlaskClient, alice: User) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Sec-Fetch-Site": "same-origin"}
    begun = browser.post(
        "/files/", headers=headers | {"Upload-Length": "5", "Upload-Metadata": tus_metadata(filename="a.wav", **CHOSEN)}
    )
    assert begun.status_code == 201, begun.text
    changed = browser.put(f"{begun.location}/options", headers=headers, data=CHOSEN | {"instructions": LONG})
    assert changed.status_code == 204
    body = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert browser.patch(begun.location, headers=headers | body, data=b"sound").status_code == 204
    assert options.recap_options_of(only(alice)) == RecapOptions(**CHOSEN | {"instructions": LONG})


@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_a_resumable_upload_is_refused_before_a_byte_is_sent(
    browser: FlaskClient, fields: dict[str, str], named: str
) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Sec-Fetch-Site": "same-origin", "Upload-Length": "5"}
    answer = browser.post("/files/", headers=headers | {"Upload-Metadata": tus_metadata(filename="a.wav", **fields)})
    assert answer.status_code == 422
    assert named in answer.json["error"]["message"]


def test_the_upload_page_offers_templates_and_the_models_of_the_workers(browser: FlaskClient, admin: User) -> None:
    recap_templates.add("Site visit", "Name each <b>defect</b>.", admin, utc_now())
    page = browser.get("/upload").text
    assert ">Site visit</option>" in page
    assert "Name each &lt;b&gt;defect" in page
    assert '<input name="model"' in page, "nothing is known of models: a field to type"
    told = {"models": ["qwen3:8b", "llama3.1:8b"], "default": "llama3.1:8b"}
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", models={"ollama": told}, seen_at=utc_now()))
    page = browser.get("/upload").text
    assert '<input name="model"' not in page
    assert "Default, llama3.1:8b" in page
    assert '<option value="qwen3:8b" >qwen3:8b</option>' in page


@pytest.mark.parametrize("told", [None, {}, {"models": []}, {"models": [1, None]}, {"default": "x"}])
def test_a_worker_that_knows_no_models_leaves_a_field_to_type(browser: FlaskClient, told: object) -> None:
    with write() as session:
        session.add(Worker(id="gpu-1", queues="gpu", device="cpu", models={"ollama": told}, seen_at=utc_now()))
    assert '<input name="model"' in browser.get("/upload").text


# written again


@pytest.fixture
def recording(alice: User) -> Recording:
    """A recording with its recap, for which something was chosen."""
    made = meetings.upload(alice, "Launch", **CHOSEN)
    return meetings.finish(made, meetings.make_recap(made))


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ({}, {}),
        ({"template": "interview"}, {"template": "interview"}),
        ({"template": None, "instructions": None}, {"template": None, "instructions": None}),
        ({"model": "llama3.1:8b", "summary_language": "de"}, {"model": "llama3.1:8b", "summary_language": "de"}),
        (dict.fromkeys(CHOSEN), dict.fromkeys(CHOSEN)),
    ],
)
def test_a_program_changes_what_it_names_and_null_is_the_default(
    program: Program, recording: Recording, body: dict[str, str | None], changed: dict[str, str | None]
) -> None:
    answer = program.post(f"/recordings/{recording.id}/summarize", json=body)
    assert answer.status_code == 202
    assert (answer.json["status"], answer.json["choices"]) == ("queued", CHOSEN | changed)
    found = queries.get(recording.id)
    assert found is not None
    assert (found.job.step, found.job.queue) == ("summarize", "gpu")


def test_without_a_body_everything_stays_as_it_was(program: Program, recording: Recording) -> None:
    answer = program.post(f"/recordings/{recording.id}/summarize")
    assert (answer.status_code, answer.json["choices"]) == (202, CHOSEN)


def test_json_is_read_whatever_the_client_calls_it(program: Program, recording: Recording) -> None:
    answer = program.post(
        f"/recordings/{recording.id}/summarize",
        data='{"template": "council"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json["choices"]["template"]) == (202, "council")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"meeting"',
        b'{"template": 5}',
        b'{"language": "nl"}',
        b'{"template": ["meeting"]}',
        b"\xff\xfe{",
        b"[" * 100_000,
    ],
)
def test_a_body_that_does_not_fit_changes_nothing(program: Program, recording: Recording, body: bytes) -> None:
    answer = program.post(f"/recordings/{recording.id}/summarize", data=body)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "invalid_request")
    found = queries.get(recording.id)
    assert found is not None
    assert found.job.status == Status.DONE
    assert choices_of(recording.id) == RecapOptions(**CHOSEN)


@pytest.mark.parametrize(("fields", "named"), WRONG)
def test_a_wrong_value_is_named(program: Program, recording: Recording, fields: dict[str, str], named: str) -> None:
    body = {"instructions": None} | fields
    answer = program.post(f"/recordings/{recording.id}/summarize", json=body)
    assert answer.status_code == 422
    assert named in answer.json["error"]["message"]


def test_a_custom_prompt_goes_on_with_the_words_of_before(program: Program, recording: Recording) -> None:
    answer = program.post(f"/recordings/{recording.id}/summarize", json={"template": "custom"})
    assert answer.json["choices"] == CHOSEN | {"template": "custom"}


def test_while_a_job_is_not_over_nothing_is_changed(program: Program, recording: Recording) -> None:
    assert transitions.retry(recording.id, utc_now())
    answer = program.post(f"/recordings/{recording.id}/summarize", json={"template": "interview"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")
    assert choices_of(recording.id).template == "lecture"


def test_the_page_that_asks_how_shows_what_is_chosen_now(browser: FlaskClient, recording: Recording) -> None:
    for path in (f"/recordings/{recording.id}/rewrite", f"/recordings/{recording.id}"):
        page = browser.get(path).text
        assert '<option value="lecture"' in page, path
        assert "The sums.</textarea>" in page, path
        assert "real recap -&gt; RealRecap</textarea>" in page, path
        selected = page.partition('value="lecture"')[2].partition(">")[0]
        assert "selected" in selected
        assert 'value="qwen3:8b"' in page


def test_the_form_of_the_page_writes_again(browser: FlaskClient, recording: Recording) -> None:
    answer = browser.post(f"/recordings/{recording.id}/rewrite", data={"template": "council", "instructions": ""})
    assert (answer.status_code, answer.location) == (303, f"/recordings/{recording.id}")
    kept = RecapOptions(template="council", vocabulary=CHOSEN["vocabulary"])
    assert choices_of(recording.id) == kept, "an empty field is the default, and a vocabulary not sent stays"
    assert browser.post(f"/recordings/{recording.id}/rewrite", data={}).status_code == 409


def test_a_form_that_is_refused_keeps_what_was_typed_and_tells_where(
    browser: FlaskClient, recording: Recording
) -> None:
    given = {"template": "interview", "model": "a b", "instructions": "<script>alert(1)</script>"}
    answer = browser.post(f"/recordings/{recording.id}/rewrite", data=given)
    assert answer.status_code == 422
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert 'id="choice-error"' in answer.text
    assert 'aria-describedby="choice-error"' in answer.text
    assert "selected" in answer.text.partition('value="interview"')[2].partition(">")[0]
    assert choices_of(recording.id) == RecapOptions(**CHOSEN)


def test_a_template_that_was_deleted_can_be_kept_but_not_chosen_anew(
    browser: FlaskClient, program: Program, recording: Recording, alice: User, admin: User
) -> None:
    name = recap_templates.add("Site visit", "Name each defect.", admin, utc_now()).name
    assert recaps.rewrite(recording.id, RecapOptions(template=name), utc_now())
    meetings.change(recording, job={"status": Status.DONE})
    recap_templates.remove(name, utc_now())
    assert "Site visit" in browser.get(f"/recordings/{recording.id}/rewrite").text
    assert browser.post(f"/recordings/{recording.id}/rewrite", data={"template": name}).status_code == 303
    other = meetings.finished(alice, "Other")
    assert program.post(f"/recordings/{other.id}/summarize", json={"template": name}).status_code == 422
    assert "Site visit" not in browser.get("/upload").text


def test_forms_carry_their_token(app: Flask, browser: FlaskClient, recording: Recording) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser.post(f"/recordings/{recording.id}/rewrite", data={"template": "council"}).status_code == 403
    assert choices_of(recording.id) == RecapOptions(**CHOSEN)


# on the command line


def recap_command(app: Flask, folder: Path, vocabulary: bytes | None, *options: str) -> Result:
    """What `flask recap` says of a recording; whoever runs it stops waiting at once."""
    sound, names = folder / "talk.wav", folder / "names.txt"
    sound.write_bytes(b"sound")
    if vocabulary is not None:
        names.write_bytes(vocabulary)
    arguments = ["recap", str(sound), "-o", str(folder / "recap.pdf"), "--vocabulary", str(names), *options]
    return app.test_cli_runner().invoke(args=arguments)


def stop_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(recording_id: str) -> Recording:
        raise KeyboardInterrupt

    monkeypatch.setattr(recap, "_follow", interrupt)


@pytest.mark.parametrize(("channels", "kept"), [("auto", None), ("mix", "mix"), ("separate", "separate")])
def test_a_command_takes_a_choice_of_channels(
    app: Flask, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: str, kept: str | None
) -> None:
    stop_waiting(monkeypatch)
    assert recap_command(app, tmp_path, b"Zoe", "--channels", channels).exit_code == 130
    assert only(admin).channels == kept


def test_a_command_takes_a_file_of_names(
    app: Flask, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_waiting(monkeypatch)
    result = recap_command(app, tmp_path, "\ufeffZoë\r\n\r\nreal recap -> RealRecap\r\n".encode())
    assert result.exit_code == 130
    assert only(admin).vocabulary == "Zoë\nreal recap -> RealRecap"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (b"Anna\n->", "Line 2 of the vocabulary"),
        (b"Zo\xeb", "is not text in UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_of_names_that_cannot_be_read_is_told_before_anything_is_kept(
    app: Flask, admin: User, tmp_path: Path, names: bytes | None, told: str
) -> None:
    result = recap_command(app, tmp_path, names)
    assert result.exit_code != 0
    assert told in result.output
    assert library.find_page(admin.id, library.View(), 9) == []
