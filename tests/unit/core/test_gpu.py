from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

import config
from core import gpu


class NoDriver(Exception):
    """What the package raises without a driver."""


def driver(**changes: object) -> SimpleNamespace:
    """A driver with one GPU, in the words of pynvml."""
    working = {
        "NVMLError": NoDriver,
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetMemoryInfo": lambda handle: SimpleNamespace(total=24_000_000_000, free=3_000_000_000),
        "nvmlDeviceGetName": lambda handle: b"Test GPU",
        "nvmlSystemGetDriverVersion": lambda: "570.1",
    }
    return SimpleNamespace(**(working | changes))


def test_the_driver_tells_the_gpu_and_what_is_free_on_it(
    monkeypatch: pytest.MonkeyPatch, settings_of: Callable[..., config.Settings]
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", driver())
    assert gpu.find_free_bytes() == 3_000_000_000
    found = gpu.find_gpu(settings_of())
    assert found == gpu.Gpu("Test GPU", 24_000_000_000, "570.1")
    assert gpu.describe(settings_of(), found) == "Test GPU, 24 GB, driver 570.1"
    assert gpu.find_gpu(settings_of(GPU_AVAILABLE="false")) is None


def test_without_a_driver_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch, settings_of: Callable[..., config.Settings]
) -> None:
    def fail() -> None:
        raise NoDriver

    monkeypatch.setitem(sys.modules, "pynvml", driver(nvmlInit=fail))
    assert gpu.find_free_bytes() is None
    assert gpu.find_gpu(settings_of()) is None
    monkeypatch.setitem(sys.modules, "pynvml", None)  # not installed
    assert gpu.find_free_bytes() is None
