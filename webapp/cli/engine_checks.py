"""The line `speech engines` of `flask doctor`."""

from __future__ import annotations

from contextlib import suppress
from importlib.metadata import PackageNotFoundError

import config
from pipeline.engines.catalogue import ENGINES, SPEAKRS
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult


def check_engines(settings: config.Settings) -> CheckResult:
    """Which speech engines are installed on this machine; loads none of them."""
    found = []
    for engine in ENGINES:
        with suppress(PackageNotFoundError):
            found.append(f"{engine.package} {engine.version}")
    if not found:
        return check_result.ok("speech engines", "none here: this machine can serve the site, but not the queue gpu")
    if settings.diarization_engine == "speakrs" and not SPEAKRS.is_installed:
        state = f"{', '.join(found)}; DIARIZATION_ENGINE asks for speakrs, which is missing here"
        return check_result.warning("speech engines", state, SPEAKRS.hint)
    return check_result.ok("speech engines", ", ".join(found))
