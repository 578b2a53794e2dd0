"""One process of RealRecap: started in its own session, its output read, stopped with its whole process group."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from launcher.errors import StartError
from launcher.parent_death import die_with_parent

LINES_KEPT = 20
LINE_BYTES = 16_384
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True)
class ChildSpec:
    """What to start: `name` for logs, `title` for people, `command` to run, and how it is stopped.

    Children with a lower `stop_order` are stopped first, equal ones together; each has `stop_seconds` to end after
    SIGTERM. With `keeps_answer` its standard output is an answer to the launcher and is not shown.
    """

    name: str
    title: str
    command: tuple[str, ...]
    stop_order: int = 0
    stop_seconds: float = 10.0
    keeps_answer: bool = False


class Child:
    """A process that can be started repeatedly in the folder `root`; `on_line` receives each line of its output."""

    def __init__(
        self, spec: ChildSpec, root: Path, environment: Mapping[str, str], on_line: Callable[[str], None]
    ) -> None:
        self.spec = spec
        self.starts = 0
        self.answer: list[str] = []
        self.last_lines: deque[str] = deque(maxlen=LINES_KEPT)
        self._root = root
        self._environment = environment
        self._on_line = on_line
        self._process: asyncio.subprocess.Process | None = None
        self._pumps: list[asyncio.Task[None]] = []

    @property
    def pid(self) -> int | None:
        """The process number while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the process. It does not receive the terminal's Ctrl-C and ends with the launcher.

        Raises StartError if its program cannot be started.
        """
        self.starts += 1
        self.last_lines.clear()
        self._pumps.clear()
        receivers = [self.answer.append, self._take] if self.spec.keeps_answer else [self._take]
        out = [self._listen(take) for take in receivers]
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.spec.command,
                cwd=self._root,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out[0],
                stderr=out[-1],
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        except OSError as error:
            raise StartError(f"The {self.spec.title} cannot be started: {error}.") from error
        finally:
            for end in out:
                os.close(end)

    async def ended(self) -> int:
        """Wait for the process to end and for its last lines; returns the exit code, negative for a signal.

        The rest of its process group is killed, so that a restart finds ports and files free.
        """
        if self._process is None:
            raise RuntimeError(f"{self.spec.name} was not started")
        code = await self._process.wait()
        self._kill_group()
        if self._pumps:
            _, still_open = await asyncio.wait(self._pumps, timeout=_DRAIN_SECONDS)
            for pump in still_open:  # a process that left the group holds the pipe
                pump.cancel()
        return code

    async def stop(self, hurry: asyncio.Event) -> bool:
        """End the process: SIGTERM, then SIGKILL after `stop_seconds` or on `hurry`; False if it had to be killed."""
        if self._process is None:
            return True
        with suppress(ProcessLookupError):
            self._process.terminate()
        ending = asyncio.create_task(self.ended())
        hurrying = asyncio.create_task(hurry.wait())
        await asyncio.wait({ending, hurrying}, timeout=self.spec.stop_seconds, return_when=asyncio.FIRST_COMPLETED)
        hurrying.cancel()
        ended_in_time = self._process.returncode is not None
        if not ended_in_time:
            self._kill_group()
        await ending
        return ended_in_time

    def _listen(self, take: Callable[[str], None]) -> int:
        """Create a pipe whose lines go to `take`; returns the end to write to.

        Not asyncio's own pipes: with them a process counts as running while its descendants hold a pipe.
        """
        reading, writing = os.pipe()
        self._pumps.append(asyncio.create_task(_pump(reading, take)))
        return writing

    def _kill_group(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _take(self, line: str) -> None:
        if line.strip():
            self.last_lines.append(line)
        self._on_line(line)


async def _pump(reading: int, take: Callable[[str], None]) -> None:
    """Pass on the lines from a pipe; a line over 16 KB is passed on in pieces."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream),
        open(reading, "rb", buffering=0),  # noqa: SIM115 - the transport closes it
    )
    rest = b""
    try:
        while chunk := await stream.read(LINE_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LINE_BYTES:
                lines, rest = [*lines, rest], b""
            for line in lines:
                take(line.decode(errors="replace").rstrip("\r"))
    finally:
        transport.close()
        if rest:
            take(rest.decode(errors="replace"))


def describe_end(code: int) -> str:
    """Describe an exit code in words."""
    if code >= 0:
        return f"ended with exit code {code}"
    reason = ", possibly for lack of memory" if -code == signal.SIGKILL else ""
    return f"was killed by {signal.Signals(-code).name}{reason}"
