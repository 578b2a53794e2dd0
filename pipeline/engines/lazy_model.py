"""A model that loads on first use, the base of every engine."""

from __future__ import annotations

import gc
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any


class LazyModel(ABC):
    """A model of a folder, for a device (`cpu` or `cuda`), loaded on first use, without the network.

    `before_load` is called before it is loaded, to free memory for it, and may raise to stop.
    """

    def __init__(self, folder: Path, device: str, before_load: Callable[[], None] = lambda: None) -> None:
        self.folder, self.device, self.before_load = folder, device, before_load
        self._model: Any = None

    @property
    def model(self) -> Any:
        """The model as its library has it; raises what `_load` raises."""
        if self._model is None:
            self.before_load()
            self._model = self._load()
        return self._model

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    def unload(self) -> None:
        """Free the memory; the next use loads the model again."""
        if self._model is not None:
            self._model = None
            gc.collect()  # models may refer to themselves

    @abstractmethod
    def _load(self) -> Any:
        """Load the model. Raises ModelMissing (DiarizationMissing in a diarizer) if it cannot, and OutOfMemory."""
