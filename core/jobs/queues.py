"""The queues, and which of them serves each step.

`summarize` belongs to the queue `gpu` where Ollama shares the graphics card with the speech models, so that only one of
them works at a time. Otherwise it has the queue `llm` to itself: a distant Ollama writes while the card hears the next
recording.
"""

from __future__ import annotations

import config
from core.ollama_placement import shares_gpu
from pipeline.catalogue import Step

CPU, GPU, LLM = "cpu", "gpu", "llm"
QUEUES = (GPU, CPU, LLM)
_QUEUE_OF = {Step.PREPARE: CPU, Step.LISTEN: GPU, Step.RENDER: CPU}


def queue_of(step: Step) -> str:
    """The queue that serves a step on this installation."""
    if step is Step.SUMMARIZE:
        return GPU if shares_gpu(config.load()) else LLM
    return _QUEUE_OF[step]


def queues_served_by(queue: str) -> tuple[str, ...]:
    """The queues whose jobs a worker of `queue` takes.

    Web server and workers may see Ollama from different machines and disagree about where it runs: a GPU worker beside
    Ollama also takes what was queued for `llm`, so that no summary waits for a worker that does not exist.
    """
    return (GPU, LLM) if queue == GPU and shares_gpu(config.load()) else (queue,)


def needed_queues() -> tuple[str, ...]:
    """The queues that need a worker of their own on this installation."""
    return (GPU, CPU) if shares_gpu(config.load()) else QUEUES
