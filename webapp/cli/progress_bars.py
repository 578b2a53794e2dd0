"""Progress on the command line: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import click

from pipeline.catalogue import STAGE_NAMES, find_stage
from webapp.formats import size

#: Columns of a terminal line taken by bytes, rate, percentage, time left and a short bar.
FIGURE_COLUMNS = 70
#: Redrawing a bar more often than this would slow the transfer down.
REDRAW_SECONDS = 0.1


class StageBars:
    """One bar per stage of a job."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage: str | None = None

    def update(self, stage: str | None, progress: float) -> None:
        """Show the progress of a stage, from 0 to 1. A new stage begins a new bar."""
        if stage != self._stage and stage in STAGE_NAMES:
            self.close()
            self._stage = stage
            self._bar = click.progressbar(length=100, label=f"{find_stage(stage).title:17}", show_eta=False)
            self._bar.render_progress()
        if self._bar is not None:
            self._bar.update(max(0, int(progress * 100) - self._bar.pos))

    def close(self) -> None:
        """Fill the current bar and end its line."""
        if self._bar is not None:
            self._bar.update(self._bar.length - self._bar.pos)
            self._bar.render_finish()
            self._bar = None


class TransferProgress:
    """Shows the progress of transfers.

    Called with a model's name, the action, the bytes done and the total; a total of 0 means that no bytes are counted.
    On a terminal each action has a bar with bytes, rate and time left. Elsewhere it prints a line for each tenth.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream: TextIO = stream or sys.stderr
        self._clock = clock
        self._is_terminal = self._stream.isatty()
        self._current = ("", "")
        self._printed_tenth = -1
        self._bar: Any = None
        self._began = self._drawn = 0.0

    def __call__(self, model: str, action: str, done: int, total: int) -> None:
        if (model, action) != self._current:
            self.close()
            self._current, self._printed_tenth, self._began = (model, action), -1, self._clock()
        if total and self._is_terminal:
            self._draw(done, total)
        elif total:
            self._print_tenth(done, total)
        elif self._printed_tenth < 0:
            self._printed_tenth = 0
            click.echo(f"{model}: {action}", file=self._stream)

    def close(self) -> None:
        """End the line of the bar."""
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None

    def _print_tenth(self, done: int, total: int) -> None:
        tenth = 10 * done // total
        if tenth > self._printed_tenth:
            self._printed_tenth = tenth
            model, action = self._current
            click.echo(f"{model}: {action}: {size(done)} of {size(total)} ({done / total:.0%})", file=self._stream)

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = self._make_bar(total)
            self._bar.render_progress()
        now = self._clock()
        if done < total and now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        seconds = now - self._began
        rate = f", {size(done / seconds)}/s" if seconds > 0.5 else ""
        self._bar.update(max(0, done - self._bar.pos), f"{size(done)} of {size(total)}{rate}")

    def _make_bar(self, total: int) -> Any:
        label = ": ".join(self._current)
        columns = max(20, shutil.get_terminal_size().columns - FIGURE_COLUMNS)
        label = label if len(label) <= columns else f"{label[: columns - 1]}…"
        return click.progressbar(
            length=total, label=label, width=0, file=self._stream, item_show_func=lambda figures: figures or ""
        )
