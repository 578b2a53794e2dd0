"""Which engine runs a job, and that results of one are never taken for another's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.engine_models import write_speakrs_model, write_tone_recognizer
from support.factories import make_user
from support.helpers import SAMPLES
from support.worker_jobs import codes, get, upload, work

import config
from core.database.tables import Status
from core.recordings import recaps
from core.speech_memory import MemoryBudget, needed_bytes
from core.speech_models import DEMO_FOLDER, choose_diarization, choose_whisper, list_models
from pipeline.engines.catalogue import FASTER_WHISPER, ONNX_ASR, SPEAKRS
from pipeline.errors import DiarizationMissing, ModelMissing
from webapp.cli.doctor_checks import CHECKS
from workers.engine_cache import EngineCache

pytestmark = pytest.mark.usefixtures("sqlite", "fresh_engines")
Settings = Callable[..., config.Settings]
PLENTY = MemoryBudget(on_gpu=False, free_bytes=None)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """MODELS_DIR with a model of each engine; those of the extra engines are complete by their names alone."""
    folder = tmp_path / "models"
    shutil.copytree(DEMO_FOLDER / "diarization-demo", folder / "community")
    shutil.copytree(DEMO_FOLDER / "whisper-demo-en", folder / "small")
    for name, entry in (("parakeet", ONNX_ASR), ("speakrs-models", SPEAKRS)):
        (folder / name).mkdir()
        for needed in entry.needs:
            (folder / name / needed.replace("*", "")).write_text("x")
    return folder


@pytest.fixture
def no_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no extra engine is installed."""
    monkeypatch.setattr("pipeline.engines.catalogue.find_spec", lambda name: None)


def diarizer_of(settings: config.Settings) -> str:
    return choose_diarization(settings, with_demo=False).model.engine.name


def test_the_setting_decides_who_tells_speakers_apart(models: Path, settings_of: Settings) -> None:
    assert diarizer_of(settings_of(MODELS_DIR=models)) == "pyannote"
    assert diarizer_of(settings_of(DIARIZATION_ENGINE="Speakrs")) == "speakrs"
    assert diarizer_of(settings_of(DIARIZATION_ENGINE="auto")) == "pyannote"
    shutil.rmtree(models / "community")
    assert diarizer_of(settings_of(DIARIZATION_ENGINE="auto")) == "speakrs"
    with pytest.raises(DiarizationMissing, match="the speaker model is not installed"):
        diarizer_of(settings_of(DIARIZATION_ENGINE="pyannote"))


def test_another_engine_is_no_setting(settings_of: Settings) -> None:
    with pytest.raises(config.SettingsError, match="DIARIZATION_ENGINE"):
        settings_of(DIARIZATION_ENGINE="nemo")


def test_a_model_that_was_named_must_be_of_the_engine(models: Path, settings_of: Settings) -> None:
    with pytest.raises(DiarizationMissing, match="is a model of speakrs") as caught:
        diarizer_of(settings_of(MODELS_DIR=models, DIARIZATION_MODEL="speakrs-models"))
    assert caught.value.hint.startswith("Set DIARIZATION_ENGINE to speakrs or auto")
    assert diarizer_of(settings_of(DIARIZATION_ENGINE="auto")) == "speakrs"


def test_what_is_missing_is_told_with_its_command(models: Path, settings_of: Settings) -> None:
    shutil.rmtree(models / "speakrs-models")
    settings = settings_of(MODELS_DIR=models, DIARIZATION_ENGINE="speakrs")
    for with_demo in (True, False):
        with pytest.raises(DiarizationMissing) as caught:
            choose_diarization(settings, with_demo)
        assert "flask models pull diarization --model speakrs" in caught.value.hint


@pytest.mark.usefixtures("no_extras")
def test_a_package_that_is_missing_is_told_with_its_requirements(models: Path, settings_of: Settings) -> None:
    with pytest.raises(DiarizationMissing, match="speakrs is not installed") as caught:
        diarizer_of(settings_of(MODELS_DIR=models, DIARIZATION_ENGINE="speakrs"))
    assert "requirements-speakrs.txt" in caught.value.hint
    assert diarizer_of(settings_of(DIARIZATION_ENGINE="auto")) == "pyannote"
    with pytest.raises(ModelMissing, match="parakeet needs onnx-asr") as told:
        choose_whisper(settings_of(WHISPER_MODEL="parakeet"), PLENTY)
    assert "requirements-onnx-asr.txt" in told.value.hint
    shutil.rmtree(models / "small")
    assert choose_whisper(settings_of(WHISPER_MODEL="auto"), PLENTY).model.is_demo


def test_parakeet_is_taken_where_it_is_named_or_where_there_is_no_whisper(models: Path, settings_of: Settings) -> None:
    assert choose_whisper(settings_of(MODELS_DIR=models), PLENTY).model.engine is FASTER_WHISPER
    assert choose_whisper(settings_of(WHISPER_MODEL="parakeet"), PLENTY).model.engine is ONNX_ASR
    shutil.rmtree(models / "small")
    assert choose_whisper(settings_of(WHISPER_MODEL="auto"), PLENTY).model.name == "parakeet"


def test_memory_is_counted_by_the_engine(settings_of: Settings) -> None:
    usual = settings_of(WHISPER_BATCH_SIZE=8)
    assert needed_bytes(2_440_000_000, usual, on_gpu=True, engine=ONNX_ASR) == 2_440_000_000 + 3_800_000_000
    light = settings_of(DIARIZATION_ENGINE="speakrs")
    assert needed_bytes(2_440_000_000, light, on_gpu=True, engine=ONNX_ASR) == 2_440_000_000 + 8 * 300_000_000
    assert needed_bytes(652_000_000, light, on_gpu=False, engine=ONNX_ASR) == pytest.approx(3.05e9, rel=0.01)


def test_every_model_has_an_engine_and_an_identity_of_its_own(models: Path, settings_of: Settings) -> None:
    assert {model.engine.name for model in list_models(models)} == {
        *("faster_whisper", "onnx_asr", "pyannote", "speakrs")
    }
    cache = EngineCache(settings_of(MODELS_DIR=models, GPU_AVAILABLE="false"))
    usual = cache.diarizer()[1]
    assert (usual.name, len(usual.identity)) == ("pyannote.audio 4.0.7, community", 64)
    other = EngineCache(settings_of(DIARIZATION_ENGINE="speakrs", WHISPER_MODEL="parakeet"))
    found, heard = other.diarizer()[1], other.recognizer()[1]
    assert found.name == "speakrs 0.7.0, speakrs-models"
    assert found.identity.startswith("speakrs ")
    assert found.settings == "float32 on cpu, speakers counted by itself"
    assert heard.name == "onnx-asr 0.12.0, parakeet"
    assert heard.identity.startswith("onnx_asr ")
    assert heard.settings == "greedy, batch 8, float32 on cpu; named in WHISPER_MODEL"


def test_doctor_names_the_engines_and_one_that_is_missing(settings_of: Settings) -> None:
    found = CHECKS["speech engines"](settings_of())
    assert (found.level, "speakrs 0.7.0" in found.state, "pyannote.audio 4" in found.state) == ("ok", True, True)


@pytest.mark.usefixtures("no_extras")
def test_doctor_says_how_a_missing_engine_is_installed(settings_of: Settings) -> None:
    found = CHECKS["speech engines"](settings_of(DIARIZATION_ENGINE="speakrs"))
    assert (found.level, "requirements-speakrs.txt" in str(found.fix)) == ("warning", True)


@pytest.mark.speech
def test_a_job_runs_with_both_extra_engines(tmp_path: Path, settings_of: Settings) -> None:
    write_tone_recognizer(tmp_path / "models" / "tones")
    write_speakrs_model(tmp_path / "models" / "speakrs-models")
    settings_of(MODELS_DIR=tmp_path / "models", WHISPER_MODEL="tones", DIARIZATION_ENGINE="speakrs")
    first = upload(make_user("ann"), SAMPLES / "ten-seconds.wav", num_speakers=2)
    work()
    recording = get(first)
    assert recording.job.status == Status.DONE
    assert "speakers_not_limited" in codes(recording)
    recap = recaps.load_recap(first)
    assert recap is not None
    names = {report.stage: report.engine for report in recap.stages}
    assert names["transcribe"] == "onnx-asr 0.12.0, tones"
    assert names["diarize"] == "speakrs 0.7.0, speakrs-models"
