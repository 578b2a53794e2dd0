"""Downloads from a hub that redirects, breaks off, refuses and damages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from support.hub_server import COMMIT, HubModel, HubServer, sha256, whisper_files

import config
from core import speech_models
from model_store.catalogue import DIARIZATION, WHISPER_MODELS, KnownModel, find_whisper
from model_store.checking import check_model
from model_store.errors import (
    DownloadDamaged,
    HubUnreachable,
    InstallCancelled,
    InstallRunning,
    ModelGated,
    ModelUnknown,
)
from model_store.manifest import read_manifest
from model_store.placing import FolderProblem, collecting
from model_store.pulling import PullResult, pull
from pipeline.engines.catalogue import FASTER_WHISPER
from pipeline.errors import StorageFull

TURBO = WHISPER_MODELS[1]
TOKEN = "hf_a-secret-of-the-owner"
Settings = Callable[..., config.Settings]


def ignore(*_: object) -> None:
    """Nobody watches."""


def pull_now(model: KnownModel = TURBO, report: Callable[[str, int, int], None] = ignore) -> PullResult:
    return pull(model, config.load(), report)


def test_a_model_is_installed_with_its_files_and_their_sums(hub: HubServer, models: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    result = pull_now(report=lambda *told: seen.append(told))
    folder = models / "faster-whisper-large-v3-turbo"
    names = {path.name for path in folder.iterdir()}
    wanted = {"model.bin", "config.json", "tokenizer.json", "vocabulary.json", "README.md"}
    assert names == wanted | {"realrecap-model.json"}
    assert (folder / "model.bin").read_bytes() == hub.models[TURBO.repository].files["model.bin"]
    manifest = read_manifest(folder)
    assert manifest is not None
    assert (manifest.repository, manifest.revision) == (TURBO.repository, COMMIT)
    assert {entry.path: entry.sha256 for entry in manifest.files} == {
        name: sha256((folder / name).read_bytes()) for name in wanted
    }
    assert (result.outcome, result.fetched_bytes) == ("installed", manifest.size_bytes)
    downloads = [done for action, done, total in seen if action == "downloading" and total == manifest.size_bytes]
    assert downloads == sorted(downloads)
    assert downloads[-1] == manifest.size_bytes
    assert [model.name for model in speech_models.list_models(models)] == [folder.name]
    assert list((models / ".partial").glob("*/")) == []


def test_folders_within_a_model_are_kept(hub: HubServer, models: Path) -> None:
    pull_now(DIARIZATION)
    folder = models / "speaker-diarization-community-1"
    assert (folder / "segmentation" / "pytorch_model.bin").stat().st_size == 50_000
    assert speech_models.read_folder(folder).kind == "diarization"  # type: ignore[union-attr]


def test_what_is_installed_is_not_downloaded_again(hub: HubServer) -> None:
    pull_now()
    hub.asked.clear()
    assert pull_now().outcome == "unchanged"
    assert hub.downloads("model.bin") == []


def test_a_damaged_file_alone_is_downloaded_again(hub: HubServer, models: Path) -> None:
    folder = pull_now().folder
    with (folder / "tokenizer.json").open("r+b") as file:
        file.write(b"[2]")
    assert check_model(speech_models.read_folder(folder), ignore).problems == ("tokenizer.json has other bytes",)
    hub.asked.clear()
    assert pull_now().fetched_bytes == 1500
    assert hub.downloads("model.bin") == []
    assert check_model(speech_models.read_folder(folder), ignore).outcome == "intact"


def test_a_new_version_takes_the_place_of_the_old_one(hub: HubServer, models: Path) -> None:
    folder = pull_now().folder
    files = whisper_files(seed=9) | {"vocabulary.txt": b"a"}
    del files["vocabulary.json"]
    hub.models[TURBO.repository] = HubModel(files, commit="f" * 40)
    assert pull_now().revision == "f" * 40
    assert (folder / "model.bin").read_bytes() == files["model.bin"]
    assert not (folder / "vocabulary.json").exists()
    assert check_model(speech_models.read_folder(folder), ignore).outcome == "intact"


def test_a_broken_line_is_taken_up_where_it_broke(hub: HubServer) -> None:
    hub.break_after = [1_000_000, 0, 500_000]
    assert pull_now().outcome == "installed"
    assert [one.start for one in hub.downloads("model.bin")] == [0, 1_000_000, 1_000_000, 1_500_000]


def test_a_line_that_always_breaks_ends_the_download_and_keeps_what_came(hub: HubServer, models: Path) -> None:
    hub.break_after = [1_000_000] + [0] * 20
    with pytest.raises(HubUnreachable, match=r"broke|failed"):
        pull_now()
    assert speech_models.list_models(models) == []
    assert speech_models.list_unfinished(models)[0][0] == "faster-whisper-large-v3-turbo"
    hub.break_after.clear()
    hub.asked.clear()
    pull_now()
    assert [one.start for one in hub.downloads("model.bin")] == [1_000_000]


def test_a_server_without_ranges_sends_the_file_from_its_beginning(hub: HubServer) -> None:
    hub.break_after, hub.ranges = [1_000_000], False
    seen: list[int] = []
    assert pull_now(report=lambda action, done, total: seen.append(done)).outcome == "installed"


def test_a_cancelled_download_goes_on_at_the_byte_reached(hub: HubServer, models: Path) -> None:
    def cancel(action: str, done: int, total: int) -> None:
        if action == "downloading" and done > 1_000_000:
            raise InstallCancelled

    with pytest.raises(InstallCancelled):
        pull_now(report=cancel)
    (part,) = (models / ".partial" / TURBO.folder).glob("*.part")
    reached = part.stat().st_size
    assert reached > 900_000
    hub.asked.clear()
    pull_now()
    assert [one.start for one in hub.downloads("model.bin")] == [reached]


def test_bytes_other_than_announced_are_refused_and_fetched_anew(hub: HubServer, models: Path) -> None:
    hub.damage = True
    with pytest.raises(DownloadDamaged, match=r"model\.bin of faster-whisper-large-v3-turbo"):
        pull_now()
    assert speech_models.list_models(models) == []
    hub.damage = False
    hub.asked.clear()
    pull_now()
    assert [one.start for one in hub.downloads("model.bin")] == [0]


def test_a_gated_model_without_a_token_names_the_page_of_its_terms(hub: HubServer, models: Path) -> None:
    hub.models[DIARIZATION.repository].token = TOKEN
    with pytest.raises(ModelGated) as caught:
        pull_now(DIARIZATION)
    hint = caught.value.hint
    assert "https://huggingface.co/pyannote/speaker-diarization-community-1" in hint
    assert "https://huggingface.co/settings/tokens" in hint
    assert "HF_TOKEN" in hint
    assert ".env" in hint


def test_a_token_that_the_hub_refuses_is_told_apart_and_never_quoted(hub: HubServer, settings_of: Settings) -> None:
    hub.models[DIARIZATION.repository].token = "another"
    settings_of(HF_TOKEN=TOKEN)
    with pytest.raises(ModelGated) as caught:
        pull_now(DIARIZATION)
    assert "with this HF_TOKEN" in caught.value.message
    assert "Accept the terms at https://huggingface.co/pyannote" in caught.value.hint
    assert TOKEN not in caught.value.message + caught.value.hint


def test_the_token_opens_a_gated_model_and_is_shown_to_the_hub_alone(
    hub: HubServer, settings_of: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    hub.models[DIARIZATION.repository].token = TOKEN
    settings_of(HF_TOKEN=TOKEN)
    hub.break_after = [10_000]
    with caplog.at_level(logging.DEBUG):
        assert pull_now(DIARIZATION).outcome == "installed"
    assert {one.headers.get("authorization") for one in hub.asked if one.server == "hub"} == {f"Bearer {TOKEN}"}
    assert {one.headers.get("authorization") for one in hub.asked if one.server == "network"} == {None}
    assert TOKEN not in caplog.text
    assert "Signature" not in caplog.text


def test_without_hf_token_no_token_of_the_machine_is_sent(
    hub: HubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
    pull_now()
    assert {one.headers.get("authorization") for one in hub.asked} == {None}


def test_names_that_the_hub_does_not_know_are_said(hub: HubServer) -> None:
    with pytest.raises(ModelUnknown, match="no model Systran/none"):
        pull_now(KnownModel("Systran/none", FASTER_WHISPER, "Systran/none"))
    with pytest.raises(ModelUnknown, match="no such revision"):
        pull(TURBO, config.load(), ignore, revision="v9")
    hub.models["a/torch"] = HubModel({"config.json": b"{}", "pytorch_model.bin": b"x"})
    with pytest.raises(ModelUnknown, match=r"it lacks model\.bin"):
        pull_now(KnownModel("a/torch", FASTER_WHISPER, "a/torch"))


def test_a_hub_that_is_away_or_ill_is_said(hub: HubServer, settings_of: Settings) -> None:
    hub.status = 503
    with pytest.raises(HubUnreachable, match="status 503"):
        pull_now()
    settings_of(HF_ENDPOINT="http://127.0.0.1:1")
    with pytest.raises(HubUnreachable) as caught:
        pull_now()
    assert "flask models import" in caught.value.hint


@pytest.mark.parametrize("path", ["../x.bin", "/x.bin", "config.yaml/x.bin", ".ssh/x.bin"])
def test_a_file_of_the_hub_cannot_leave_the_folder(hub: HubServer, models: Path, path: str) -> None:
    hub.models[DIARIZATION.repository].files[path] = b"evil"
    with pytest.raises(ModelUnknown, match="cannot be stored"):
        pull_now(DIARIZATION)
    assert not models.exists()


def test_a_model_cannot_be_named_out_of_the_folder(hub: HubServer, models: Path) -> None:
    for repository in ("a/..", "a/.partial"):
        hub.models[repository] = HubModel(whisper_files())
        with pytest.raises((ModelUnknown, HubUnreachable)):
            pull_now(KnownModel(repository, "whisper", repository))
    assert not models.exists()


def test_a_sum_that_is_none_is_refused(hub: HubServer, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.hub_server.sha256", lambda data: "../" * 21)
    with pytest.raises(HubUnreachable, match="does not tell the sizes and sums"):
        pull_now()
    assert not models.exists()


def test_two_downloads_of_one_model_do_not_meet(hub: HubServer, models: Path) -> None:
    with collecting(models, TURBO.folder), pytest.raises(InstallRunning, match="another process"):
        pull_now()


def test_a_full_disk_and_a_closed_folder_are_said(
    hub: HubServer, models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings_of: Settings
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1_000_000}))
    with pytest.raises(StorageFull, match=r"need 0\.0 GB more"):
        pull_now()
    (tmp_path / "file").write_text("")
    settings_of(MODELS_DIR=tmp_path / "file" / "models")
    with pytest.raises(FolderProblem, match="Not a directory"):
        pull_now()


def test_a_model_copied_by_hand_is_completed_without_a_download(hub: HubServer, models: Path) -> None:
    folder = models / TURBO.folder
    folder.mkdir(parents=True)
    for name, data in hub.models[TURBO.repository].files.items():
        (folder / name).write_bytes(data)
    assert check_model(speech_models.read_folder(folder), ignore).outcome == "unlisted"
    assert pull_now().fetched_bytes == 0
    assert hub.downloads("model.bin") == []
    assert not (folder / "picture.png").exists()


def test_the_names_are_those_of_faster_whisper() -> None:
    from faster_whisper.utils import _MODELS

    assert {model.name: model.repository for model in WHISPER_MODELS}.items() <= _MODELS.items()
    assert find_whisper("faster-whisper-small") is find_whisper("small")
    assert find_whisper("huge") is None
