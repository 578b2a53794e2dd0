"""A recap written anew by the real chain and the demo models, with a stand-in for Ollama: what is computed anew."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from support.factories import make_user
from support.helpers import SAMPLES
from support.listening import forbid_speech_engines
from support.ollama_server import Body, Model, OllamaServer, Reply, prompt_of, says
from support.worker_jobs import get, work

import config
from core import recap_versions
from core.clock import utc_now
from core.database.sessions import read
from core.database.tables import Recording, Result, Status, UsedResult
from core.jobs import transitions
from core.recordings import recap_templates, recaps
from core.recordings.options import RecapOptions, UploadOptions
from core.retention import deletion
from core.storage.store import file_store
from core.uploads import intake
from core.uploads.intake import ArrivedFile
from pipeline.catalogue import Step
from workers import step_runner

pytestmark = pytest.mark.speech
SAMPLE = SAMPLES / "ten-seconds.wav"


SENTENCE = {
    "English": "This is {kind} on the login page and the price list, by {model}.",
    "Dutch": "Dit gaat over de pagina om in te loggen, die wordt uitgesteld, en over de prijslijst.",
}


def reads(body: Body) -> Reply:
    """A model that says which template it was given, and proves it by the first line."""
    system, user = (each["content"] for each in body["messages"][:2])
    kind, language = re.search(r"the recap of ([^.:]+)", system), re.search(r"Write in (\w+)", system)
    ids = re.findall(r"^\[(s\d+)", user, re.MULTILINE)
    assert kind
    assert language
    assert ids
    text = SENTENCE[language[1]].format(kind=kind[1], model=body["model"].split(":")[0])
    return says({"points": [{"lines": ids[:2], "kind": "fact", "text": text}], "title": "Stand-up"})


@pytest.fixture
def language_models(sqlite: str, settings_of: Callable[..., config.Settings]) -> Iterator[OllamaServer]:
    """Two models that answer."""
    with OllamaServer(Model("amber"), Model("birch")) as server:
        server.script = reads
        settings_of(OLLAMA_HOST=server.host, OLLAMA_MODEL="amber")
        step_runner.engines.cache_clear()
        yield server
    step_runner.engines.cache_clear()


@pytest.fixture
def recording(language_models: OllamaServer) -> Recording:
    """A recording with its first recap, as a meeting by amber."""
    path = file_store().new_incoming()
    shutil.copy(SAMPLE, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    upload = ArrivedFile(path, SAMPLE.name, path.stat().st_size, digest)
    added = intake.take_in(make_user("ann"), upload, UploadOptions(), utc_now())
    assert work() == 4
    return get(added.id)


def results(recording: Recording) -> dict[str, str]:
    with read() as session:
        rows = session.scalars(select(Result).where(Result.recording_id == recording.id)).all()
        return {row.kind: row.key for row in rows}


def stage_files() -> dict[str, tuple[int, str]]:
    """Every file of every stage with what tells whether it was touched: its inode and its content."""
    paths = [path for path in file_store().stages_folder.glob("*/*") if path.is_file()]
    return {path.name: (path.stat().st_ino, hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths}


def rewrite(recording: Recording, **choices: str) -> int:
    assert recaps.rewrite(recording.id, RecapOptions(**choices), utc_now())
    return work()


@pytest.fixture
def nothing_heard_again(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing may be decoded, transcribed or diarized."""
    forbid_speech_engines(monkeypatch)


@pytest.mark.usefixtures("nothing_heard_again")
@pytest.mark.parametrize(
    ("choices", "says_now"),
    [
        ({"template": "interview"}, "This is an interview on the login page and the price list, by amber."),
        ({"model": "birch"}, "This is a meeting on the login page and the price list, by birch."),
        ({"summary_language": "nl"}, SENTENCE["Dutch"]),
        (
            {"instructions": "The prices."},
            "This is a meeting on the login page and the price list, by amber.",
        ),
    ],
)
def test_only_summary_recap_and_pdf_are_made_anew(
    recording: Recording, language_models: OllamaServer, choices: dict[str, str], says_now: str
) -> None:
    before, files = results(recording), stage_files()
    asked = len(language_models.chats)
    assert rewrite(recording, **choices) == 2
    after, files_after = results(recording), stage_files()
    assert {kind for kind in after if after[kind] != before[kind]} == {"summary", "recap", "pdf"}
    assert {name: files_after[name] for name in files} == files, "what was there is untouched"
    new = {f"{after['summary']}.json", f"{after['recap']}.json", f"{after['pdf']}.pdf"}
    assert set(files_after) - set(files) == new
    assert len(language_models.chats) > asked
    assert get(recording.id).job.status == Status.DONE
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert recap.summary.overview[0].text == says_now
    assert recap.summary.template == choices.get("template", "meeting")
    assert recap.summary.language == choices.get("summary_language", "en")


def test_the_earlier_recap_can_be_read_and_used_again(recording: Recording) -> None:
    first = recaps.load_recap(recording.id)
    rewrite(recording, template="interview")
    assert [(each.number, each.template) for each in recap_versions.list_versions(recording.id)] == [
        (2, "interview"),
        (1, "meeting"),
    ]
    assert recaps.load_recap(recording.id, 1) == first
    assert recaps.use_version(recording.id, 1, utc_now())
    assert get(recording.id).job.step == Step.RENDER
    assert work() == 1
    assert recaps.load_recap(recording.id) == first
    assert recaps.pdf_path(recording.id) is not None


def test_going_back_to_an_earlier_choice_computes_nothing(recording: Recording, language_models: OllamaServer) -> None:
    rewrite(recording, template="interview")
    asked, files = len(language_models.chats), stage_files()
    rewrite(recording)
    assert (len(language_models.chats), stage_files()) == (asked, files)
    assert get(recording.id).version == 1


def test_the_words_of_an_added_template_and_of_the_user_reach_the_model(
    recording: Recording, language_models: OllamaServer
) -> None:
    admin = make_user("admin")
    name = recap_templates.add("Site visit", "Name each defect with its place.", admin, utc_now()).name
    recaps.rewrite(recording.id, RecapOptions(template=name, instructions="Leave out the weather."), utc_now())
    recap_templates.change(name, "Site visit", "Name each defect, its place and its age.")
    recap_templates.remove(name, utc_now())
    work()
    prompt = prompt_of(language_models.chats[-1])
    assert "Name each defect, its place and its age." in prompt, "the text of the moment when the job starts"
    assert "Leave out the weather." in prompt
    recap = recaps.load_recap(recording.id)
    assert recap is not None
    assert recap.summary.template == name


def test_with_ollama_away_the_recap_says_so_and_is_written_again_once_it_is_back(
    settings_of: Callable[..., config.Settings], recording: Recording, language_models: OllamaServer
) -> None:
    settings_of(OLLAMA_HOST="http://127.0.0.1:9")
    step_runner.engines.cache_clear()
    rewrite(recording, template="lecture")
    away = get(recording.id)
    assert [each["code"] for each in away.warnings if each["code"].startswith("ollama_")]
    shown = recaps.load_recap(recording.id)
    assert shown is not None
    assert shown.summary.engine == "extractive"
    settings_of(OLLAMA_HOST=language_models.host)
    step_runner.engines.cache_clear()
    assert transitions.retry(recording.id, utc_now(), step=Step.SUMMARIZE)
    work()
    back = get(recording.id)
    assert not [each["code"] for each in back.warnings if each["code"].startswith("ollama_")]
    assert [each.engine for each in recap_versions.list_versions(recording.id)] == ["ollama", "extractive", "ollama"]


def test_with_a_recording_go_the_files_that_others_took_the_place_of(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recap_versions, "MAX_VERSIONS", 2)
    for template in ("council", "interview", "lecture"):
        assert recaps.rewrite(recording.id, RecapOptions(template=template), utc_now())
        work()
    assert [version.number for version in recap_versions.list_versions(recording.id)] == [4, 3]
    tomorrow = utc_now().timestamp() + 86400
    assert len(file_store().stage_keys(tomorrow)) > 12  # four summaries, recaps and PDFs, and the rest
    deletion.remove_recording(recording.id)
    assert file_store().stage_keys(tomorrow) == set()
    with read() as session:
        assert session.scalars(select(UsedResult)).all() == []


def test_a_sweep_leaves_no_trace_of_the_files_it_removes(recording: Recording) -> None:
    recaps.rewrite(recording.id, RecapOptions(template="council"), utc_now())
    work()
    with read() as session:
        before = set(session.scalars(select(UsedResult.key)))
    assert deletion.sweep_files(utc_now(), -1) > 0
    with read() as session:
        left = set(session.scalars(select(UsedResult.key)))
    assert left < before
    assert left == file_store().stage_keys(utc_now().timestamp() + 60)
