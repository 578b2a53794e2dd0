"""The output of the processes: on the terminal, prefixed with the process name, and in one log file each."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from configuration.addresses import mask
from core.printable import printable

FILE_BYTES = 10_000_000
FILES_KEPT = 2
OWN_NAME = "realrecap"
_COLOURS = ("36", "33", "35", "34", "32")
_NAME_WIDTH = 9


class Output:
    """Writes lines to `stream` (prefixed, coloured on request) and to `<name>.log` in `folder`, rotated at 10 MB."""

    def __init__(self, folder: Path, stream: TextIO | None = None, colour: bool = False) -> None:
        self._folder = folder
        self._stream: TextIO | None = stream or sys.stdout
        self._colour = colour
        self._files: dict[str, RotatingFileHandler] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def line(self, name: str, text: str) -> None:
        """Write a line of the process `name`."""
        text = "\t".join(map(printable, mask(text).split("\t")))  # tabs are harmless
        self._print(f"{self._paint(name)} | {text}")
        self._keep(name, text)

    def say(self, text: str) -> None:
        """Write one or more lines of the launcher itself."""
        for line in text.splitlines():
            self.line(OWN_NAME, line)

    def show(self, text: str) -> None:
        """Print a text unchanged and keep it out of the log files, such as a password."""
        self._print(text)

    def close(self) -> None:
        """Close the log files."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _paint(self, name: str) -> str:
        padded = f"{name:<{_NAME_WIDTH}}"
        if not self._colour or name == OWN_NAME:
            return padded
        return f"\033[{_COLOURS[sum(name.encode()) % len(_COLOURS)]}m{padded}\033[0m"

    def _print(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            print(text, file=self._stream, flush=True)
        except OSError:
            self._stream = None  # the terminal was closed; keep writing the files

    def _keep(self, name: str, text: str) -> None:
        if name not in self._files:
            path = self._folder / f"{name}.log"
            self._files[name] = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
        self._files[name].emit(logging.LogRecord(name, logging.INFO, "", 0, text, None, None))
