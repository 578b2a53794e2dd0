"""What `flask doctor` checks besides Ollama, in order; here what makes a recap: decoder, models, fonts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import config
from core.models_in_use import find_models_in_use
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.cli.database_checks import check_database, check_migrations
from webapp.cli.engine_checks import check_engines
from webapp.cli.file_checks import check_backup, check_disk, check_files, check_permissions, check_store
from webapp.cli.gpu_checks import check_gpu
from webapp.cli.machine_checks import check_clock, check_memory, check_python
from webapp.cli.model_files_check import check_model_files
from webapp.cli.redis_checks import check_persistence, check_redis
from webapp.cli.site_checks import check_address, check_cookies, check_port
from webapp.cli.worker_checks import check_beat, check_workers

ALLOW_FILTERS = "In a container, let its profile allow the system call seccomp, as Docker's default one does."


def _check_decoder(_: config.Settings) -> CheckResult:
    from pipeline.decode.wall_check import Filter, try_walls

    walls = try_walls()
    if walls is None:
        state = "the process that reads recordings does not survive its own walls, so no recording is read"
        return check_result.error("decoder", state, f"Report this, with the output of `uname -a`. {ALLOW_FILTERS}")
    if walls.seccomp is Filter.REFUSED:
        state = "the system call filter is refused here, so no recording is read"
        return check_result.error("decoder", state, ALLOW_FILTERS)
    if walls.seccomp is Filter.MISSING:
        state = "there is no system call filter here: a damaged recording that breaks the decoder could do harm"
        fix = f"Run workers on Linux with CONFIG_SECCOMP_FILTER, on x86-64 or ARM64. {ALLOW_FILTERS}"
        return check_result.warning("decoder", state, fix)
    return check_result.ok("decoder", f"confined by seccomp{' and Landlock' if walls.landlock else ''}, tried just now")


def check_speech_models(settings: config.Settings) -> CheckResult:
    """Which speech models are used, and whether they are real ones."""
    found = find_models_in_use(settings)
    state = f"{found.whisper} ({found.why})" + (f", {found.diarization}" if found.diarization else "")
    if found.problem:
        return check_result.error("speech models", found.problem, found.hint)
    if found.is_demo:
        return check_result.warning("speech models", state, "Install real models with `flask models pull`.")
    return check_result.ok("speech models", state)


def _check_fonts(_: config.Settings) -> CheckResult:
    try:
        from pipeline.render.pdf.fonts import find_broken_fonts
        from pipeline.render.system_fonts import find_missing_packages
    except ImportError:
        return check_result.ok("fonts", "not needed by the web server: the CPU worker makes the PDFs")
    broken = find_broken_fonts()
    if broken:
        fix = "Install this version of RealRecap again: `git status` names files that are missing or changed."
        return check_result.error("fonts", f"cannot be loaded, so no PDF is made: {', '.join(broken)}", fix)
    missing = find_missing_packages()
    lacking = f"; without {' and '.join(missing)}, PDFs lack Chinese, Japanese or Korean letters" if missing else ""
    return check_result.ok("fonts", f"can be loaded{lacking}")


CHECKS: Mapping[str, Callable[[config.Settings], CheckResult]] = {
    "python": check_python,
    "memory": check_memory,
    "disk": check_disk,
    "files": check_files,
    "permissions": check_permissions,
    "store": check_store,
    "backup": check_backup,
    "database": check_database,
    "migrations": check_migrations,
    "redis": check_redis,
    "redis storage": check_persistence,
    "clock": check_clock,
    "workers": check_workers,
    "beat": check_beat,
    "gpu": check_gpu,
    "decoder": _check_decoder,
    "speech models": check_speech_models,
    "speech engines": check_engines,
    "model files": check_model_files,
    "fonts": _check_fonts,
    "port": check_port,
    "address": check_address,
    "cookies": check_cookies,
}
