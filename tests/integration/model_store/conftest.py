"""A stand-in hub with a Whisper model, and MODELS_DIR on a fresh disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.hub_server import HubModel, HubServer, diarization_files, whisper_files

import config
from model_store import hub as client
from model_store.catalogue import DIARIZATION, WHISPER_MODELS

TURBO = WHISPER_MODELS[1]


@pytest.fixture
def hub(data_dir: Path, settings_of: Callable[..., config.Settings], monkeypatch: pytest.MonkeyPatch
        ) -> Iterator[HubServer]:  # fmt: skip
    """The hub; HF_ENDPOINT names it."""
    monkeypatch.setattr(client, "FIRST_WAIT_SECONDS", 0.0)
    # a diarizer that was loaded in this process before has set both
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    models = {
        TURBO.repository: HubModel(whisper_files()),
        "Systran/faster-whisper-small": HubModel(whisper_files(90_000)),
        DIARIZATION.repository: HubModel(diarization_files()),
    }
    with HubServer(models) as server:
        settings_of(HF_ENDPOINT=server.url, GPU_AVAILABLE="false")
        yield server


@pytest.fixture
def models(data_dir: Path) -> Path:
    """MODELS_DIR."""
    return data_dir / "models"
