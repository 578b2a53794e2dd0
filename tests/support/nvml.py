"""What NVIDIA's driver tells, put in place of what it tells on this machine: the real package, with its own errors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pynvml
import pytest

MEMORY_BYTES = 24_000_000_000


def put_driver(
    monkeypatch: pytest.MonkeyPatch,
    *,
    error: int | None = None,
    cards: int = 1,
    free_bytes: int = 20_000_000_000,
    processes: Mapping[int, tuple[str, int]] | None = None,
) -> None:
    """A driver that fails with an error of NVML, or shows cards and who uses them (by process: name and bytes)."""
    users = processes or {}

    def start() -> None:
        if error is not None:
            raise pynvml.NVMLError(error)

    answers = {
        "nvmlInit": start,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetCount": lambda: cards,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetMemoryInfo": lambda card: SimpleNamespace(total=MEMORY_BYTES, free=free_bytes),
        "nvmlDeviceGetName": lambda card: "Test GPU",
        "nvmlSystemGetDriverVersion": lambda: "570.1",
        "nvmlDeviceGetComputeRunningProcesses": lambda card: [
            SimpleNamespace(pid=pid, usedGpuMemory=size) for pid, (_, size) in users.items()
        ],
        "nvmlSystemGetProcessName": lambda pid: users[pid][0],
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)


def plug_in(folder: Path, vendor: str = "0x10de", kind: str = "0x030000") -> None:
    """A device on the PCI bus, as Linux lists it in a folder."""
    (folder / "0000:01:00.0").mkdir(parents=True)
    (folder / "0000:01:00.0" / "vendor").write_text(f"{vendor}\n")
    (folder / "0000:01:00.0" / "class").write_text(f"{kind}\n")
