"""The line `model files` of `flask doctor`: whether the bytes of installed speech models are those of their lists."""

from __future__ import annotations

import config
from core import speech_models
from core.speech_models import SpeechModel
from model_store import catalogue
from model_store.checking import CheckedModel, check_model
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.formats import printable


def repair_of(model: SpeechModel, found: CheckedModel) -> str:
    """The command that repairs a damaged model."""
    if not found.repository:
        return "flask models import FILE --force"
    known = catalogue.find(model.name)
    if known and model.engine.extra:
        option = f" --model {known.name}"
    else:
        option = f" --model {found.repository}" if model.kind == "whisper" else ""
    return f"flask models pull {model.kind}{option}"


def check_model_files(settings: config.Settings) -> CheckResult:
    """Read all models in MODELS_DIR, a few seconds a gigabyte, and compare their sums."""
    models = speech_models.list_models(settings.models)
    try:
        found = [(model, check_model(model, lambda *_: None)) for model in models]
    except OSError as error:
        fix = f"Look after the disk and the rights of {settings.models}."
        return check_result.error("model files", f"cannot be read: {error.strerror}", fix)
    damaged = [(model, one) for model, one in found if one.outcome == "damaged"]
    if damaged:
        state = "; ".join(f"{printable(one.name)}: {printable(one.problems[0])}" for _, one in damaged)
        return check_result.error("model files", state, "; ".join(f"Run `{repair_of(*one)}`." for one in damaged))
    intact = sum(one.outcome == "intact" for _, one in found)
    unlisted = len(found) - intact
    states = [f"{intact} intact"] * bool(intact) + [f"{unlisted} copied by hand, without sums"] * bool(unlisted)
    return check_result.ok("model files", ", ".join(states) or f"none in {settings.models}")
