"""Health checks for load balancers and monitoring: /healthz for the process, /readyz for each component."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from core import ollama_circuit, probes, worker_register
from core.clock import utc_now
from core.jobs.queues import needed_queues
from core.problems import Problem
from webapp.formats import local
from webapp.settings import current_settings

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """The state of each component, seen by writing to it. 503 where uploads cannot be taken."""
    parts = {
        "database": _state(probes.probe_database()),
        "redis": _state(probes.probe_redis()),
        "files": _state(probes.probe_files()),
    }
    if parts["database"] == "ok":
        parts |= _workers() | {"ollama": _ollama()}
    degraded = [name for name, state in parts.items() if state != "ok"]
    broken = not {"database", "files"}.isdisjoint(degraded)
    answer = jsonify(
        status="unavailable" if broken else "degraded" if degraded else "ready", parts=parts, degraded=degraded
    )
    answer.status_code = 503 if broken else 200
    return answer


def _state(problem: Problem | None) -> str:
    return problem.state if problem else "ok"


def _workers() -> dict[str, str]:
    """One entry per queue, one for a GPU that cannot be used, and one for the models that the GPU workers found."""
    workers = worker_register.live_workers(utc_now())
    parts = {
        f"worker_{name}": "ok" if any(name in worker.queues for worker in workers) else "no live worker"
        for name in needed_queues()
    }
    if any(worker.gpu_problem for worker in workers):
        parts["gpu"] = "; ".join(sorted({worker.gpu_problem.state for worker in workers if worker.gpu_problem}))
    models = [worker.models for worker in workers if "gpu" in worker.queues]
    problems = sorted({each.problem for each in models if each.problem})
    if problems:
        parts["models"] = " ".join(problems)
    elif any(each.is_demo for each in models):
        parts["models"] = "demo models in use"
    else:
        parts["models"] = "ok" if models else "unknown without a GPU worker"
    return parts


def _ollama() -> str:
    """Whether calls to Ollama are paused after repeated failures. Ollama itself is not called here."""
    circuit = ollama_circuit.read_circuit(current_settings().ollama_name, utc_now())
    if circuit.open_until is None:
        return "ok"
    until = f"{local(circuit.open_until):%H:%M %Z}"
    return f"failed {circuit.failures} times in a row and is not called until {until}; the last time it {circuit.why}"
