"""Whole jobs with a stand-in for Ollama, run in the process of a test."""

from __future__ import annotations

import config
from core import ollama_circuit
from core.clock import utc_now
from core.database.tables import User
from core.jobs import transitions
from core.recordings import recaps
from pipeline.catalogue import Step
from pipeline.recap import Recap
from support.helpers import SAMPLES
from support.worker_jobs import get, work
from support.worker_jobs import upload as upload_file


def upload(owner: User, sample: str = "ten-seconds.wav") -> str:
    """The same sample each time: only the first job has to listen to it."""
    return upload_file(owner, SAMPLES / sample)


def recap_of(recording_id: str) -> Recap:
    found = recaps.load_recap(recording_id)
    assert found is not None
    return found


def notice_of(recording_id: str, code: str = "ollama_unreachable") -> str:
    """The message of a warning and its hint; "" without it."""
    return next((f"{one['message']} {one['hint']}" for one in get(recording_id).warnings if one["code"] == code), "")


def pdf_of(recording_id: str) -> bytes:
    path = recaps.result_path(recording_id, "pdf", ".pdf")
    assert path is not None
    return path.read_bytes()


def rewrite(recording_id: str) -> None:
    """What the button and the API do."""
    ollama_circuit.allow_trial(config.load().ollama_host)
    assert transitions.retry(recording_id, utc_now(), step=Step.SUMMARIZE)
    work()
