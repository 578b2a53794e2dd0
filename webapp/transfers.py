"""How far long transfers are, told on the command line: as a bar on a terminal, else as lines."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import click

from webapp.formats import size

#: Room that bytes, rate, share, time left and a short bar take on a line of a terminal.
ROOM_FOR_FIGURES = 70
#: A bar that is drawn anew more often than this costs more than the transfer.
REDRAW_SECONDS = 0.1


class Transfers:
    """Called with a model, what is done with it, the bytes done and in all; `total` 0 where no bytes are counted.

    On a terminal each doing has a bar with bytes, rate and time left. Elsewhere it has a line for each tenth.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream: TextIO = stream or sys.stderr
        self._clock = clock
        self._is_terminal = self._stream.isatty()
        self._doing = ("", "")
        self._told = -1
        self._bar: Any = None
        self._begun = self._drawn = 0.0

    def __call__(self, model: str, doing: str, done: int, total: int) -> None:
        if (model, doing) != self._doing:
            self.close()
            self._doing, self._told, self._begun = (model, doing), -1, self._clock()
        if total and self._is_terminal:
            self._draw(done, total)
        elif total:
            self._tell(done, total)
        elif self._told < 0:
            self._told = 0
            click.echo(f"{model}: {doing}", file=self._stream)

    def close(self) -> None:
        """End the line of the bar."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None

    def _tell(self, done: int, total: int) -> None:
        tenth = 10 * done // total
        if tenth > self._told:
            self._told = tenth
            model, doing = self._doing
            click.echo(f"{model}: {doing}: {size(done)} of {size(total)} ({done / total:.0%})", file=self._stream)

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            label = ": ".join(self._doing)
            room = max(20, shutil.get_terminal_size().columns - ROOM_FOR_FIGURES)
            label = label if len(label) <= room else f"{label[: room - 1]}…"
            self._bar = click.progressbar(
                length=total, label=label, width=0, file=self._stream, item_show_func=lambda figures: figures or ""
            )
            self._bar.render_progress()
        now = self._clock()
        if done < total and now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        seconds = now - self._begun
        rate = f", {size(done / seconds)}/s" if seconds > 0.5 else ""
        self._bar.update(max(0, done - self._bar.pos), f"{size(done)} of {size(total)}{rate}")
