"""What `flask doctor` checks of the GPU: that what is there can be used, and who else uses it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

import config
from core import gpu, gpu_check, worker_register
from core.clock import utc_now
from core.gpu import Gpu, GpuProcess
from core.worker_register import LiveWorker
from webapp.cli import check_result
from webapp.cli.check_result import CheckResult
from webapp.formats import printable, size

#: Programs whose memory on the GPU is counted on: Ollama's server and runner.
EXPECTED = ("ollama", "llama-server")
#: More than this part of the memory in the hands of others is worth a warning.
TOO_MUCH = 0.25


def check_gpu(settings: config.Settings) -> CheckResult:
    """Whether the GPU of this machine can be used; where there is none here, what the GPU worker says of its own."""
    workers = _gpu_workers()
    problem = gpu_check.find_problem(settings)
    reported = next((worker.gpu_problem for worker in workers if worker.gpu_problem), None)
    if problem == gpu_check.NO_DRIVER and workers:
        problem = None  # this may be the container of the web server; the worker knows of its own
    found = problem or reported
    if found:
        return check_result.error("gpu", found.state, found.fix)
    card = gpu.find_gpu(settings)
    if card:
        return _describe_use(card, gpu.list_processes(), {worker.id for worker in workers})
    if workers:
        return check_result.ok("gpu", "; ".join(sorted({worker.device for worker in workers})))
    if settings.gpu_available == "false":
        return check_result.ok("gpu", "left alone: GPU_AVAILABLE is false")
    return check_result.ok("gpu", "none in this machine")


def _gpu_workers() -> list[LiveWorker]:
    try:
        return [worker for worker in worker_register.live_workers(utc_now()) if "gpu" in worker.queues]
    except SQLAlchemyError:  # the database has a line of its own
        return []


def _describe_use(card: Gpu, processes: list[GpuProcess], workers: set[str]) -> CheckResult:
    free = gpu.find_free_bytes() or 0
    others = [each for each in processes if not _is_own(each, workers)]
    state = f"{card.name}, {size(free)} of {size(card.memory_bytes)} free, driver {card.driver}, CUDA can be loaded"
    if others:
        state += f"; also used by {', '.join(_describe(each) for each in others)}"
    foreign = [each for each in others if each.name not in EXPECTED]
    if sum(each.memory_bytes or 0 for each in foreign) > TOO_MUCH * card.memory_bytes:
        pids = " ".join(str(each.pid) for each in foreign)
        return check_result.warning("gpu", state, f"End what needs not run: `ps {pids}` shows what it is.")
    return check_result.ok("gpu", state)


def _describe(process: GpuProcess) -> str:
    memory = f", {size(process.memory_bytes)}" if process.memory_bytes else ""
    return f"{printable(process.name)} (process {process.pid}{memory})"


def _is_own(process: GpuProcess, workers: set[str]) -> bool:
    """Whether it is a GPU worker's child: its parent is in the register."""
    try:
        parent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return False
    return any(worker.split(":")[1] == parent for worker in workers)
